"""The keys of the window and what each of them does. The page "Keys and about" names them for the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from app.core.words import say

if TYPE_CHECKING:
    from app.ui.window import Window


class Keys:
    """Binds them once. The widgets are looked up at every press: another language makes them again."""

    def __init__(self, window: Window) -> None:
        self._window = window
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+N", window.new_chat),
            ("Ctrl+K", self._find_chat),
            ("Ctrl+L", self._go_to_message),
            ("Esc", self._escape),
            ("Ctrl+O", self._add_files),
            ("Ctrl+Shift+C", self._copy_answer),
            ("Ctrl+I", lambda: window.modelbar.inspector.toggle()),
            ("Ctrl+P", lambda: window.frame.toggle_parameters()),
            ("Ctrl+Shift+P", window.toggle_preview),
            ("Ctrl+M", window.show_loading),
            ("Ctrl+B", lambda: window.modelbar.sidebar.toggle()),
            ("Ctrl+,", lambda: window.show_page("settings")),
            ("F1", lambda: window.show_page("about")),
            ("Ctrl+Q", window.close),
        )
        for sequence, act in keys:
            QShortcut(QKeySequence(sequence), window).activated.connect(act)

    def _find_chat(self) -> None:
        sidebar = self._window.sidebar
        self._window.modelbar.sidebar.setChecked(True)
        sidebar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        sidebar.search.selectAll()

    def _go_to_message(self) -> None:
        self._window.show_page("chat")
        self._window.chat.focus_message()

    def _escape(self) -> None:
        """Close the preview one is in, stop what runs, else back to the chat."""
        window = self._window
        if window.leafing.is_open and (window.frame.beside.holds_keyboard or not window.conversation.is_running):
            window.leafing.close()
        elif window.conversation.is_running:
            window.conversation.stop()
        elif window.page != "chat":
            window.show_page("chat")
        else:
            window.chat.focus_message()

    def _add_files(self) -> None:
        self._window.show_page("chat")
        self._window.chat.choose_files()

    def _copy_answer(self) -> None:
        if self._window.chat.view.copy_last_answer():
            self._window.notices.tell(say("The answer is copied."))
