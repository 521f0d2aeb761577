"""The icon in the system tray, when the user wants one: closing the window then hides it, and its menu brings it back.

A window is never hidden where nothing could show it again: without a tray closing ends the program as usual, and when
the tray goes away while the window is hidden, the window comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from app.core.words import say
from app.engine.state import Phase

if TYPE_CHECKING:
    from app.ui.window import Window

LOOK_MS = 5_000


@dataclass(frozen=True, slots=True)
class TrayWishes:
    """What the menu does, and whether it can be done now."""

    open: Callable[[], object]
    new_chat: Callable[[], object]
    stop: Callable[[], object]
    can_stop: Callable[[], bool]
    unload: Callable[[], object]
    can_unload: Callable[[], bool]
    quit: Callable[[], object]


class Tray(QObject):
    """Shown by `choose`, in the language spoken then."""

    def __init__(self, window: QWidget, wishes: TrayWishes) -> None:
        super().__init__(window)
        self._window, self._wishes = window, wishes
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None
        self._watch = QTimer(self, interval=LOOK_MS)
        self._watch.timeout.connect(self.look)

    @property
    def is_shown(self) -> bool:
        """Whether somebody can find it."""
        return self._icon is not None and self._icon.isVisible() and QSystemTrayIcon.isSystemTrayAvailable()

    def choose(self, *, wanted: bool, picture: QIcon) -> None:
        """Show or hide the icon."""
        if not wanted or not QSystemTrayIcon.isSystemTrayAvailable():
            self._drop()
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(picture, self)
            self._icon.activated.connect(self._on_activated)
            self._icon.messageClicked.connect(self._wishes.open)
        self._icon.setToolTip("Carrel")
        self._make_menu()
        self._icon.show()

    def tell(self, title: str, words: str) -> bool:
        """Say something beside the icon; whether there is one."""
        if self._icon is None or not self.is_shown:
            return False
        self._icon.showMessage(title, words, self._icon.icon())
        return True

    def hide_window(self) -> bool:
        """Put the window away; false, and nothing done, where nobody could bring it back."""
        if not self.is_shown:
            return False
        self._window.hide()
        self._watch.start()
        return True

    def look(self) -> None:
        """While the window is hidden: is the tray still there?"""
        if self._window.isVisible():
            self._watch.stop()
        elif not self.is_shown:
            self._watch.stop()
            self._wishes.open()

    def _drop(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None
        if not self._window.isVisible() and self._watch.isActive():
            self.look()

    def _make_menu(self) -> None:
        assert self._icon is not None
        before, menu, wishes = self._menu, QMenu(self._window), self._wishes
        menu.addAction(say("Open Carrel"), wishes.open)
        menu.addAction(say("New chat"), wishes.new_chat)
        menu.addSeparator()
        stop = menu.addAction(say("Stop the answer"), wishes.stop)
        unload = menu.addAction(say("Take the model out of memory"), wishes.unload)
        menu.addSeparator()
        menu.addAction(say("Quit"), wishes.quit)

        def on_shown() -> None:
            stop.setEnabled(wishes.can_stop())
            unload.setEnabled(wishes.can_unload())

        menu.aboutToShow.connect(on_shown)
        self._menu = menu
        self._icon.setContextMenu(menu)
        if before is not None:
            before.deleteLater()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self._wishes.open()


def tray_wishes(window: Window) -> TrayWishes:
    """The menu over a window."""

    def new_chat() -> None:
        window.arrivals.come_to_front()
        window.new_chat()

    return TrayWishes(
        open=window.arrivals.come_to_front,
        new_chat=new_chat,
        stop=window.panes.stop,
        can_stop=lambda: any(pane.conversation.is_running for pane in window.panes.all),
        unload=window.desk.rest.let_go,
        can_unload=lambda: window.desk.engine.state.phase is Phase.LOADED,
        quit=window.quit,
    )
