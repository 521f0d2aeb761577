"""The door before the window: while the vault is locked, only the unlock page is there, and no window exists.

When it locks, the window is taken down with everything that it holds of the chats, and whoever listened for it to the
desk is struck off; another window is made when it opens. Downloads go on behind the closed door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QWidget

from app.core.emitter import Emitter
from app.core.words import say
from app.session import vault
from app.session.desk import Desk
from app.ui.asleep import Asleep
from app.ui.bridge import last_resort
from app.ui.chat.drags import forget_dragged
from app.ui.doorbell import Doorbell, Ring
from app.ui.downloads import Downloads
from app.ui.edges import place_file
from app.ui.theme import theme

T = TypeVar("T")
SMALLEST_PX, SIZE_PX = (480, 480), (960, 640)


class Gate:
    """Lets the window be made when the chats are open. `rings` are what starts of the program handed over."""

    def __init__(self, desk: Desk, doorbell: Doorbell | None = None, rings: list[Ring] | None = None) -> None:
        self._desk, self._doorbell, self._rings = desk, doorbell, rings or []
        self._is_start = True
        self.was_locked = False  # the window that was there last gave way to the locked page
        self.downloads = Downloads(desk)

    def pass_through(self) -> bool:
        """Show the unlock page while the vault is locked; False when the user closed it instead."""
        is_start, self._is_start, self.was_locked = self._is_start, False, False
        if not self._desk.vault.is_locked:
            return True
        window = LockedWindow(self._desk)
        disconnect, deafen = self._listen(window), self._desk.vault.changed.connect(window.look)
        try:
            return window.wait(ask_key_store=is_start)
        finally:
            disconnect()
            deafen()
            self._rings.extend(window.rings)
            window.hide()
            window.deleteLater()

    def take_rings(self) -> list[Ring]:
        """What was handed over and not opened yet."""
        rings, self._rings = self._rings, []
        return rings

    def watch(self, window: QWidget) -> None:
        """When the vault locks: keep what is typed, hide it at once, end its loop."""

        def on_locking() -> None:
            from app.ui.formulas.maker import formulas

            self.was_locked = True
            window.finish()  # type: ignore[attr-defined]
            window.hide()
            forget_dragged()
            formulas().stop()

        watched: list[Asleep] = []

        def on_changed() -> None:
            if self.was_locked:
                QCoreApplication.exit(0)
            elif self._desk.vault.is_on and not watched:
                watched.append(Asleep(self._on_asleep, int(window.winId()), window))

        self._desk.vault.locking.connect(on_locking)
        self._desk.vault.changed.connect(on_changed)
        QTimer.singleShot(0, window, on_changed)

    def _on_asleep(self) -> None:
        if self._desk.settings.vault_lock_at_sleep:
            self._desk.vault.lock()

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Whoever begins to listen to the desk inside the block is forgotten after it."""
        parts = _parts(self._desk, self.downloads)
        emitters = [(each, each.listeners) for each in _held(parts, Emitter)]
        lists = [(each, list(each)) for each in _held(parts, list)]
        try:
            yield
        finally:
            for emitter, listeners in emitters:
                emitter.restore(listeners)
            for each, content in lists:
                each[:] = [one for one in each if not callable(one) or one in content]

    def take_down(self, window: QWidget) -> None:
        """Nothing of it is left when this returns, so far as Qt and Python let go of things."""
        if not self.was_locked:
            return
        window.hide()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _listen(self, window: LockedWindow) -> Callable[[], object]:
        bell = self._doorbell
        if bell is None:
            return lambda: None
        bell.rang.connect(window.hear)
        return lambda: bell.rang.disconnect(window.hear)


class LockedWindow(QMainWindow):
    """The unlock page. What the program is given meanwhile waits in `rings`."""

    def __init__(self, desk: Desk) -> None:
        from app.ui.pages.unlock import UnlockPage  # most starts need none

        super().__init__()
        self._desk = desk
        self.rings: list[Ring] = []
        self.is_open = self._is_waiting = False
        self.setWindowTitle("Carrel")
        self.setAccessibleName(say("Carrel is locked"))
        self.setMinimumSize(*SMALLEST_PX)
        self.resize(*SIZE_PX)
        geometry = place_file(desk.home.root / "window.ini").value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.page = UnlockPage(desk)
        self.page.opened.connect(self.look)
        self.setCentralWidget(self.page)

    def wait(self, *, ask_key_store: bool) -> bool:
        """Until it is opened, or closed by the user; whether it is open."""
        self.show()
        self.page.setFocus()
        if ask_key_store and vault.status(self._desk).has_key_store:
            QTimer.singleShot(0, self.page, self.page.open_by_store)
        by_closing = QGuiApplication.quitOnLastWindowClosed()
        QGuiApplication.setQuitOnLastWindowClosed(False)  # one end is enough
        self._is_waiting = True
        QCoreApplication.exec()  # and no loop inside it: the end of the program must end this one too
        self._is_waiting = False
        QGuiApplication.setQuitOnLastWindowClosed(by_closing)
        return self.is_open

    def hear(self, ring: Ring) -> None:
        """A second start: it is kept until the chats are open."""
        self.rings.append(ring)
        self.show()
        self.raise_()
        self.activateWindow()

    def look(self) -> None:
        """It was opened here, or destroyed where it was locked from."""
        if not self._desk.vault.is_locked:
            self.is_open = True
            self._leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The user does not want in."""
        super().closeEvent(event)
        self._leave()

    def _leave(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            QCoreApplication.exit(0)


class Presence(QObject):
    """Tells the vault that somebody is at the window: keys, clicks and the mouse, as the window system sends them."""

    _SIGNS = frozenset(
        {
            QEvent.Type.KeyPress,
            QEvent.Type.MouseButtonPress,
            QEvent.Type.MouseMove,
            QEvent.Type.Wheel,
            QEvent.Type.TouchBegin,
            QEvent.Type.InputMethod,
        }
    )

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._touch = desk.vault.touch
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only a look: everything goes on to where it was going."""
        if event.type() in self._SIGNS:
            self._touch()
        return False


def _parts(desk: Desk, *others: object) -> list[object]:
    """The desk and what it holds, and what belongs to the whole program."""
    names = ("engine", "vault", "resume", "rest", "monitor", "presets", "index")
    return [desk, *(getattr(desk, name) for name in names), *others, last_resort, theme()]


def _held(parts: list[object], kind: type[T]) -> Iterator[T]:
    """Every value of a kind that one of the parts holds by a name: what one listens at, or leaves a function in."""
    for part in parts:
        for name in getattr(type(part), "__slots__", ()) or vars(part):
            value = getattr(part, name, None)
            if isinstance(value, kind):
                yield value
