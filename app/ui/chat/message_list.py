"""The messages that are shown: put in, replaced, taken away, copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtGui import QGuiApplication

from app.ui.chat.items import Items, Promise
from app.ui.chat.message import MessageItem
from app.ui.chat.message_rows import MessageRows
from app.ui.chat.row_column import retire
from app.ui.chat.rows import AnswerRow


class MessageList(MessageRows):
    """What the conversation consists of; what streams into its end is the subclass's matter."""

    def _drop_stream(self) -> None:
        """The answer that streams in is not shown any more."""
        self._streaming = None

    def message(self, row: int) -> MessageItem:
        """The message in `row`; a streaming one as far as it is drawn."""
        item = self._items[row]
        widget = self._live.get(row)
        if row != self._streaming or not isinstance(widget, AnswerRow):
            return item
        thinking = widget.thinking.text if widget.thinking else ""
        return replace(item, text=widget.browser.markdown_text, thinking=thinking)

    def set_messages(self, items: Sequence[MessageItem | Promise]) -> None:
        """Show another conversation, from its end. An answer that streams here is dropped from the view.

        A promise is kept when its row is looked at.
        """
        self._drop_stream()
        self._drop_rows(0)
        self._items = Items(items)
        self.replaced.emit()
        self._heights.replace_all(self._guesses(items))
        self._set_follow(True)
        self._arrange()

    def add_message(self, item: MessageItem) -> int:
        """One more message below; its row."""
        self._items.append(item)
        self._heights.append(*self._guesses([item]))
        self._set_follow(True)
        self._arrange()
        return len(self._items) - 1

    def replace_message(self, row: int, item: MessageItem) -> None:
        """Show `item` in `row`."""
        self._items[row] = item
        widget = self._live.pop(row, None)
        if widget is not None:
            retire(widget)
        self._arrange()

    def cut_messages(self, count: int) -> None:
        """Keep the first `count` messages (an edit or a retry begins from there)."""
        if self._streaming is not None and self._streaming >= count:
            self._drop_stream()
        self._drop_rows(count)
        self._items.cut(count)
        self._heights.cut(count)
        self._arrange()

    def replace_from(self, first: int, items: Sequence[MessageItem | Promise]) -> None:
        """Other messages from row `first` on (another branch); what is above stays where it is on the screen."""
        with self.keyboard_kept(first):
            self.cut_messages(first)
            for item, height in zip(items, self._guesses(items), strict=True):
                self._items.append(item)
                self._heights.append(height)
            self._set_follow(False)
            self._arrange()

    def copy_last_answer(self) -> bool:
        """The Markdown of the last answer that says something to the clipboard; false when there is none."""
        for row in range(len(self._items) - 1, -1, -1):
            if self._items[row].role == "assistant":
                widget = self._live.get(row)
                text = widget.browser.markdown_text if isinstance(widget, AnswerRow) else self._items[row].text
                if not text.strip():  # it has only begun
                    continue
                if isinstance(widget, AnswerRow):
                    widget.copy_text()
                else:
                    QGuiApplication.clipboard().setText(text)
                return True
        return False
