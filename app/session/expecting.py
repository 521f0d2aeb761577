"""What this computer should reach, from what was measured here: the line that a live speed is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.engine import messages as m
from app.engine.state import EngineState
from app.session.benchbook import BenchBook, BenchResult
from app.session.pace import Pace, Seen, pace_of, without_hindered
from app.session.prior import prior_decode_slope, prior_prefill_slope
from app.store.figures import AnswerPace

if TYPE_CHECKING:
    from app.session.desk import Desk

SLOW_SHARE = 0.6  # of an expected speed of which nothing more is known
FEWEST_READ, FEWEST_WRITTEN = 512, 24  # shorter readings and answers say little about the speed
MOST_ANSWERS = 120
GUESS_DOUBT = 0.2
HALF_LIFE = 30  # answers, after which one counts half
MEASURED_WEIGHT = 3.0  # a benchmark or a measured step against one answer


def expected_decode_tok_s(desk: Desk, depth_tokens: int) -> float | None:
    """Tokens a second, one at a time, with so much of the context filled; None until something was measured."""
    pace = desk.monitor.expecting.decode
    return pace.tok_s(depth_tokens) if pace else None


def expected_prefill_tok_s(desk: Desk, depth_tokens: float) -> float | None:
    """Prompt tokens a second around this depth; None before the first long reading."""
    pace = desk.monitor.expecting.prefill
    return pace.tok_s(depth_tokens) if pace else None


def is_guess(desk: Desk, depth_tokens: int) -> bool:
    """Whether nothing was measured near this depth, so that the forecast is said with "about"."""
    pace = desk.monitor.expecting.decode
    return pace is not None and pace.doubt(depth_tokens) > GUESS_DOUBT


def slow_share(desk: Desk, depth_tokens: int) -> float:
    """Below this share of the expected speed something is wrong: the less is known, the more is forgiven."""
    pace = desk.monitor.expecting.decode
    return pace.slow_share(depth_tokens) if pace else SLOW_SHARE


class Expecting:
    """The forecasts for the model in memory. Lives with the monitor, on the main thread.

    What was measured is brought when a model is loaded, and anew after answers.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._answers: tuple[AnswerPace, ...] = ()
        self._benches: tuple[BenchResult, ...] = ()
        self._model: tuple[object, ...] = ()
        self._is_stale = False
        self.decode: Pace | None = None
        self.prefill: Pace | None = None
        desk.engine.changed.connect(self._on_engine)
        desk.engine.heard.connect(self._on_heard)

    def look(self) -> None:
        """Once a second: what was answered since the last look is taken in."""
        if self._is_stale and not self._desk.engine.is_busy:
            self._is_stale = False
            self.refresh()

    def refresh(self) -> None:
        """Bring what was measured with the model in memory."""
        desk, model = self._desk, self._model
        path = desk.engine.state.path

        def answered(found: tuple[AnswerPace, ...]) -> None:
            if model == self._model:
                self._answers = found
                self._make()

        def benched(found: tuple[BenchResult, ...]) -> None:
            if model == self._model:
                self._benches = found
                self._make()

        book = BenchBook(desk.home.benchmarks_file)
        desk.store.ask(lambda store: store.answer_paces(path, MOST_ANSWERS), answered, lambda _: None)
        desk.jobs.run(book.list, benched, lambda _: None)

    def _on_engine(self, state: EngineState) -> None:
        if not state.has_model:
            return
        spec = self._desk.engine.spec
        model = (state.path, state.costs, spec)
        if model != self._model:
            self._model, self._answers, self._benches = model, (), ()
            self._make()
            self.refresh()

    def _on_heard(self, message: m.Up | m.Generate) -> None:
        if isinstance(message, m.Done):
            self._is_stale = True

    def _make(self) -> None:
        desk = self._desk
        state, spec, plan = desk.engine.state, desk.engine.spec, desk.plan
        answers = [one for one in self._answers if _is_like(one, state, spec)]
        benches = [one for one in self._benches if _is_on(one, state, spec, plan.mode if plan else "")]
        steps = [Seen(one.depth, one.ms, MEASURED_WEIGHT) for one in state.costs if one.rows == 1]
        prior = prior_decode_slope(plan)
        trusted = [*steps, *_written(benches)]
        sure = without_hindered(list(_answered(answers)), pace_of(trusted, prior))
        self.decode = pace_of([*trusted, *sure], prior)
        reading = [*_read(benches), *_read_by(answers)]
        usual = pace_of(reading)
        self.prefill = pace_of(reading, prior_prefill_slope(plan, usual.ms(0)) if usual else None)


def _written(benches: Sequence[BenchResult]) -> Iterator[Seen]:
    for age, one in enumerate(benches):
        for point in one.points:
            if point.decode_tok_s > 0 and point.answer_tokens >= FEWEST_WRITTEN:
                depth = point.depth_tokens + point.answer_tokens / 2
                yield Seen(depth, _single_ms(point.decode_tok_s, point.gain), MEASURED_WEIGHT * _fresh(4 * age))


def _answered(answers: Sequence[AnswerPace]) -> Iterator[Seen]:
    for age, one in enumerate(answers):
        usage, timing = one.usage, one.timing
        if timing.decode_tok_s > 0 and usage.answer_tokens >= FEWEST_WRITTEN:
            ms = _single_ms(timing.decode_tok_s, timing.speculation_gain)
            depth = usage.prompt_tokens + usage.answer_tokens / 2
            yield Seen(depth, ms, _fresh(age) / max(1.0, timing.speculation_gain))


def _read(benches: Sequence[BenchResult]) -> Iterator[Seen]:
    for age, one in enumerate(benches):
        for point in one.points:
            if point.prefill_tok_s > 0 and point.read_tokens >= FEWEST_READ:
                weight = MEASURED_WEIGHT * _fresh(4 * age)
                yield Seen(point.depth_tokens - point.read_tokens / 2, 1000 / point.prefill_tok_s, weight)


def _read_by(answers: Sequence[AnswerPace]) -> Iterator[Seen]:
    for age, one in enumerate(answers):
        read = one.usage.prompt_tokens - one.usage.cached_tokens
        if one.timing.prefill_tok_s > 0 and read >= FEWEST_READ:
            yield Seen(one.usage.prompt_tokens - read / 2, 1000 / one.timing.prefill_tok_s, _fresh(age))


def _single_ms(tok_s: float, gain: float) -> float:
    """What one token at a time took, drafts taken out."""
    return 1000 * max(gain, 0.1) / tok_s


def _fresh(age: int) -> float:
    return float(0.5 ** (age / HALF_LIFE))


def _is_like(one: AnswerPace, state: EngineState, spec: m.Load | None) -> bool:
    """Whether it was written alone, and by a model loaded as this one is."""
    then = one.engine
    if spec is None or one.was_shared or then.devices != state.devices:
        return False
    layers = (then.n_gpu_layers, then.n_cpu_moe, then.tensor_split, then.kv_type)
    return layers == (spec.n_gpu_layers, spec.n_cpu_moe, spec.tensor_split, spec.kv_type)


def _is_on(one: BenchResult, state: EngineState, spec: m.Load | None, mode: str) -> bool:
    """Whether it was measured with this model, loaded alike, on these devices."""
    devices = " ".join(state.devices)
    same_cards = not state.gpu or all(name in devices for name in one.machine.split(" + "))
    alike = one.path == state.path and spec is not None and one.kv_type == spec.kv_type
    return alike and one.mode in ("", mode) and same_cards


class BestReading:
    """The fastest reading of each model that is remembered: what the next one can reach."""

    FEWEST_TOKENS = FEWEST_READ

    def __init__(self) -> None:
        self._best: dict[str, float] = {}

    def note(self, path: str, tokens: int, tok_s: float) -> None:
        """`tokens` were read anew at this speed."""
        if tokens >= self.FEWEST_TOKENS:
            self._best[path] = max(tok_s, self._best.get(path, 0.0))

    def of(self, path: str) -> float | None:
        """Tokens a second; None before the first reading."""
        return self._best.get(path)


def recall_reading(desk: Desk, best: BestReading) -> None:
    """Bring back how fast the model in memory read on an earlier day."""
    path, least = desk.engine.state.path, BestReading.FEWEST_TOKENS

    def done(tok_s: float) -> None:
        best.note(path, least if tok_s else 0, tok_s)

    desk.store.ask(lambda store: store.reading_speed(path, least), done)
