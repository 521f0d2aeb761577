"""Texts that nobody should send: endless words, a million characters in a line. They are shown in time, and whole."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication, QTextDocument
from pytestqt.qtbot import QtBot

from app.core.citation import Citation, Place
from app.ui.chat.cited import CitedBrowser
from app.ui.chat.message import MessageItem
from app.ui.chat.view import ChatView
from app.ui.colours import LIGHT
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.markdown.content import AT_ONCE, LONGEST_PLAIN
from app.ui.markdown.long_words import breakable, joined
from app.ui.markdown.renderer import DocRenderer
from app.ui.markdown.style import text_style

MILLION = 1_000_000
PARTS = ["x" * 399, "x" * 1000, "a/b=" * 200, " ", "中" * 500, "\u200b", "👩‍👩‍👧" * 50]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["x" * 399, "x" * 1000, "a/b=" * 200, " ", "中" * 500, "\u200b", "👩‍👩‍👧" * 50]), max_size=6
    )
)
def test_endless_words_get_places_to_break_and_lose_them_again(parts: list[str]) -> None:
    text = " ".join(parts)
    assert joined(breakable(text)) == text
    assert max((len(word) for word in breakable("y" * 5000).split("\u200b")), default=0) <= 100


def test_an_endless_word_is_copied_as_it_was(qtbot: QtBot) -> None:
    page = MarkdownBrowser()
    qtbot.addWidget(page)
    word = "0123456789abcdef" * 200
    page.show_text(f"key {word} end\n\n```\n{word}\n```")
    page.selectAll()
    assert page.createMimeDataFromSelection().text() == f"key {word} end\n{word}"
    page.place_code_buttons()
    page.code_buttons[0].click()
    assert QGuiApplication.clipboard().text() == word
    QGuiApplication.clipboard().clear()


def test_a_long_answer_is_written_piece_by_piece_and_then_as_if_at_once(qtbot: QtBot) -> None:
    page = CitedBrowser()
    qtbot.addWidget(page)
    page.resize(600, 400)
    text = "A paragraph with **bold** and `code`.\n\n- item\n- item\n\n" * 500 + "It says “found at the end” there."
    page.show_text(text)
    assert page.document().characterCount() < AT_ONCE < len(text)
    assert page.markdown_text == text
    place = text.index("“found")
    page.set_citations([Citation("quote", place, place + 18, "“found at the end”", "exact", places=(Place(1, 1),))])
    assert page.marks == ()
    with qtbot.waitSignal(page.rewritten, timeout=20_000):
        pass
    whole = QTextDocument()
    DocRenderer(whole, text_style(LIGHT)).render(text)
    assert page.document().toPlainText() == whole.toPlainText()
    assert len(page.marks) == 1  # marks find their words when these are there


def test_a_million_characters_do_not_stop_the_window(qtbot: QtBot) -> None:
    view = ChatView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.set_messages([MessageItem("user", "x" * MILLION), MessageItem("assistant", "word " * (MILLION // 5))])
    question = view._build(0).browser
    assert LONGEST_PLAIN < question.document().characterCount() < 2 * LONGEST_PLAIN
    assert "960,000 more characters are not shown here." in question.document().toPlainText()
    assert question.markdown_text == "x" * MILLION
    assert view._live[1].browser.document().characterCount() < 2 * AT_ONCE
    view.set_messages([])


def test_a_flood_of_brackets_stays_bounded(qtbot: QtBot) -> None:
    page = MarkdownBrowser()
    qtbot.addWidget(page)
    page.resize(600, 400)
    page.begin()
    for _ in range(4):
        page.push("[" * 1500)
    page.finish()
    assert joined(page.document().toPlainText().replace("\n", "")) == "[" * 6_000
