"""The conversation: few widgets for many messages, following the end only when the reader is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QPaintEvent, QRegion
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.chat.heights import RowHeights
from app.ui.chat.message import FailureNote, FileNote, MessageItem, ReceiptDetails
from app.ui.chat.rows import COLUMN_PX, AnswerRow, UserRow, column
from app.ui.chat.stream import LONGEST_MS, SHORTEST_MS, Batch, FlushQueue
from app.ui.chat.view import ChatView
from app.ui.theme import theme

DETAILS = ReceiptDetails(facts=(("Context used", "10 of 100 tokens"),), markdown="- Context")
LONG = "A paragraph of some length that wraps.\n\n" * 30


@pytest.fixture
def view(qtbot: QtBot) -> ChatView:
    made = ChatView()
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def chat(count: int) -> list[MessageItem]:
    return [MessageItem("assistant" if i % 2 else "user", f"**{i}** " + "words " * (i % 60)) for i in range(count)]


def rows_of(view: ChatView) -> dict[int, QWidget]:
    return dict(view._live)


def answer_row(view: ChatView, row: int) -> AnswerRow:
    widget = view._live[row]
    assert isinstance(widget, AnswerRow)
    return widget


def drop(widget: QWidget, paths: Sequence[Path]) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(10, 10), copy, data, left, none)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    dropped = QDropEvent(QPointF(10, 10), copy, data, left, none)
    QApplication.sendEvent(widget, dropped)
    return dropped.isAccepted()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.data())
def test_row_heights_agree_with_plain_sums(heights: list[int], data: st.DataObject) -> None:
    rows = RowHeights()
    rows.replace_all(heights)
    for _ in range(5):
        place = data.draw(st.integers(0, len(heights) - 1))
        heights[place] = data.draw(st.integers(1, 500))
        rows.set(place, heights[place])
    rows.append(7)
    heights.append(7)
    assert [rows.top(i) for i in range(len(rows))] == [sum(heights[:i]) for i in range(len(heights))]
    assert rows.total == sum(heights)
    y = data.draw(st.integers(-10, rows.total + 10))
    found = rows.row_at(y)
    if 0 <= y < rows.total:
        assert rows.top(found) <= y < rows.top(found) + rows.get(found)
    else:
        assert found == (0 if y < 0 else len(rows) - 1)


def test_two_thousand_messages_need_few_widgets(view: ChatView) -> None:
    view.set_messages(chat(2000))
    assert view.count == 2000
    assert 2 <= len(rows_of(view)) < 40
    assert 1999 in rows_of(view)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() // 2)
    assert 1999 not in rows_of(view)
    assert len(rows_of(view)) < 40


def test_rows_lie_below_each_other(view: ChatView) -> None:
    view.set_messages(chat(60))
    live = rows_of(view)
    for row in sorted(live)[1:]:
        if row - 1 in live:
            assert live[row].y() == live[row - 1].y() + live[row - 1].height()


def test_the_column_is_centred_and_narrow(view: ChatView) -> None:
    assert column(1400) == (320, COLUMN_PX)
    assert column(500) == (24, 452)
    view.set_messages([MessageItem("user", "short"), MessageItem("user", "long " * 200)])
    short, long = view._live[0], view._live[1]
    assert isinstance(short, UserRow)
    assert isinstance(long, UserRow)
    left, width = column(view.width())
    assert short._bubble.right() == long._bubble.right() == left + width
    assert short._bubble.width() < 120
    assert 0.7 * width < long._bubble.width() <= 0.78 * width


class Brush(QObject):
    """Remembers what of a widget was painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.painted = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.painted = self.painted.united(event.region())
        return False


def test_a_bubble_that_moved_is_painted_where_it_is_and_where_it_was(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1200, 700)
    view = ChatView(window)
    view.resize(900, 700)
    view.set_messages([MessageItem("user", "short")])
    with qtbot.waitExposed(window):
        window.show()
    qtbot.wait(20)
    row = view._live[0]
    assert isinstance(row, UserRow)
    before, brush = row._bubble.toRect(), Brush(row)
    view.resize(760, 700)
    moved = row._bubble.toRect()
    assert moved.right() < before.right()
    qtbot.waitUntil(lambda: brush.painted.contains(moved.center()))
    seen = before.intersected(row.rect())
    assert brush.painted.intersected(moved.united(seen)).boundingRect() == moved.united(seen)


def test_it_follows_the_end_only_while_the_reader_is_there(view: ChatView) -> None:
    view.set_messages(chat(40))
    bar = view.verticalScrollBar()
    view.begin_answer()
    view.append("answer", LONG)
    view.flush()
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() - 300)
    held = bar.value()
    assert not view.at_bottom
    view.append("answer", LONG)
    view.flush()
    assert bar.value() == held
    assert view._jump.isVisible()
    QTest.mouseClick(view._jump, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    assert not view._jump.isVisible()
    view.finish_answer("done")
    assert bar.value() == bar.maximum()


def test_a_height_learned_above_does_not_move_the_page(view: ChatView) -> None:
    view.set_messages([MessageItem("assistant", "```\n" + "x\n" * (i % 40) + "```") for i in range(200)])
    bar = view.verticalScrollBar()
    for _ in range(30):
        before = bar.value()
        first = view._heights.row_at(before)
        place = view._heights.top(first) - before
        bar.setValue(before - 60)
        assert abs((view._heights.top(first) - bar.value()) - (place + 60)) <= 1


def test_streaming_through_the_queue(view: ChatView, qtbot: QtBot) -> None:
    row = view.begin_answer(MessageItem("assistant", key="m7"))
    for word in ("Hello ", "**wor", "ld**"):
        view.append("answer", word)
    assert answer_row(view, row).browser.toPlainText() == ""
    qtbot.waitUntil(lambda: answer_row(view, row).browser.toPlainText() == "Hello world", timeout=2000)
    view.append("answer", "!")
    view.finish_answer("62 tok/s", details=DETAILS)
    done = view.message(row)
    assert (done.text, done.key, done.state, done.receipt) == ("Hello **world**!", "m7", "complete", "62 tok/s")
    assert view.streaming_row is None
    view.append("answer", "late")
    view.flush()
    assert view.message(row).text == "Hello **world**!"


def test_the_pause_follows_the_cost() -> None:
    now = [0.0]
    costs = {"x": 0.001, "y": 0.02, "z": 1.0}
    drawn: list[str] = []

    def draw(batch: Batch) -> None:
        drawn.append(batch.answer)
        now[0] += costs[batch.answer[-1]]

    queue = FlushQueue(draw, lambda: now[0], lambda: 0.0)
    for text, pause in (("x", SHORTEST_MS), ("y", 160), ("z", LONGEST_MS)):
        queue.append("answer", text, 1)
        queue.flush_now()
        assert queue.pause_ms == pause
    queue.append("answer", "a", 1)
    queue.append("answer", "x", 1)
    queue.flush_now()
    assert drawn == ["x", "y", "z", "ax"]


def test_prefill_is_said_until_the_first_token(view: ChatView) -> None:
    row = view.begin_answer()
    view.set_prefill(12300, 41203)
    widget = answer_row(view, row)
    assert widget.prefill is not None
    assert widget.prefill.words() == "Reading 12,300 of 41,203 tokens, 30 %"
    view.append("answer", "Hi")
    view.flush()
    assert widget.prefill is None


def test_thinking_costs_nothing_while_folded(view: ChatView) -> None:
    row = view.begin_answer()
    view.append("thinking", "I wonder ", 2)
    view.append("thinking", "why.", 1)
    view.flush()
    thinking = answer_row(view, row).thinking
    assert thinking is not None
    assert thinking.browser is None
    assert thinking.button.accessibleName() == "Thinking… 3 tokens"
    thinking.button.click()
    assert thinking.browser is not None
    view.append("thinking", " And *how*.", 1)
    view.flush()
    assert thinking.browser.toPlainText() == "I wonder why. And how."
    view.append("answer", "Because.", 1)
    view.finish_answer("done", thinking_s=12, thinking_tokens=5)
    assert thinking.button.accessibleName() == "Thought for 12 s · 5 tokens", "as it will be kept"
    assert view.message(row).thinking == "I wonder why. And *how*."
    assert view.message(row).thinking_tokens == 5
    thinking.button.click()
    assert thinking.browser is None


def test_the_receipt_opens_in_place(view: ChatView) -> None:
    view.set_messages([MessageItem("assistant", "Text", receipt="Read 3 files", details=DETAILS)])
    widget = answer_row(view, 0)
    assert widget.receipt is not None
    before = widget.height()
    widget.receipt.button.click()
    assert widget.receipt.card is not None
    assert widget.receipt.card.isVisible()
    widget.receipt.card.copy.click()
    assert QGuiApplication.clipboard().text() == "- Context"
    assert widget.height() > before
    widget.receipt.button.click()
    assert widget.height() == before


def test_a_failure_is_a_card_with_one_button(view: ChatView) -> None:
    view.set_messages([MessageItem("user", "Hi")])
    row = view.begin_answer()
    view.append("answer", "Half an")
    view.show_failure(FailureNote("The graphics card ran out of memory.", "Your text is saved.", "Reload", "reload"))
    assert view.streaming_row is None
    assert view.message(row).text == "Half an"
    assert view.message(row).state == "failed"
    spy = QSignalSpy(view.action_requested)
    failure = answer_row(view, row).failure
    assert failure is not None
    assert failure.button is not None
    assert failure.accessibleName() == "The graphics card ran out of memory. Your text is saved."
    QTest.keyClick(failure.button, Qt.Key.Key_Space)
    assert spy.at(0) == [row, "reload"]


def test_an_answer_is_copied_as_markdown(view: ChatView) -> None:
    view.set_messages([MessageItem("assistant", "**A**"), MessageItem("user", "q")])
    answer_row(view, 0).set_focused(True)
    actions = answer_row(view, 0).acts
    assert actions is not None
    actions.icons[0].click()
    assert QGuiApplication.clipboard().text() == "**A**"
    QGuiApplication.clipboard().clear()
    assert view.copy_last_answer()
    assert QGuiApplication.clipboard().text() == "**A**"
    view.set_messages([MessageItem("assistant", "said"), MessageItem("assistant", " ")])
    assert view.copy_last_answer()
    assert QGuiApplication.clipboard().text() == "said", "the one that has only begun is passed over"
    view.set_messages([])
    assert not view.copy_last_answer()


def test_messages_can_be_cut_and_replaced(view: ChatView) -> None:
    view.set_messages(chat(10))
    view.begin_answer()
    view.cut_messages(4)
    assert view.count == 4
    assert view.streaming_row is None
    view.replace_message(3, MessageItem("assistant", "other"))
    assert answer_row(view, 3).browser.toPlainText() == "other"
    assert max(rows_of(view)) == 3


def test_files_dropped_on_the_conversation(view: ChatView, tmp_path: Path) -> None:
    file = tmp_path / "论文 1.pdf"
    file.write_bytes(b"x")
    spy = QSignalSpy(view.files_dropped)
    assert drop(view.viewport(), [file])
    assert spy.at(0) == [[file]]
    empty = QMimeData()
    empty.setText("words")
    enter = QDragEnterEvent(
        QPoint(1, 1), Qt.DropAction.CopyAction, empty, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view.viewport(), enter)
    assert not enter.isAccepted()


def test_tab_follows_the_reading_order(view: ChatView) -> None:
    view.set_messages(
        [
            MessageItem("user", "one"),
            MessageItem("assistant", "two\n\n```\nx\n```", thinking="t", receipt="r", details=DETAILS),
            MessageItem("user", "three"),
        ]
    )
    assert sum(len(view._live[row].focus_chain()) for row in range(3)) == 6
    for row in range(3):
        view._live[row].set_focused(True)  # its line of icons is made when it is needed
    expected = [part for row in range(3) for part in view._live[row].focus_chain()]
    assert len(expected) == 15
    found: list[QWidget] = []
    walker = view.nextInFocusChain()
    while walker is not None and len(found) < len(expected):
        if walker in expected:
            found.append(walker)
        walker = walker.nextInFocusChain()
    assert found == expected
    assert all(part.accessibleName() for part in expected)


def test_a_far_jump_shows_the_first_row_at_once_and_the_others_without_moving_it(view: ChatView) -> None:
    view.set_messages([MessageItem("assistant", f"**{i}**\n\n" + LONG[: 400 * (1 + i % 3)]) for i in range(600)])
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 3)
    first = view.reading_place
    assert first is not None
    assert first[0] in view.live_rows
    top = view.live_rows[first[0]].y()
    QTest.qWait(0)
    while not view.is_settled:
        QTest.qWait(1)
        assert view.live_rows[first[0]].y() == top
    view.go_to_place(400, 30)
    assert view.reading_place == (400, 30)
    assert 400 in view.live_rows


def test_scroll_keys(view: ChatView) -> None:
    view.set_messages(chat(100))
    bar = view.verticalScrollBar()
    end = bar.value()
    QTest.keyClick(view, Qt.Key.Key_PageUp)
    assert bar.value() < end - 400
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert bar.value() == 0
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert bar.value() == 48
    QTest.keyClick(view, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    assert view.at_bottom


def test_resizing_keeps_the_place(view: ChatView) -> None:
    view.set_messages(chat(300))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    first = view._heights.row_at(bar.value() - 12)
    view.resize(620, 700)
    assert abs(view._heights.row_at(bar.value() - 12) - first) <= 1
    view.scroll_to_end()
    view.resize(900, 700)
    assert bar.value() == bar.maximum()


def test_a_theme_switch_keeps_everything(view: ChatView) -> None:
    view.set_messages(chat(20))
    row = view.begin_answer()
    view.append("answer", "Before ")
    view.flush()
    theme().choose("dark")
    view.append("answer", "after")
    view.finish_answer("r")
    assert view.message(row).text == "Before after"
    assert answer_row(view, row).browser.toPlainText() == "Before after"


def test_names_for_screen_readers(view: ChatView) -> None:
    view.set_messages([MessageItem("user", "q", files=(FileNote("a.pdf", 12, 18400),)), MessageItem("assistant", "a")])
    assert view.accessibleName() == "Conversation"
    assert [view._live[row].accessibleName() for row in (0, 1)] == ["You said", "Answer"]
    user = view._live[0]
    assert isinstance(user, UserRow)
    assert user._files[0].accessibleName() == "a.pdf · 12 pages · 17K tokens"


def test_a_long_answer_costs_the_same_at_its_end(view: ChatView) -> None:
    """Counted as the pixels asked to be painted, so that a slow machine does not matter."""
    view.begin_answer()
    piece = "Some words of an answer, with `code`.\n\n"
    heights: list[int] = []
    view.append("answer", piece)
    view.flush()
    page = answer_row(view, 0).browser.viewport()
    asked: list[int] = []
    real = page.update

    class Spy:
        def __call__(self, x: int, y: int, width: int, height: int) -> None:
            asked.append(height)
            real(x, y, width, height)

    page.update = Spy()  # type: ignore[method-assign,assignment]
    for _ in range(300):
        view.append("answer", piece)
        view.flush()
        heights.append(view.viewport().height())
    assert max(asked[-50:]) <= max(asked[:50]) < 200
