"""How fast a model reads and writes as its context fills, measured through the same child and pipe as every answer."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app import __version__
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.supervisor import Event, Request
from app.machine.snapshot import Machine
from app.session.benchbook import BenchPoint, BenchResult
from app.session.desk import Desk
from app.session.expecting import expected_decode_tok_s
from app.session.machine import look

TEXT = "The tenant pays the rent in advance, on the third working day of each month. 租金按月预付。"
ASK = "\n\nWrite a long story about a lighthouse keeper. Begin at once."
ANSWER_TOKENS = 64
SMALLEST_DEPTH = 128
_SLACK_TOKENS = 128  # of the context: template, question, and what counting by letters misses
_COUNTED = 16  # times TEXT, to know how many letters make a token
_USUAL = (512, 2_048, 8_192, 16_384, 32_768, 65_536, 131_072)


def usual_depths(n_ctx: int, most: int = 0) -> tuple[int, ...]:
    """Where it is worth measuring in this context, up to `most` tokens when given."""
    end = deepest(n_ctx)
    limit = min(end, most) if most else end
    depths = [depth for depth in _USUAL if depth <= limit]
    if limit == end and (not depths or end > 1.2 * depths[-1]):
        depths.append(end)
    return tuple(depths)


def deepest(n_ctx: int) -> int:
    """The deepest that can be measured: an answer must still fit."""
    return max(SMALLEST_DEPTH, n_ctx - ANSWER_TOKENS - _SLACK_TOKENS)


def duration_s(depths: Sequence[int], read_tok_s: float, write_tok_s: float) -> float:
    """About how long a run takes: everything is read once, and an answer is written at each depth; 0 unknown."""
    if not depths or read_tok_s <= 0:
        return 0.0
    return max(depths) / read_tok_s + (len(depths) + 1) * ANSWER_TOKENS / (write_tok_s or read_tok_s)


class Benchmark:
    """One run over several depths with the model that is loaded. Each depth goes on reading where the last one ended.

    Events: `progressed(fraction)` of the tokens to read; `measured(point)`; `ended(result)` with what was measured,
    also after a stop, None when nothing was; `failed(error)` instead.
    """

    def __init__(self, desk: Desk, depths: Sequence[int], answer_tokens: int = ANSWER_TOKENS) -> None:
        state = desk.engine.state
        self._desk, self._answer_tokens = desk, answer_tokens
        self._depths = sorted({min(max(depth, SMALLEST_DEPTH), deepest(state.n_ctx)) for depth in depths})
        self._points: list[BenchPoint] = []
        self._letters_a_token, self._around_tokens = 3.0, 40  # until they are counted
        self._request: Request | None = None
        self._machine: Machine | None = None
        self._is_warm = self._is_stopped = self._is_over = False
        self._nonce = f"{time.time():.3f}"  # else what an earlier run has read would be remembered
        self.progressed: Emitter[[float]] = Emitter()
        self.measured: Emitter[[BenchPoint]] = Emitter()
        self.ended: Emitter[[BenchResult | None]] = Emitter()
        self.failed: Emitter[[CarrelError]] = Emitter()

    @property
    def depths(self) -> tuple[int, ...]:
        """Those that will be measured; what does not fit the context is moved to its end."""
        return tuple(self._depths)

    def start(self) -> None:
        """Look at the computer, then measure. Without a model, or beside an answer, it fails at once."""
        if self._desk.engine.is_busy:
            self._fail(
                CarrelError(
                    "bench_beside_answer",
                    "The model is busy, and two at once would share its speed.",
                    "Wait for the end of the answer, then measure.",
                )
            )
            return

        def on_machine(machine: Machine) -> None:
            self._machine = machine
            self._count()

        look(self._desk, on_machine)

    def stop(self) -> None:
        """What was measured until now is kept."""
        self._is_stopped = True
        if self._request is not None:
            self._desk.engine.cancel(self._request)

    def _count(self) -> None:
        """How many letters of the text make a token, and how many tokens stand around it."""

        def on_event(event: Event) -> None:
            if isinstance(event, m.Tokens):
                self._letters_a_token = _COUNTED * len(TEXT) / max(1, event.counts[0])
                self._around_tokens = event.turns_total
                self._ask()
            elif isinstance(event, CarrelError):
                self._fail(event)

        try:
            self._desk.engine.tokenize((TEXT * _COUNTED,), on_event, turns=self._turns(0), thinking=False)
        except CarrelError as error:
            self._fail(error)

    def _turns(self, letters: int) -> tuple[m.Turn, ...]:
        return m.Turn("system", self._nonce), m.Turn("user", letters_of(letters) + ASK)

    def _ask(self) -> None:
        if self._is_stopped or len(self._points) == len(self._depths):
            self._end()
            return
        depth = self._depths[len(self._points)] if self._is_warm else SMALLEST_DEPTH
        turns = self._turns(max(0, int((depth - self._around_tokens) * self._letters_a_token)))
        sampling = Sampling(seed=1, max_tokens=self._answer_tokens)
        try:
            self._request = self._desk.engine.generate(turns, sampling, self._on_event, thinking=False)
        except CarrelError as error:
            self._fail(error)

    def _on_event(self, event: Event) -> None:
        match event:
            case CarrelError():
                self._end() if event.code == "cancelled" else self._fail(event)
            case m.PrefillProgress():
                if self._is_warm:
                    self.progressed.emit(min(1.0, event.done / self._depths[-1]))
            case m.Done():
                self._on_done(event)

    def _on_done(self, done: m.Done) -> None:
        if self._is_stopped and done.reason == "cancelled":
            self._end()
            return
        if not self._is_warm:
            self._is_warm = True
        else:
            point = self._point(done)
            self._points.append(point)
            self.measured.emit(point)
        self._ask()

    def _point(self, done: m.Done) -> BenchPoint:
        usage, timing = done.usage, done.timing
        depth = usage.prompt_tokens
        return BenchPoint(
            depth,
            usage.prompt_tokens - usage.cached_tokens,
            usage.answer_tokens,
            round(timing.prefill_tok_s, 2),
            round(timing.decode_tok_s, 2),
            round(timing.ttft_s, 3),
            round(timing.speculation_gain, 2),
            expected_decode_tok_s(self._desk, depth),
        )

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.ended.emit(self._result() if self._points else None)

    def _fail(self, error: CarrelError) -> None:
        if not self._is_over:
            self._is_over = True
            self.failed.emit(error)

    def _result(self) -> BenchResult:
        state, spec, machine = self._desk.engine.state, self._desk.engine.spec, self._machine
        cards = machine.usable_gpus if machine and state.gpu else ()
        used = self._desk.plan.gpu_uuids if self._desk.plan else ()
        cards = tuple(gpu for gpu in cards if gpu.uuid in used) or cards
        return BenchResult(
            time.time(),
            state.path,
            state.description,
            state.n_ctx,
            spec.kv_type if spec else "",
            " + ".join(gpu.name for gpu in cards) or (machine.cpu.name if machine else ""),
            cards[0].driver if cards else "",
            state.build,
            __version__,
            tuple(self._points),
            self._desk.plan.mode if self._desk.plan else "",
        )


def letters_of(count: int) -> str:
    return (TEXT * (count // len(TEXT) + 1))[: max(0, count)]
