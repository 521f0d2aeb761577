"""Rows of the conversation: a user's bubble, an answer on the page."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.chat.answer_row import AnswerRow
from app.ui.chat.message import MessageItem
from app.ui.chat.row import COLUMN_PX, SLACK_PX, MessageRow, column
from app.ui.chat.user_row import UserRow

__all__ = ["COLUMN_PX", "SLACK_PX", "AnswerRow", "MessageRow", "UserRow", "column", "make_row"]


def make_row(parent: QWidget, item: MessageItem, width: int) -> MessageRow:
    """The row for `item` in a view `width` wide, for which its text is laid out at once."""
    return UserRow(parent, item, width) if item.role == "user" else AnswerRow(parent, item, width)
