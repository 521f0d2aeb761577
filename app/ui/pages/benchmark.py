"""How fast the model reads and writes as its context fills: run, drawn, kept, held against earlier runs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.dates import moment_words
from app.core.units import format_duration, format_tokens
from app.core.words import language, say, sentences
from app.engine.state import EngineState
from app.session.benchbook import BenchPoint, BenchResult, bench_csv, comparable
from app.session.benchmark import deepest, duration_s, usual_depths
from app.session.expecting import expected_decode_tok_s
from app.session.speed import ReadingSpeed, reading_speed
from app.ui.benching import Benching
from app.ui.bridge import listen
from app.ui.inspector.doors import save_csv
from app.ui.pages.bench_list import BenchList
from app.ui.pages.page import Card, Page, field, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.chart import Chart
from app.ui.widgets.chart_lines import Line
from app.ui.widgets.fields import make_choice
from app.ui.widgets.progress import ThinBar
from app.ui.words import model_words

COLUMN_PX = 960
MOST_BEFORE = 3  # earlier runs in the chart
_DEPTHS = (2_048, 8_192, 32_768)


class BenchmarkPage(Page):
    """`library_wanted()` asks for a model; `removed(result)` that its removal can be undone."""

    library_wanted = Signal()
    removed = Signal(object)

    def __init__(self, benching: Benching, parent: QWidget | None = None) -> None:
        super().__init__(say("Benchmark"), parent, column_px=COLUMN_PX)
        self._benching, self._desk = benching, benching.desk
        self._most, self._what = _DEPTHS[1], "decode"
        self._read_tok_s, self._asked_for = 0.0, ""
        self.add(self._run_card())
        self.add(self._chart_card())
        self.list = BenchList(benching)
        self.list.removed.connect(self.removed)
        self.add(self.list)
        listen(self, lambda: benching.changed.connect(self._show))
        listen(self, lambda: benching.failed.connect(self._on_failed))
        listen(self, lambda: self._desk.engine.changed.connect(self._on_engine))
        self._on_engine(self._desk.engine.state)
        benching.read()
        self._show()

    def _run_card(self) -> Card:
        card = Card(say("Measure"))
        self.model = label("")
        self.load = TextButton(say("Choose a model…"), kind="primary")
        self.load.clicked.connect(self.library_wanted)
        pairs = [(most, say("{tokens} tokens", tokens=format_tokens(most))) for most in _DEPTHS]
        self.most = make_choice([*pairs, (0, say("The whole context"))], self._most, self._on_depth)
        self.start = TextButton(say("Start"), kind="primary", picture="play")
        self.start.clicked.connect(lambda: self._benching.start(self._depths()))
        self.stop = TextButton(say("Stop"), picture="square")
        self.stop.clicked.connect(self._benching.stop)
        self.bar, self.progress = ThinBar(), label("", "quiet")
        self.bar.setAccessibleName(say("Benchmark"))
        self.problem = label("", "bad")
        self.problem.hide()
        card.column.addWidget(self.model)
        card.column.addLayout(field(say("Fill the context up to"), self.most))
        row = QHBoxLayout()
        for widget in (self.load, self.start, self.stop):
            row.addWidget(widget)
        row.addStretch(1)
        card.column.addLayout(row)
        for below in (self.bar, self.progress, self.problem):
            card.column.addWidget(below)
        return card

    def _chart_card(self) -> Card:
        card = Card(say("Speed over context length"))
        kinds = (("decode", say("Writing speed")), ("prefill", say("Reading speed")))
        self.what = make_choice(kinds, self._what, self._on_what)
        self.what.setAccessibleName(say("What is drawn"))
        self.csv = TextButton(say("Save as CSV…"), kind="quiet", picture="download")
        self.csv.clicked.connect(self._on_csv)
        self.chart = Chart(say("Speed over context length"), _depth_words, _depth_ticks)
        self.note = label("", "quiet")
        row = QHBoxLayout()
        row.addWidget(self.what)
        row.addStretch(1)
        row.addWidget(self.csv)
        card.column.addLayout(row)
        card.column.addWidget(self.chart)
        card.column.addWidget(self.note)
        return card

    def _depths(self) -> tuple[int, ...]:
        return usual_depths(self._desk.engine.state.n_ctx, self._most)

    def _on_depth(self, most: int) -> None:
        self._most = most
        self._show()

    def _on_what(self, what: str) -> None:
        self._what = what
        self._show()

    def _on_engine(self, state: EngineState) -> None:
        words = model_words(state.path, state.n_ctx) if state.has_model else say("No model is loaded.")
        self.model.setText(words)
        self.load.setVisible(not state.has_model)
        if state.has_model and state.path != self._asked_for:
            self._asked_for = state.path
            self._desk.store.ask(lambda store: reading_speed(self._desk, store), self._on_reading_speed)
        self._show()

    def _on_reading_speed(self, speed: ReadingSpeed) -> None:
        self._read_tok_s = speed.tok_s
        self._show()

    def _on_failed(self, error: Exception) -> None:
        self.problem.setText(str(error))
        self.problem.show()

    def _show(self) -> None:
        benching, has_model = self._benching, self._desk.engine.state.has_model
        running = benching.is_running
        if running:
            self.problem.hide()
        self.start.setVisible(has_model and not running)
        self.stop.setVisible(running)
        self.most.setEnabled(not running)
        self.bar.setVisible(running)
        self.bar.set_share(benching.fraction)
        self.progress.setText(self._progress_words(has_model=has_model, running=running))
        self.csv.setEnabled(bool(benching.results))
        self._draw()

    def _progress_words(self, *, has_model: bool, running: bool) -> str:
        if running:
            done = len(self._benching.points)
            if done == 1:
                return say("1 depth measured. Questions asked meanwhile would share the speed.")
            return say("{count} depths measured. Questions asked meanwhile would share the speed.", count=done)
        if not has_model:
            return say("A benchmark measures the model that is loaded.")
        depths = _listed([format_tokens(depth) for depth in self._depths()])
        end = format_tokens(deepest(self._desk.engine.state.n_ctx))
        words = say("Measures at {depths} tokens; this context reaches {end}.", depths=depths, end=end)
        seconds = duration_s(self._depths(), self._read_tok_s, expected_decode_tok_s(self._desk, 0) or 0.0)
        return sentences(words, say("Takes about {time}.", time=format_duration(seconds))) if seconds else words

    def _draw(self) -> None:
        benching, shown = self._benching, self._benching.shown
        points = benching.points if benching.is_running else shown.points if shown else ()
        empty = say("Nothing has been measured yet. Start a run to see how speed falls as the context fills.")
        lines = [Line(say("Measured"), _values(points, self._what), dots=True)]
        if self._what == "decode":
            expected = tuple((float(point.depth_tokens), point.expected_tok_s) for point in points)
            lines.append(Line(say("Expected"), expected, "quiet", dashed=True))
        if shown is not None and not benching.is_running:
            before = [one for one in comparable(shown, benching.results) if one.at_s < shown.at_s][:MOST_BEFORE]
            for number, one in enumerate(before):
                share = 0.75 - 0.2 * number
                lines.append(Line(moment_words(one.at_s), _values(one.points, self._what), "good", share, dots=True))
        self.chart.set_lines(lines, say("tok/s"), span=(0.0, _highest(lines)), empty=empty)
        self.note.setText("" if benching.is_running or shown is None else place_words(shown))
        self.note.setVisible(bool(self.note.text()))

    def _on_csv(self) -> None:
        content = bench_csv(self._benching.results)
        save_csv(self, self._desk, say("Save the benchmarks"), "carrel-benchmarks.csv", content)


def _values(points: tuple[BenchPoint, ...], what: str) -> tuple[tuple[float, float | None], ...]:
    """Speeds over depth; one that was not measured is a gap."""
    speeds = [(point.depth_tokens, point.decode_tok_s if what == "decode" else point.prefill_tok_s) for point in points]
    return tuple((float(depth), speed if speed > 0 else None) for depth, speed in speeds)


def _highest(lines: list[Line]) -> float:
    return 1.04 * max((x for line in lines for x, _ in line.points), default=8192.0)


def place_words(result: BenchResult) -> str:
    """What a run was made with."""
    driver = say("driver {version}", version=result.driver) if result.driver else ""
    context = say("{count} tokens", count=format_tokens(result.n_ctx))
    cache = f"KV {result.kv_type}" if result.kv_type else ""
    parts = (result.model, context, cache, result.machine, driver, result.engine, f"Carrel {result.version}")
    return " · ".join(part for part in parts if part)


def _listed(words: list[str]) -> str:
    """ "512, 2,048": Chinese has a comma of its own between the items of a list."""
    return ("、" if language() == "zh_CN" else ", ").join(words)


def _depth_words(depth: float) -> str:
    tokens = round(depth)
    return f"{tokens // 1024}K" if tokens >= 1024 and tokens % 1024 == 0 else format_tokens(tokens)


def _depth_ticks(low: float, high: float) -> list[float]:
    """Whole K of tokens, about eight."""
    step = 256
    while high / step > 8:
        step *= 2
    return [float(depth) for depth in range(0, int(high) + 1, step) if depth >= low]
