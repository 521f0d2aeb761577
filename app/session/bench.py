"""How fast a model reads and writes on this computer, at one length of prompt; `benchmark` measures at several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.errors import CarrelError
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.supervisor import Event
from app.session.benchmark import letters_of
from app.session.desk import Desk

_RUNS = 2  # the first warms up


@dataclass(frozen=True, slots=True)
class Speed:
    """One measurement; speeds in tokens per second."""

    prompt_tokens: int
    answer_tokens: int
    prefill_tok_s: float
    decode_tok_s: float
    ttft_s: float


def measure(
    desk: Desk,
    prompt_tokens: int,
    answer_tokens: int,
    done: Callable[[Speed], object],
    failed: Callable[[CarrelError], object],
) -> None:
    """Read about `prompt_tokens`, write `answer_tokens`, with the model that is loaded."""
    runs: list[m.Done] = []

    def on_event(event: Event) -> None:
        if isinstance(event, CarrelError):
            failed(event)
        elif isinstance(event, m.Done):
            runs.append(event)
            ask() if len(runs) < _RUNS else done(_speed(runs[-1]))

    def ask() -> None:
        turns = (m.Turn("system", str(len(runs))), m.Turn("user", _text_of(prompt_tokens)))
        try:
            desk.engine.generate(turns, Sampling(seed=len(runs), max_tokens=answer_tokens), on_event)
        except CarrelError as error:
            failed(error)

    ask()


def _text_of(tokens: int) -> str:
    """About as many tokens as wanted: the sentence has about one for three characters."""
    return letters_of(tokens * 3)


def _speed(run: m.Done) -> Speed:
    return Speed(
        prompt_tokens=run.usage.prompt_tokens - run.usage.cached_tokens,
        answer_tokens=run.usage.answer_tokens,
        prefill_tok_s=run.timing.prefill_tok_s,
        decode_tok_s=run.timing.decode_tok_s,
        ttft_s=run.timing.ttft_s,
    )
