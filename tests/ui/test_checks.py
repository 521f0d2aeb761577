"""Quotations and page references bear their verdicts: for the eye, the mouse, the keyboard and the ear."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from app.cite.check import check
from app.cite.sources import Sources
from app.core.chat import Document, Page
from app.core.citation import Citation, PageRef, Place
from app.ui.chat.cited import CitedBrowser
from app.ui.chat.mark_places import place_spans
from app.ui.chat.message import MessageItem, ReceiptDetails
from app.ui.chat.rows import AnswerRow
from app.ui.chat.verdicts import checks_line, look_of, target_of, verdict_words
from app.ui.chat.view import ChatView
from app.ui.markdown.references import broken
from app.ui.theme import theme
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

LEASE = Document(
    "/lease.pdf",
    "lease.pdf",
    "pdf",
    "ab",
    (
        Page(1, "The tenant pays a rent of 1,450 euros in advance on the first working day of each month."),
        Page(2, "Either party may end the lease with three months' notice. 押金为两个月的租金，签约时支付。"),
    ),
)
ANSWER = """The rent: "**a rent of 1,450 euros** in advance" [D1 p.1], and *notice*:

> Either party may end the lease with three months' notice.

[D1 p.1] It also says “the landlord pays for the garden and the roof” [D1 p.2].

| Point | What it says |
|---|---|
| 押金 | “押金为两个月的租金，签约时支付” [D1 p.2] |

See [D1 p.9].
"""


@pytest.fixture
def citations() -> tuple[Citation, ...]:
    return check(ANSWER, Sources((LEASE,)))


@pytest.fixture
def view(qtbot: QtBot) -> ChatView:
    made = ChatView()
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def shown(view: ChatView, row: int = 0) -> AnswerRow:
    widget = view._live[row]
    assert isinstance(widget, AnswerRow)
    return widget


def text_of(page: CitedBrowser, number: int) -> str:
    mark = page.marks[number]
    raw = page.document().toRawText().encode("utf-16-le")
    return broken(raw[2 * mark.start : 2 * mark.end].decode("utf-16-le"))


def test_marks_stand_on_the_words_they_are_about(view: ChatView, citations: tuple[Citation, ...]) -> None:
    view.set_messages([MessageItem("assistant", ANSWER, key="1", citations=citations, receipt="r")])
    page = shown(view).text
    assert len(page.marks) == len(citations) == 9
    texts = [text_of(page, number) for number in range(9)]
    assert texts[0] == '"a rent of 1,450 euros in advance"'
    assert texts[1] == "[D1 p.1]"
    assert texts[2] == "Either party may end the lease with three months' notice."
    assert texts[3] == "[D1 p.1]"
    assert texts[4] == "“the landlord pays for the garden and the roof”"
    assert texts[6:] == ["“押金为两个月的租金，签约时支付”", "[D1 p.2]", "[D1 p.9]"]
    ends = [mark.end for mark in page.marks]
    assert ends == sorted(ends), "the second [D1 p.1] is not taken for the first"


def test_letters_beyond_the_first_plane_do_not_shift_marks() -> None:
    source = "😀😀 **say** “wise words” 𝒳"
    shown = "😀😀 say “wise words” 𝒳"
    at = source.index("“")
    (span,) = place_spans(source, shown, [(at, at + len("“wise words”"))])
    assert span == (9, 21)
    assert place_spans(source, shown, [(0, 2)]) == [None]


def test_no_two_verdicts_look_alike_without_colour() -> None:
    def quote(**values: object) -> Citation:
        return Citation("quote", 0, 1, "words", **values)  # type: ignore[arg-type]

    there = (Place(1, 2),)
    looks = [
        look_of(quote(verdict="exact", places=there)),
        look_of(quote(verdict="normalized", places=there)),
        look_of(quote(verdict="fuzzy", score=0.9, places=there)),
        look_of(quote(verdict="exact", places=there, cited=(PageRef(1, 3),))),
        look_of(quote(verdict="missing")),
    ]
    assert len({look.line for look in looks}) == 5


@pytest.mark.parametrize(
    ("citation", "words"),
    [
        (Citation("quote", 0, 1, "w", "exact", places=(Place(1, 2),)), "Found on D1 p.2, word for word."),
        (
            Citation("quote", 0, 1, "w", "fuzzy", 0.87, places=(Place(1, 2), Place(1, 3)), numbers_differ=True),
            "Nearly so on D1 p.2, D1 p.3: 87 % alike. The numbers differ.",
        ),
        (
            Citation("quote", 0, 1, "w", "exact", cited=(PageRef(1, 3),), places=(Place(1, 2),)),
            "Found on D1 p.2, not on the page the answer names.",
        ),
        (Citation("quote", 0, 1, "w", "missing", 0.0), "Not found on any page that was read."),
        (Citation("page", 0, 1, "w", "no_page", cited=(PageRef(1, 9),)), "There is no such page."),
        (Citation("page", 0, 1, "w", "exists", places=(Place(1, 2),)), "This page was given to the model."),
    ],
)
def test_every_verdict_has_its_sentence(citation: Citation, words: str) -> None:
    assert verdict_words(citation) == words


def test_the_line_counts(citations: tuple[Citation, ...]) -> None:
    line = "4 quotes checked: 2 found, 1 on another page, 1 not found · 1 page named that was not read"
    assert checks_line(citations) == line
    assert checks_line([one for one in citations if one.verdict == "exists"]) == ""
    page = Citation("page", 0, 1, "p. 1", "exists", cited=(PageRef(1, 1),))
    assert checks_line([page, page]) == "1 page named, and read"
    other = Citation("page", 0, 1, "p. 2", "exists", cited=(PageRef(1, 2),))
    assert checks_line([page, other]) == "2 pages named, all read"


def test_the_check_comes_without_moving_anything(view: ChatView, citations: tuple[Citation, ...]) -> None:
    view.begin_answer(MessageItem("assistant", key="7"))
    view.append("answer", ANSWER)
    view.finish_answer("Read 1 file", awaits_check=True)
    row = shown(view)
    assert row.checks is not None
    assert row.checks.words == "Checking the quotes…"
    before = (row.height(), row.text.height(), view.verticalScrollBar().value())
    view.show_citations("7", citations)
    assert (row.height(), row.text.height(), view.verticalScrollBar().value()) == before
    assert row.checks.words.startswith("4 quotes checked")
    assert view.message(0).citations == citations
    view.show_citations("gone", citations)


def test_nothing_to_check_is_said(view: ChatView) -> None:
    view.begin_answer(MessageItem("assistant", key="7"))
    view.append("answer", "Plain words.")
    view.finish_answer("Read 1 file", awaits_check=True)
    view.show_citations("7", ())
    checks = shown(view).checks
    assert checks is not None
    assert checks.words == "No quotes and no pages to check."


def test_a_click_opens_the_place(view: ChatView, citations: tuple[Citation, ...]) -> None:
    view.set_messages([MessageItem("assistant", ANSWER, citations=citations)])
    page, spy = shown(view).text, QSignalSpy(view.citation_wanted)
    box = page.boxes_of(1)[0]
    QTest.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert spy.count() == 1
    assert spy.at(0) == [0, citations[1]]
    place = target_of(citations[1])
    assert place is not None
    assert LEASE.pages[place.page - 1].text[place.start : place.end] == "a rent of 1,450 euros in advance"
    QTest.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(page.width() - 2, 2))
    assert spy.count() == 1


def test_the_keyboard_goes_from_mark_to_mark(view: ChatView, citations: tuple[Citation, ...]) -> None:
    view.set_messages([MessageItem("assistant", ANSWER, citations=citations, receipt="r")])
    page, spy = shown(view).text, QSignalSpy(view.citation_wanted)
    page.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        QTest.keyClick(page, Qt.Key.Key_Tab)
    QTest.keyClick(page, Qt.Key.Key_Backtab)
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert spy.at(0) == [0, citations[1]]
    assert page.spoken(0).startswith("a rent of 1,450 euros")
    assert page.spoken(0).endswith("Found on D1 p.1, word for word.") or "only spaces" in page.spoken(0)
    for _ in range(20):
        if not page.hasFocus():
            break
        QTest.keyClick(page, Qt.Key.Key_Tab)
    assert not page.hasFocus(), "Tab leaves after the last mark"


def test_the_view_goes_along_with_the_keyboard(view: ChatView) -> None:
    text = "\n\n".join(f"Paragraph {number} [D1 p.1]." for number in range(60))
    citations = check(text, Sources((LEASE,)))
    view.set_messages([MessageItem("assistant", text, citations=citations)])
    bar, page = view.verticalScrollBar(), shown(view).text
    bar.setValue(0)
    page.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(60):
        QTest.keyClick(page, Qt.Key.Key_Tab)
    box = page.boxes_of(59)[0]
    place = page.viewport().mapTo(view.viewport(), box.center().toPoint())
    assert view.viewport().rect().contains(place)
    assert bar.value() > 0


def test_the_line_opens_to_all_of_them(view: ChatView, citations: tuple[Citation, ...]) -> None:
    view.set_messages([MessageItem("assistant", ANSWER, citations=citations)])
    row, spy = shown(view), QSignalSpy(view.citation_wanted)
    assert row.checks is not None
    row.checks.button.click()
    assert [one.citation.verdict for one in row.checks.rows][1:] == ["exact", "missing", "exact", "no_page"]
    assert "Not found on any page that was read." in row.checks.rows[2].accessibleName()
    QTest.keyClick(row.checks.rows[2], Qt.Key.Key_Return)
    assert spy.at(0) == [0, citations[4]]
    assert all(part in row.focus_chain() for part in row.checks.rows)
    row.checks.button.click()
    assert row.checks.rows == []


def test_marks_survive_another_width_and_theme(view: ChatView, citations: tuple[Citation, ...]) -> None:
    view.set_messages([MessageItem("assistant", ANSWER, citations=citations)])
    page = shown(view).text
    before = page.boxes_of(4)
    view.resize(420, 700)
    assert page.boxes_of(4) != before
    theme().choose("dark")
    assert text_of(page, 1) == "[D1 p.1]"
    assert not page.grab().isNull()


def test_the_receipt_is_copied_with_what_was_checked(view: ChatView, citations: tuple[Citation, ...]) -> None:
    details = ReceiptDetails(facts=(("Context used", "10"),), markdown="- Context: 10")
    item = MessageItem("assistant", ANSWER, citations=citations, receipt="Read 1 file", details=details)
    view.set_messages([item])
    receipt = shown(view).receipt
    assert receipt is not None
    receipt.button.click()
    assert receipt.card is not None
    receipt.card.copy.click()
    assert QGuiApplication.clipboard().text() == f"- Context: 10\n- {checks_line(citations)}"


def test_marks_come_back_when_a_chat_is_opened_again(tmp_path: Path, qtbot: QtBot) -> None:
    studio = Studio(tmp_path, qtbot, Script("It says: “The tenant pays a rent of 1,450 euros” [D1 p.1]."))
    studio.load()
    conversation = studio.window.conversation
    conversation.attach([LEASE])
    studio.ask("What is the rent?")
    studio.wait(lambda: len(conversation.messages[-1].citations) == 2)
    studio.wait(lambda: len(shown(studio.window.chat.view, 1).text.marks) == 2)
    chat_id = conversation.chat_id
    assert chat_id is not None
    studio.window.new_chat()
    conversation.open_chat(chat_id)
    studio.wait(lambda: conversation.chat_id == chat_id and studio.window.chat.view.count == 2)
    row = shown(studio.window.chat.view, 1)
    assert [mark.citation.verdict for mark in row.text.marks] == ["exact", "exact"]
    wanted: list[tuple[int, ...]] = []
    conversation.page_wanted.connect(lambda *place: wanted.append(place))
    row.text.citation_wanted.emit(row.text.marks[0].citation)
    assert wanted == [(1, 1, 0, 37)]
    studio.close()


def test_a_reference_stays_on_one_line_and_is_copied_as_it_was_written(qtbot: QtBot) -> None:
    page = CitedBrowser()
    qtbot.addWidget(page)
    text = "Other animals need written consent [D1 p.2], and so do birds 【D1 p.2】 of any kind."
    page.show()
    page.show_text(text)
    starts = [text.index("[D1"), text.index("【D1")]
    page.set_citations([Citation("page", at, at + 8, text[at : at + 8], "exact") for at in starts])
    for width in range(200, 400, 7):
        page.resize(width, page.fit(width))
        assert [len(page.boxes_of(number)) for number in (0, 1)] == [1, 1], width
    page.selectAll()
    assert page.createMimeDataFromSelection().text() == text
    assert page.toPlainText() == text
