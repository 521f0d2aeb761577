"""The performance panel as it is used: alarms, alerts, answers in figures, the benchmark, the documents of a chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine import messages as m
from app.machine.live import Sample
from app.session.demo import demo_document_path
from app.ui.inspector.document_row import DocumentRow
from app.ui.pages.benchmark import BenchmarkPage
from app.ui.pages.performance import PerformancePage
from app.ui.sample_computer import SAMPLE_MACHINE, SampleTelemetry
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.chart import Chart
from app.ui.widgets.chart_lines import Line
from app.ui.widgets.metric import MetricCard
from app.ui.widgets.scale import nice_steps, number_words
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

COSTS = (m.Cost(1, 0, 20.0), m.Cost(1, 1000, 40.0))


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path, qtbot, Script("word " * 12, costs=COSTS))
    yield made
    made.close()


def telemetry_of(studio: Studio) -> SampleTelemetry:
    stand_in: Any = studio.window.telemetry
    assert isinstance(stand_in, SampleTelemetry)
    return stand_in


def test_a_full_card_is_told_and_one_press_loads_it_smaller(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    window, telemetry = studio.window, telemetry_of(studio)
    studio.load()
    window.frame.right.button.setChecked(True)
    telemetry.gpu = {"shared_bytes": 2 << 30, "used_bytes": 25_700_000_000}
    plan = studio.desk.plan
    assert plan is not None
    big = type(plan.vram)(18 << 30, 8 << 30, 1 << 30, 0, 27 << 30)
    studio.desk.plan = type(plan)(**{name: getattr(plan, name) for name in plan.__struct_fields__} | {"vram": big})
    telemetry.play(seconds=5)
    box = window.inspector.alarms
    assert box.isVisible()
    button = next(one for one in box.findChildren(TextButton) if one.text().startswith("Reload with"))
    assert "computer's memory" in window.sidebar.chip.accessibleName(), "a quiet sign, with its words"
    loads = list[Any]()
    monkeypatch.setattr("app.ui.loader.load_model", lambda *args, fixed: loads.append(fixed))
    studio.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert loads[0].n_ctx < plan.n_ctx
    assert loads[0].kv_type == plan.kv_type
    telemetry.gpu = {}
    telemetry.play(seconds=8)
    assert not box.isVisible()
    assert "computer's memory" not in window.sidebar.chip.accessibleName()


def test_an_alert_is_put_aside_and_its_limit_is_changed(studio: Studio) -> None:
    window, telemetry, alerts = studio.window, telemetry_of(studio), studio.desk.monitor.alerts
    window.frame.right.button.setChecked(True)
    telemetry.play(seconds=4)
    card, loud = window.inspector.alerts, window.inspector.loud
    assert loud.isVisible()
    assert "94 % of the graphics memory" in window.sidebar.chip.accessibleName()
    aside = loud.findChildren(IconButton)[0]
    studio.qtbot.mouseClick(aside, Qt.MouseButton.LeftButton)
    assert not loud.isVisible()
    assert alerts.active
    assert "94 %" not in window.sidebar.chip.accessibleName()
    card.fold.setChecked(True)
    assert card.fields["vram"].value() == 85
    card.fields["vram"].setValue(98)
    assert studio.desk.settings.alert_vram_percent == 98
    telemetry.play(seconds=11)
    assert not alerts.active
    assert alerts.recent[0].until_s is not None
    card.fields["vram"].setValue(0)
    assert card.fields["vram"].text() == "Off"


def test_nothing_is_drawn_while_hidden_and_nothing_is_missing_after(studio: Studio) -> None:
    window, telemetry = studio.window, telemetry_of(studio)
    clock: Any = lambda: telemetry.now_s  # noqa: E731
    machine = window.inspector.machine
    machine._clock = clock
    for card in machine.findChildren(MetricCard):
        card._clock = clock
    telemetry.play(seconds=60)
    assert machine.cpu.value is None
    window.frame.right.button.setChecked(True)
    assert machine.cpu.value is not None
    assert sum(len(piece) for piece in machine.cpu.points(machine.cpu._area())) >= 20


def test_without_a_card_the_processor_takes_its_place(studio: Studio) -> None:
    window = studio.window
    window.frame.right.button.setChecked(True)
    window.guide.machine = None
    studio.desk.monitor.take(Sample(1.0, (), 40.0, 8 << 30, 16 << 30, 1 << 30))
    machine = window.inspector.machine
    assert not machine.load.isVisible()
    assert not machine.vram.isVisible()
    assert machine.cpu.isVisible()
    studio.qtbot.waitUntil(lambda: machine.cpu.width() > 1.8 * machine.memory.width(), timeout=20_000)


def test_answers_in_figures_are_sorted_and_open(studio: Studio) -> None:
    window = studio.window
    studio.load()
    studio.ask("The first question")
    window.new_chat()
    studio.ask("The second question")
    window.show_page("performance")
    page = window.pages["performance"]
    assert isinstance(page, PerformancePage)
    studio.wait(lambda: len(page.table.answers) == 2)
    assert page.summary.text().startswith("2 answers. First token: P50")
    first = min(page.table.answers, key=lambda one: one.message_id)
    table = page.table
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert table.model().index(0, 1).data() == first.title
    table.setCurrentIndex(table.model().index(0, 0))
    studio.qtbot.keyClick(table, Qt.Key.Key_Return)
    studio.wait(lambda: window.conversation.chat_id == first.chat_id)
    assert window.page == "chat"
    assert window.conversation.messages[1].id == first.message_id


def test_a_benchmark_runs_is_drawn_kept_and_its_removal_undone(studio: Studio) -> None:
    window = studio.window
    window.show_page("benchmark")
    page = window.pages["benchmark"]
    assert isinstance(page, BenchmarkPage)
    assert page.load.isVisible()
    assert not page.start.isVisible()
    studio.load()
    window.show_page("benchmark")
    benching = window.figuring.benching
    studio.qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    assert page.stop.isVisible()
    studio.wait(lambda: bool(benching.results))
    assert not benching.is_running
    depths = [point.depth_tokens for point in benching.results[0].points]
    assert len(depths) == 3
    assert "Measured: " in page.chart.accessibleDescription()
    assert "Expected: " in page.chart.accessibleDescription()
    run = benching.results[0]
    drop = next(one for one in page.list.findChildren(IconButton))
    studio.qtbot.mouseClick(drop, Qt.MouseButton.LeftButton)
    studio.wait(lambda: not benching.results)
    undo = next(one for one in window.notices.findChildren(TextButton) if one.text() == "Undo")
    studio.qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    studio.wait(lambda: benching.results == (run,))


def test_documents_of_a_chat_are_listed_and_open(studio: Studio) -> None:
    window = studio.window
    studio.load()
    documents = window.inspector.documents
    window.conversation.add_files([demo_document_path()])
    studio.wait(lambda: bool(window.conversation.documents))
    (row,) = documents.rows
    assert "pages" in row.item.facts
    window.inspector.show_tab("documents")
    window.frame.right.button.setChecked(True)
    studio.qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.leafing.is_open
    window.leafing.close()
    studio.ask("What is it about?")
    studio.wait(lambda: [one.item.tag for one in documents.rows] == ["D1"])
    window.frame.right.button.setChecked(True)
    sent = documents.rows[0]
    assert isinstance(sent, DocumentRow)
    studio.qtbot.mouseClick(sent, Qt.MouseButton.LeftButton)
    studio.wait(lambda: window.leafing.is_open and not window.leafing.is_editable)


def test_the_chart_is_read_by_mouse_and_keys(qtbot: QtBot) -> None:
    chart = Chart("Speed", lambda x: f"at {x:.0f}", lambda low, high: (low, high))
    qtbot.addWidget(chart)
    chart.resize(600, 260)
    chart.set_lines([], "tok/s", empty="Nothing yet")
    assert not chart.grab().isNull()
    assert chart.accessibleDescription() == "Nothing yet"
    points = ((0.0, 50.0), (1000.0, None), (2000.0, 40.0), (4000.0, 30.0))
    chart.set_lines([Line("Here", points, dots=True), Line("Empty", ((0.0, None),))], "tok/s")
    assert chart.accessibleDescription() == "Here: 30.0 – 50.0 tok/s"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(chart, key)
    assert chart.said() == "at 2000   Here 40.0"
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.said() == "at 0   Here 50.0"
    none, place = Qt.MouseButton.NoButton, QPointF(chart._area().right(), 100)
    move = QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(chart, move)
    assert chart.said() == "at 4000   Here 30.0"
    assert not chart.grab().isNull()
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.said() == ""


def test_the_card_shows_the_value_under_the_mouse(qtbot: QtBot) -> None:
    now = [100.0]
    card = MetricCard("GPU load", "%", high=100, clock=lambda: now[0], holds=True)
    qtbot.addWidget(card)
    card.resize(300, 92)
    card.fill([(second, float(second)) for second in range(0, 100, 5)])
    card.add(None)
    assert card.value_words() == "95", "the last value stays to be read"
    assert card.value is None
    area = card._area()
    card._hover_x = area.right() - 50 / 180 * area.width()
    assert card._under_mouse(area, now[0]) == (50, 50.0)
    assert not card.grab().isNull()
    card.set_care("slowed by heat")
    assert card.accessibleDescription() == "95 %. slowed by heat"
    assert not card.grab().isNull()


def test_axes_have_round_numbers() -> None:
    assert nice_steps(48.2) == [0, 10, 20, 30, 40, 50]
    assert nice_steps(0.9) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert nice_steps(0) == [0, 1]
    assert number_words(0.2, 0.2) == "0.2"
    assert number_words(2500, 500) == "2,500"
