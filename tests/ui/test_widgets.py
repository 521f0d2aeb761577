"""The composer and the small widgets: by keyboard, by name, by number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.chat.composer import Composer
from app.ui.theme import theme, tokens
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.chip import ChipItem, FileChip
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.gauge import ContextGauge, ContextParts
from app.ui.widgets.labels import ElidedLabel, make_label
from app.ui.widgets.metric import LARGEST_POINTS, SPAN_S, MetricCard
from app.ui.widgets.switch import Switch
from app.ui.widgets.vram import VramBar, VramParts


@pytest.fixture
def composer(qtbot: QtBot) -> Iterator[Composer]:
    page = QWidget()
    page.resize(700, 900)
    made = Composer()
    layout = QVBoxLayout(page)
    layout.addStretch(1)
    layout.addWidget(made)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    yield made
    page.close()


def press(widget: QWidget, key: Qt.Key, text: str = "", shift: bool = False) -> None:
    modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))


def test_enter_sends_and_shift_enter_breaks_the_line(composer: Composer) -> None:
    spy = QSignalSpy(composer.send_requested)
    press(composer.edit, Qt.Key.Key_Return)
    assert spy.count() == 0
    composer.set_text("one")
    press(composer.edit, Qt.Key.Key_Return, "\r", shift=True)
    assert spy.count() == 0
    composer.edit.insertPlainText("two")
    press(composer.edit, Qt.Key.Key_Enter)
    assert spy.at(0)[0].replace("\u2028", "\n") == "one\ntwo"
    assert composer.text, "the text stays until the caller clears it"
    composer.clear()
    assert composer.text == ""


def test_an_input_method_composing_does_not_send(composer: Composer) -> None:
    composer.set_text("你好")
    spy = QSignalSpy(composer.send_requested)
    QApplication.sendEvent(composer.edit, QInputMethodEvent("shi jie", []))
    press(composer.edit, Qt.Key.Key_Return)
    composer.send_button.click()
    assert spy.count() == 0
    done = QInputMethodEvent("", [])
    done.setCommitString("世界")
    QApplication.sendEvent(composer.edit, done)
    press(composer.edit, Qt.Key.Key_Return)
    assert spy.at(0) == ["你好世界"]


def test_send_becomes_stop(composer: Composer) -> None:
    sent, stopped = QSignalSpy(composer.send_requested), QSignalSpy(composer.stop_requested)
    composer.set_text("next")
    composer.set_answering(True)
    assert composer.send_button.accessibleName() == "Stop"
    press(composer.edit, Qt.Key.Key_Return)
    assert sent.count() == 0
    composer.send_button.click()
    assert stopped.count() == 1
    composer.set_answering(False)
    assert composer.send_button.accessibleName() == "Send"
    composer.send_button.click()
    assert sent.at(0) == ["next"]


def test_it_says_why_it_cannot_send(composer: Composer) -> None:
    assert not composer.send_button.isEnabled()
    composer.set_text("x")
    composer.set_blocked("Load a model first.")
    assert composer.send_button.toolTip() == "Load a model first."
    assert not composer.send_button.isEnabled()
    composer.set_blocked("")
    composer.set_file(ChipItem("a", "a.pdf", state="reading", progress=0.2))
    assert not composer.send_button.isEnabled()
    composer.set_file(ChipItem("a", "a.pdf", pages=2, tokens=900))
    assert composer.send_button.isEnabled()


def test_it_grows_to_a_third_of_the_window(composer: Composer) -> None:
    low = composer.edit.height()
    composer.set_text("line\n" * 6)
    middle = composer.edit.height()
    composer.set_text("line\n" * 100)
    assert low < middle < composer.edit.height() <= 300


def test_up_recalls_only_from_an_empty_field(composer: Composer) -> None:
    spy = QSignalSpy(composer.recall_requested)
    composer.set_text("x")
    press(composer.edit, Qt.Key.Key_Up)
    assert spy.count() == 0
    composer.clear()
    press(composer.edit, Qt.Key.Key_Up)
    assert spy.count() == 1


def test_file_chips(composer: Composer) -> None:
    composer.set_files([ChipItem("a", "a.pdf", 15, 12400), ChipItem("b", "b.txt", state="reading")])
    composer.set_progress("b", 0.4)
    assert [item.progress for item in composer.files] == [0, 0.4]
    chips = composer.findChildren(FileChip)
    assert [chip.accessibleName() for chip in chips] == ["a.pdf · 15 pages · 12K tokens", "b.txt · reading 40 %"]
    removed = QSignalSpy(composer.file_removed)
    chips[0].button.click()
    press(chips[1], Qt.Key.Key_Delete)
    assert [removed.at(i) for i in range(2)] == [["a"], ["b"]]
    composer.set_files([ChipItem("b", "b.txt", state="refused", reason="This is not text.")])
    assert [item.key for item in composer.files] == ["b"]
    assert chips[1].accessibleDescription() == "This is not text."
    assert "This is not text." in chips[1].accessibleName()


def test_files_dropped_on_the_composer(composer: Composer, tmp_path: Path) -> None:
    file = tmp_path / "量化 论文.pdf"
    file.write_bytes(b"x")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)), QUrl("https://example.org/x.pdf")])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    spy = QSignalSpy(composer.files_dropped)
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QApplication.sendEvent(composer, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(composer, QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert spy.at(0) == [[file]]


def test_everything_in_the_composer_is_reachable_and_named(composer: Composer) -> None:
    composer.set_file(ChipItem("a", "a.pdf"))
    wanted: list[QWidget] = [
        composer.gauge,
        composer.findChildren(FileChip)[0],
        composer.edit,
        composer.add_button,
        composer.thinking,
        composer.send_button,
    ]
    found: list[QWidget] = []
    walker: QWidget = composer
    for _ in range(200):
        following = walker.nextInFocusChain()
        assert following is not None
        walker = following
        if walker in wanted and walker not in found:
            found.append(walker)
    assert found == wanted
    assert all(widget.accessibleName() for widget in wanted)
    assert all(widget.focusPolicy() & Qt.FocusPolicy.TabFocus for widget in wanted)


def test_a_click_beside_the_text_goes_to_it(composer: Composer) -> None:
    composer.send_button.setFocus()
    QTest.mouseClick(composer, Qt.MouseButton.LeftButton, pos=QPoint(4, composer.height() - 4))
    assert composer.focusProxy() is composer.edit
    assert composer.window().focusWidget() is composer.edit


def test_the_thinking_switch(composer: Composer) -> None:
    spy = QSignalSpy(composer.thinking_toggled)
    QTest.keyClick(composer.thinking, Qt.Key.Key_Space)
    assert spy.at(0) == [True]


@pytest.mark.parametrize(
    ("used", "level", "words"),
    [
        (7000, "good", "7,000 of 9,999 tokens"),
        (8000, "care", "8,000 of 9,999 tokens"),
        (9600, "bad", "9,600 of 9,999 tokens"),
        (12000, "bad", "2,001 tokens too many"),
    ],
)
def test_the_gauge_warns(qtbot: QtBot, used: int, level: str, words: str) -> None:
    gauge = ContextGauge()
    qtbot.addWidget(gauge)
    gauge.set_parts(ContextParts(documents=used, size=9999))
    assert (gauge.level, gauge.total_words()) == (level, words)
    assert f"Documents: {used:,}" in gauge.accessibleDescription()
    gauge.resize(500, 28)
    image = gauge.grab().toImage()
    colour = getattr(tokens(), "accent" if level == "good" else level)
    assert colour.lower() != image.pixelColor(2, 1).name(), "documents are the second strength"


def test_an_empty_gauge_paints(qtbot: QtBot) -> None:
    gauge = ContextGauge()
    qtbot.addWidget(gauge)
    assert gauge.parts.share == 0
    assert not gauge.grab().isNull()


def test_a_metric_card_draws_three_minutes_in_few_points(qtbot: QtBot) -> None:
    now = [0.0]
    card = MetricCard("Speed", "tok/s", digits=1, clock=lambda: now[0])
    qtbot.addWidget(card)
    assert card.value_words() == "–"
    for step in range(4000):
        now[0] = step * 0.1
        card.add(None if 2000 < step < 2100 else float(step % 70))
    assert card.value_words() == "9.0"
    area = QRectF(0, 0, 300, 50)
    pieces = card.points(area)
    assert sum(len(piece) for piece in pieces) <= LARGEST_POINTS + 2
    assert all(area.adjusted(-0.5, -0.5, 0.5, 0.5).contains(point) for piece in pieces for point in piece)
    card.add(None)
    assert card.value is None
    now[0] += SPAN_S + 1
    card.add(1.0)
    assert len(card.points(area)) == 1
    assert card.accessibleName() == "Speed"
    assert card.accessibleDescription() == "1.0 tok/s"


def test_a_gap_breaks_the_curve_and_the_ghost_is_said(qtbot: QtBot) -> None:
    now = [0.0]
    card = MetricCard("GPU", "%", high=100, clock=lambda: now[0])
    qtbot.addWidget(card)
    for value in (10.0, 20.0, None, 30.0, 200.0):
        now[0] += 5
        card.add(value)
    pieces = card.points(QRectF(0, 0, 300, 50))
    assert [len(piece) for piece in pieces] == [2, 2]
    assert pieces[1][1].y() == 0
    card.set_ghost(62, "Measured on this card")
    assert card.toolTip() == "Expected here: 62 %\nMeasured on this card"
    assert not card.grab().isNull()


def test_the_vram_bar_says_its_parts(qtbot: QtBot) -> None:
    bar = VramBar()
    qtbot.addWidget(bar)
    gib = 1 << 30
    bar.set_parts(VramParts(18 * gib, 3 * gib, gib, gib, 24 * gib))
    assert bar.parts.free_bytes == gib
    assert bar.accessibleDescription().splitlines() == [
        "Weights 18.0 GB",
        "Conversation memory (KV) 3.0 GB",
        "Working memory 1.0 GB",
        "Other programs, driver 1.0 GB",
        "Free 1.0 GB",
    ]
    bar.resize(240, bar.sizeHint().height())
    image = bar.grab().toImage()
    assert image.pixelColor(20, 6).name() == tokens().accent.lower()
    assert image.pixelColor(236, 6).name() == tokens().track.lower()
    bar.set_parts(VramParts(weights_bytes=30 * gib, total_bytes=24 * gib))
    assert bar.parts.free_bytes == 0
    assert VramBar(legend=False).sizeHint().height() == 4


def test_buttons_are_named_and_recoloured(qtbot: QtBot) -> None:
    button, words = IconButton("copy", "Copy answer"), TextButton("Download", kind="primary", picture="download")
    for widget in (button, words):
        qtbot.addWidget(widget)
        widget.show()
    assert button.accessibleName() == button.toolTip() == "Copy answer"
    before = button.icon().pixmap(16).toImage()
    theme().choose("dark")
    assert button.icon().pixmap(16).toImage() != before
    theme().choose("light")
    words.rename("Pause")
    assert words.accessibleName() == "Pause"
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus


def test_focus_shows(qtbot: QtBot) -> None:
    page = QWidget()
    layout = QVBoxLayout(page)
    widgets: list[QWidget] = [TextButton("A"), TextButton("B", kind="primary"), IconButton("x", "C"), Switch("D")]
    for widget in widgets:
        layout.addWidget(widget)
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.setFocus()
    for widget in widgets:
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.grab().toImage() != without, widget.accessibleName()
        page.setFocus()


def test_labels_elide(qtbot: QtBot) -> None:
    label = ElidedLabel("A very long name of a file.pdf", mode=Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.grab()
    assert label.toolTip() == label.text()
    label.resize(600, 20)
    label.grab()
    assert label.toolTip() == ""
    assert make_label("<b>x</b>", "quiet").textFormat() == Qt.TextFormat.PlainText


def test_the_flow_breaks_lines(qtbot: QtBot) -> None:
    page = QWidget()
    flow = FlowLayout(page, gap=10)
    for _ in range(5):
        part = QToolButton()
        part.setFixedSize(100, 20)
        flow.addWidget(part)
    qtbot.addWidget(page)
    assert flow.heightForWidth(1000) == 20
    assert flow.heightForWidth(330) == 50
    assert flow.heightForWidth(100) == 140
    page.resize(330, 100)
    page.show()
    assert [(w.x(), w.y()) for w in page.findChildren(QToolButton)] == [(0, 0), (110, 0), (220, 0), (0, 30), (110, 30)]
