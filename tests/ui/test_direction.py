"""Arabic and Hebrew stand as they are read; code among them stays as it is written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from app.ui.chat.message_edit import MessageEdit
from app.ui.colours import LIGHT
from app.ui.markdown.direction import is_right_to_left
from app.ui.markdown.renderer import DocRenderer
from app.ui.markdown.style import text_style

RIGHT, LEFT = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [("سلام Qwen", True), ("123, שלום", True), ("Qwen سلام", False), ("中文", False), ("", False), ("42 %", False)],
)
def test_the_first_letter_decides(text: str, mirrored: bool) -> None:
    assert is_right_to_left(text) is mirrored


def test_each_paragraph_has_its_own_direction() -> None:
    document = QTextDocument()
    DocRenderer(document, text_style(LIGHT)).render("سلام\n\nEnglish\n\n> اقتباس\n\n```\n# تعليق\n```\n\n- عنصر")
    blocks = []
    block = document.begin()
    while block.isValid():
        if block.text():
            blocks.append(block)
        block = block.next()
    assert [one.textDirection() for one in blocks] == [RIGHT, LEFT, RIGHT, LEFT, RIGHT]
    quote = blocks[2].blockFormat()
    assert quote.rightMargin() > 0
    assert quote.leftMargin() == 0


def test_the_composer_follows_what_is_typed(qtbot: QtBot) -> None:
    edit = MessageEdit()
    qtbot.addWidget(edit)
    edit.setPlainText("שלום")
    assert edit.document().defaultTextOption().alignment() & Qt.AlignmentFlag.AlignRight
    edit.setPlainText("Hello")
    assert edit.document().defaultTextOption().alignment() & Qt.AlignmentFlag.AlignLeft
