"""What the performance panel shows, kept for an hour, window or not: figures, alarms in words, alerts by threshold."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.core.chat import Timing
from app.core.emitter import Emitter
from app.engine import messages as m
from app.engine.state import EngineState
from app.machine.live import Sample
from app.perf.alerts import Alert, AlertBook, Kind, Rule, percentile
from app.perf.flow import Flow
from app.perf.history import History
from app.perf.steady import Steady
from app.perf.vram import VramParts
from app.session.alarms import Alarm, Circumstances, Key, alarms_of, extreme_cards
from app.session.columns import NAMES, values_of
from app.session.expecting import Expecting, expected_decode_tok_s, expected_prefill_tok_s, slow_share
from app.session.split import vram_parts

if TYPE_CHECKING:
    from app.session.desk import Desk

LAST_ANSWERS = 20  # whose latency is judged
PERCENTILE = 0.99
_TELLS: dict[Key, Kind] = {"heat": "temperature", "shared": "vram"}


class Moment(msgspec.Struct, frozen=True):
    """One second. Speeds in tokens a second, None while nothing is read or written; `expected_tok_s` at this depth.
    Drafts made what is written `gain` times as fast, or slower where it is below 1."""

    sample: Sample
    unix_s: float
    parts: VramParts | None = None
    decode_tok_s: float | None = None
    prefill_tok_s: float | None = None
    expected_tok_s: float | None = None
    depth_tokens: int = 0
    waiting: int = 0
    expected_prefill_tok_s: float | None = None
    gain: float = 1.0


class Monitor:
    """Fed by `take` once a second and by what the engine says. Used on the main thread.

    Events: `sampled(moment)`; `alarmed()` when other things are wrong than before. `alerts` has its own.
    """

    def __init__(
        self, desk: Desk, clock: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time
    ) -> None:
        self._desk, self._clock, self._now = desk, clock, now
        self.history = History(NAMES)
        self.alerts = AlertBook()
        self.alarms: tuple[Alarm, ...] = ()
        self.moment: Moment | None = None
        self.sampled: Emitter[[Moment]] = Emitter()
        self.alarmed: Emitter[[]] = Emitter()
        self.flow = Flow()
        self.expecting = Expecting(desk)
        self._timings: deque[Timing] = deque(maxlen=LAST_ANSWERS)
        self._steady: Steady[Key] = Steady()
        self._last_words: dict[Key, Alarm] = {}
        self._queues: list[Callable[[], int]] = []
        desk.engine.heard.connect(self._on_heard)
        desk.engine.changed.connect(self._on_engine)

    def count_waiting(self, waiting: Callable[[], int]) -> Callable[[], None]:
        """Questions that wait somewhere else than in the engine count too; returns a function that ends it."""
        self._queues.append(waiting)
        return lambda: self._queues.remove(waiting) if waiting in self._queues else None

    def take(self, sample: Sample) -> None:
        """One second has passed."""
        at_s, desk = self._clock(), self._desk
        has_model = desk.engine.state.has_model
        self.expecting.look()
        writing, read_depth = self.flow.writing(at_s), self.flow.reading_depth(at_s)
        expected = expected_decode_tok_s(desk, writing.depth_tokens) if writing and has_model else None
        self.moment = Moment(
            sample,
            self._now(),
            vram_parts(sample, desk.plan if has_model else None),
            self.flow.decode_tok_s(at_s),
            self.flow.prefill_tok_s(at_s),
            expected,
            writing.depth_tokens if writing else 0,
            self.flow.waiting + sum(waiting() for waiting in self._queues),
            expected_prefill_tok_s(desk, read_depth) if read_depth is not None and has_model else None,
            writing.gain if writing else 1.0,
        )
        self.history.add(sample.time_s, values_of(self.moment))
        self._look_for_alarms(self.moment)
        self._judge(self.moment)
        self.sampled.emit(self.moment)

    @property
    def loud(self) -> tuple[Alert, ...]:
        """The alerts that are worth a word: not those whose cause an alarm has told already."""
        told = {_TELLS[alarm.key] for alarm in self.alarms if alarm.key in _TELLS}
        return tuple(alert for alert in self.alerts.loud if alert.kind not in told)

    def latency(self) -> tuple[float | None, float | None]:
        """Of the last answers: seconds to the first token and milliseconds a token that 99 of 100 stay under."""
        firsts = [timing.ttft_s for timing in self._timings if timing.ttft_s > 0]
        tokens = [1000 / timing.decode_tok_s for timing in self._timings if timing.decode_tok_s > 0]
        return percentile(firsts, PERCENTILE), percentile(tokens, PERCENTILE)

    def _look_for_alarms(self, moment: Moment) -> None:
        state = self._desk.engine.state
        now = Circumstances(
            moment.sample,
            _undrafted(moment),
            moment.expected_tok_s,
            not self.flow.is_idle,
            self._desk.plan if state.has_model else None,
            slow_share=slow_share(self._desk, moment.depth_tokens),
        )
        seen = {alarm.key: alarm for alarm in alarms_of(now)}
        self._last_words |= seen
        held = self._steady.look(seen)
        self._last_words = {key: alarm for key, alarm in self._last_words.items() if key in held or key in seen}
        alarms = tuple(alarm for key, alarm in self._last_words.items() if key in held)
        if alarms != self.alarms:
            self.alarms = alarms
            self.alarmed.emit()

    def _judge(self, moment: Moment) -> None:
        settings, sample, alerts = self._desk.settings, moment.sample, self.alerts
        share, (first_s, token_ms), at_s = sample.vram_share, self.latency(), moment.unix_s
        percent = None if share is None else 100 * share
        planned, (fullest, hottest) = self._is_planned(moment), extreme_cards(sample)
        alerts.judge(Rule("vram", settings.alert_vram_percent, 3), percent, at_s, quiet=planned, card=fullest)
        alerts.judge(Rule("temperature", settings.alert_temperature_c, 3), sample.hottest_c, at_s, card=hottest)
        alerts.judge(Rule("waiting", settings.alert_waiting, 1, fall=3), moment.waiting, at_s)
        alerts.judge(Rule("ttft", settings.alert_ttft_s, 0, rise=1, fall=1), first_s, at_s)
        alerts.judge(Rule("token", settings.alert_token_ms, 0, rise=1, fall=1), token_ms, at_s)

    def _is_planned(self, moment: Moment) -> bool:
        """Whether the memory is as full as it was meant to be: others take no more than when the model was loaded."""
        plan, parts, gpus = self._desk.plan, moment.parts, moment.sample.gpus
        if plan is None or parts is None or not self._desk.engine.state.has_model or not plan.cards:
            return False
        mine = [gpus[card.index] for card in plan.cards if card.index < len(gpus)]
        others_then = sum(gpu.total_bytes or 0 for gpu in mine) - sum(card.free_bytes for card in plan.cards)
        return parts.other_bytes <= max(0, others_then) + max(plan.margin_bytes, parts.total_bytes // 50)

    def _on_heard(self, message: m.Up | m.Generate) -> None:
        flow, at_s = self.flow, self._clock()
        match message:
            case m.Generate():
                if not message.side:
                    flow.begin(message.id, at_s)
            case m.PrefillProgress():
                flow.prefill(message.id, at_s, message.done, message.total, message.cached)
            case m.Delta():
                flow.delta(message.id, at_s, message.tokens)
            case m.Speculation():
                flow.speculated(message.id, message.drafted, message.accepted, message.gain)
            case m.Done():
                if flow.end(message.id):
                    self._timings.append(message.timing)
            case m.Failed():
                flow.end(message.id)

    def _on_engine(self, state: EngineState) -> None:
        if not state.has_model:
            self.flow.clear()


def _undrafted(moment: Moment) -> float | None:
    """The speed that is judged: what drafts cost is the doing of nobody else."""
    speed = moment.decode_tok_s
    return speed / max(0.1, min(1.0, moment.gain)) if speed is not None else None
