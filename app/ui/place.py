"""Where the window stood and what was open in it, kept for the next start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.ui.edges import place_file
from app.ui.panes import Pane, Panes

if TYPE_CHECKING:
    from app.ui.window import Window

LEAST_SEEN_PX = (120, 32)  # of a window's top that can still be taken hold of
RETURNED = (
    "chat",
    "library",
    "sets",
    "settings",
    "computer",
    "performance",
    "benchmark",
    "presets",
    "bin",
    "keys",
    "about",
)
"""Pages that mean the same at the next start."""


class Place:
    """Reads and writes the file of the window's place. Values that make no sense are passed over."""

    def __init__(self, file: Path) -> None:
        self._file = file

    # ---- before the first picture

    def restore_geometry(self, window: QWidget) -> None:
        """Size and place; a window whose screen is gone comes to one that is there."""
        geometry = place_file(self._file).value("geometry")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            window.setGeometry(brought_into_view(window.geometry(), screens))

    def restore_panes(self, panes: Panes) -> None:
        """Which were open, which was active, and how they shared the room."""
        numbers = self._numbers("panes/open")
        shown = {pane for pane in panes.all if pane.number in numbers}
        if shown:
            active = next((pane for pane in shown if pane.number in self._numbers("panes/active")), _first(shown))
            panes.show(shown, active)
        for name, share in panes.shares.items():
            share.value = _share(self._text(f"shares/{name}"), share.value)

    def page(self, usual: str) -> str:
        """The page shown last."""
        kept = self._text("page")
        return kept if usual == "chat" and kept in RETURNED else usual

    @property
    def tab(self) -> str:
        """The inspector's tab shown last; "" when none is known."""
        return self._text("tab")

    # ---- when the chats are known

    def return_to_chats(self, window: Window) -> None:
        """When the chats are known for the first time, those that were open are opened again, where they were read."""

        def go(pane: Pane, row: int, offset_px: int) -> None:
            for view in window.frame.panes.views:
                if view.pane is pane:
                    view.chat.view.go_to_place(row, offset_px)

        def on_listed(_: object) -> None:
            deafen()
            for pane in window.panes.all:
                self.return_to(pane, go)
            # Later: the other panes hear of the list after this one.
            QTimer.singleShot(0, window, lambda: self.restore_chats(window.panes))

        deafen = window.conversation.listed.connect(on_listed)

    def restore_chats(self, panes: Panes) -> None:
        """Open again what was open; a pane in which something was begun meanwhile is left alone."""
        for pane in panes.all:
            conversation, wanted = pane.conversation, self._numbers(f"panes/chat{pane.number}")
            known = {chat.id for chat in conversation.chats}
            begun = conversation.chat_id is not None or conversation.is_running or conversation.chips()
            if wanted and wanted[0] in known and not begun:
                conversation.open_chat(wanted[0])

    def return_to(self, pane: Pane, go: Callable[[Pane, int, int], object]) -> None:
        """`go(pane, row, offset)` once its chat is open: the row that was at the top, how far it was scrolled into."""
        numbers = self._numbers(f"panes/row{pane.number}")

        def on_opened() -> None:
            deafen()
            if len(numbers) == 2:
                go(pane, *numbers)

        deafen = pane.conversation.opened.connect(on_opened)

    # ---- at the end

    def keep(self, window: Window) -> None:
        panes, file = window.panes, place_file(self._file)
        file.setValue("geometry", window.saveGeometry())
        file.setValue("page", window.page)
        file.setValue("tab", window.frame.inspectors.tab)
        file.setValue("panes/open", _joined(pane.number for pane in panes.open))
        file.setValue("panes/active", str(panes.active.number))
        for pane in panes.all:
            chat_id = pane.conversation.chat_id
            file.setValue(f"panes/chat{pane.number}", "" if chat_id is None else str(chat_id))
        for view in window.frame.panes.views:
            file.setValue(f"panes/row{view.pane.number}", _joined(view.chat.reading_place or ()))
        for name, share in panes.shares.items():
            file.setValue(f"shares/{name}", f"{share.value:.3f}")

    def _text(self, name: str) -> str:
        value = place_file(self._file).value(name, "")
        return value if isinstance(value, str) else ""

    def _numbers(self, name: str) -> list[int]:
        return [int(part) for part in self._text(name).split(" ") if part.isdecimal()]


def brought_into_view(window: QRect, screens: Sequence[QRect]) -> QRect:
    """The same place when its top can be taken hold of there, else the middle of the first screen."""
    top = QRect(window.topLeft(), window.size()).adjusted(0, 0, 0, LEAST_SEEN_PX[1] - window.height())
    seen = [screen.intersected(top) for screen in screens]
    if not screens or any(part.width() >= LEAST_SEEN_PX[0] and part.height() > 0 for part in seen):
        return window
    size = window.size().boundedTo(screens[0].size())
    moved = QRect(window.topLeft(), size)
    moved.moveCenter(screens[0].center())
    return moved


def _first(panes: set[Pane]) -> Pane:
    return min(panes, key=lambda pane: pane.number)


def _joined(numbers: Iterable[int]) -> str:
    return " ".join(str(number) for number in numbers)


def _share(text: str, usual: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return usual
    return value if 0.1 <= value <= 0.9 else usual
