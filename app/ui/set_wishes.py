"""What one can wish for sets of documents in the window, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.words import say

if TYPE_CHECKING:
    from app.ui.window import Window


class SetWishes:
    """Over a window; its widgets are looked up at every wish."""

    def __init__(self, window: Window) -> None:
        self._window = window
        window.sets.failed.connect(lambda error: window.notices.tell_error(str(error)))
        window.sets.removed.connect(self._on_removed)

    def open(self, name: str) -> None:
        """A new chat with the documents of a set; changed files are named, and read again on request."""
        window = self._window
        window.new_chat()

        def changed(names: tuple[str, ...]) -> None:
            words = say("Changed since it was read: {names}.", names=say(", ").join(names))
            window.notices.tell(words, say("Read again"), lambda: window.sets.reread(name, use))

        def use() -> None:
            window.sets.use(name, window.conversation.attach, changed)

        use()

    def save(self, name: str) -> None:
        """The attached documents, with what is chosen of them, as a set."""
        window, told = self._window, say("{name} is saved under Document sets.", name=name)
        window.sets.save(name, window.conversation.documents, lambda: window.notices.tell(told))

    def _on_removed(self, name: str, undo: Callable[[], object]) -> None:
        self._window.notices.tell(say("Deleted: {title}", title=name), say("Undo"), undo)
