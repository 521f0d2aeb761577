"""The panel with several graphics cards, with one, and with none: figures add up, and each card has its own curve."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.machine.live import GpuSample, Sample
from app.session.alert_words import alert_words
from app.session.columns import card_column
from app.session.figures import history_csv
from app.ui.inspector.card_rows import CardRows
from app.ui.pages.hour_card import MINUTE_S, HourCard, _ticks
from app.ui.sample_computer import SAMPLE_MACHINE
from app.ui.widgets.chart import Chart
from app.ui.widgets.chart_lines import Band, Line
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

GIB = 1 << 30


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path, qtbot, Script("Yes."))
    yield made
    made.close()


def cards(count: int, **changes: Any) -> tuple[GpuSample, ...]:
    return tuple(
        GpuSample(
            "RTX 4090", (10 + n) * GIB, 24 * GIB, load_percent=90.0 - n, temperature_c=60.0 + n, power_w=300.0,
            clock_mhz=2500.0, process_bytes=(9 + n) * GIB, throttle=changes.get("throttle", ()),
        )
        for n in range(count)
    )  # fmt: skip


def hear(studio: Studio, count: int, seconds: int = 20, **changes: Any) -> None:
    monitor = studio.desk.monitor
    start = monitor.moment.sample.time_s + 1 if monitor.moment else 1.0
    for second in range(seconds):
        monitor.take(Sample(start + second, cards(count, **changes), cpu_percent=10.0))


@pytest.mark.parametrize("count", [2, 4])
def test_the_figures_of_several_cards_add_up_and_each_has_its_line(studio: Studio, count: int) -> None:
    hear(studio, count)
    monitor, history = studio.desk.monitor, studio.desk.monitor.history
    parts = monitor.moment.parts if monitor.moment else None
    assert parts is not None
    used = [history.latest(card_column(n, "used_bytes")) or 0 for n in range(1, count + 1)]
    assert history.latest("vram_used_bytes") == sum(used) == parts.used_bytes
    assert parts.total_bytes == history.latest("vram_total_bytes") == 24 * GIB * count
    assert history.latest("gpu_power_w") == 300.0 * count
    assert history.latest("gpu_temperature_c") == 60.0 + count - 1
    studio.window.show_page("performance")
    hour: HourCard = studio.window.pages["performance"].hour  # type: ignore[attr-defined]
    hour._on_kind("temperature")
    assert [line.name for line in hour.chart._lines] == [f"Card {n}" for n in range(1, count + 1)]
    assert hour.kind.findData("cards") >= 0
    studio.window.frame.right.button.setChecked(True)
    rows = studio.window.inspector.machine.rows
    assert rows.isVisibleTo(studio.window.inspector)
    assert rows.words().splitlines()[-1] == f"{count}  {9 + count}.0 GB  {91 - count} %  {59 + count} °C  300 W"
    lines = history_csv(monitor).decode("utf-8-sig").splitlines()
    last = list(csv.DictReader(lines))[-1]
    assert last[card_column(count, "load_percent")] == str(91 - count)
    assert card_column(count + 1, "load_percent") not in last, "no columns for cards that are not there"


def test_an_alert_names_the_card_it_is_about(studio: Studio) -> None:
    full = msgspec.structs.replace(cards(1)[0], used_bytes=23 * GIB, temperature_c=91.0)
    for second in range(5):
        studio.desk.monitor.take(Sample(1.0 + second, (*cards(2), full)))
    words = {alert.kind: alert_words(alert) for alert in studio.desk.monitor.alerts.active}
    assert words["vram"].startswith("96 % of the RTX 4090 (3)'s memory is in use")
    assert words["temperature"].startswith("The RTX 4090 (3) is at 91 °C")


def test_a_card_that_goes_takes_its_lines_along_and_none_leaves_the_rest(studio: Studio) -> None:
    hear(studio, 2)
    studio.window.show_page("performance")
    hour: HourCard = studio.window.pages["performance"].hour  # type: ignore[attr-defined]
    hour._on_kind("cards")
    hear(studio, 1)
    hour.draw()
    assert hour.kind.findData("cards") < 0
    assert hour.kind.currentData() == "decode"
    hour._on_kind("load")
    assert [line.name for line in hour.chart._lines] == ["GPU load"]
    hear(studio, 0)
    hour.draw()
    assert hour.kind.findData("load") < 0
    assert hour.kind.findData("cpu") >= 0


def test_the_time_range_is_chosen_and_what_slowed_the_card_is_shaded(studio: Studio) -> None:
    hear(studio, 1, 30)
    hear(studio, 1, 30, throttle=("heat",))
    studio.window.show_page("performance")
    hour: HourCard = studio.window.pages["performance"].hour  # type: ignore[attr-defined]
    hour._on_kind("clock")
    hour._on_span(MINUTE_S)
    (band,) = hour.chart._bands
    assert band.name == "slowed by heat"
    (stretch,) = band.stretches
    assert stretch == pytest.approx((-0.5, 0.0), abs=0.03)
    hour.chart._point_at(-0.25)
    assert hour.chart.said().startswith("15 s ago")
    assert hour.chart.said().endswith("slowed by heat")
    hour.chart._point_at(-0.9)
    assert "slowed" not in hour.chart.said()
    assert hour._timer.interval() == 1000


def test_every_range_has_round_times_under_it() -> None:
    assert _ticks(-60.0, 0.0) == [-60, -50, -40, -30, -20, -10, 0]
    assert _ticks(-10.0, 0.0) == [-10, -8, -6, -4, -2, 0]
    assert _ticks(-1.0, 0.0) == [-1, -0.75, -0.5, -0.25, 0]


def test_cards_of_other_names_are_named_and_one_that_is_lost_says_so(qtbot: QtBot) -> None:
    rows = CardRows()
    qtbot.addWidget(rows)
    low, high = cards(2)
    rows.show_cards((low, high))
    height = rows.sizeHint().height()
    rows.show_cards((low, msgspec.structs.replace(high, name="RTX 5090", is_lost=True)))
    assert rows.sizeHint().height() > height
    assert rows.accessibleDescription().splitlines()[1] == "2  RTX 5090  stopped answering"
    rows.resize(rows.sizeHint())
    assert not rows.grab().isNull()


def test_a_chart_without_bands_paints_and_says_none(qtbot: QtBot) -> None:
    chart = Chart("Speed", str, lambda _low, _high: (0.0, 1.0))
    qtbot.addWidget(chart)
    chart.set_lines(
        [Line("Here", ((0.0, 1.0), (1.0, 2.0)))], "tok/s", bands=[Band("Slow", ()), Band("Hot", ((0.5, 1.0),))]
    )
    assert [band.name for band in chart._bands] == ["Hot"]
    assert chart.accessibleDescription().endswith("Hot")
    assert not chart.grab().isNull()
