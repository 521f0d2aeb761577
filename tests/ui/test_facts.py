"""A hash is compared letter by letter: it is shown whole also where there is little room."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui.pages.page import Card, fact


def test_a_hash_without_room_beside_its_name_stands_below_it(qtbot: QtBot) -> None:
    value = "9f" * 32
    card = Card("Made with")
    qtbot.addWidget(card)
    row = fact("SHA-256", value)
    card.column.addLayout(row)
    card.column.addLayout(fact("Seed", "7"))
    words = next(one for one in card.findChildren(QLabel) if one.text() == value)
    name = next(one for one in card.findChildren(QLabel) if one.text() == "SHA-256")
    word_px = words.fontMetrics().horizontalAdvance(value)
    card.resize(word_px + 200, card.heightForWidth(word_px + 200))
    card.show()
    wide_px = card.heightForWidth(card.width())
    assert words.y() < name.geometry().bottom()
    assert words.x() >= 116
    card.resize(word_px + 60, card.heightForWidth(word_px + 60))
    qtbot.waitUntil(lambda: words.y() > name.geometry().bottom())
    assert words.width() >= word_px
    assert words.x() == name.x()
    assert card.heightForWidth(word_px + 60) > wide_px
