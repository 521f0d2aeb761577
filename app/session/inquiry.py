"""Counts prompts and asks the engine, one after another, for a wish that takes many answers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.core.errors import CarrelError
from app.core.params import Choices
from app.engine import messages as m
from app.engine.supervisor import Event
from app.session.asking import Asking
from app.session.desk import Desk
from app.session.sampling import seeded, usual_sampling

Answered = Callable[[m.Done, str], object]


class Inquiry:
    """`failed(error)` hears of everything that goes wrong, instead of the callback of what was asked."""

    def __init__(self, desk: Desk, failed: Callable[[CarrelError], object]) -> None:
        self._desk, self._failed = desk, failed
        self._asking: Asking | None = None
        self._stopped = False

    def count(
        self,
        turns: tuple[m.Turn, ...],
        done: Callable[[int], object],
        texts: tuple[str, ...] = (),
        counted: Callable[[tuple[int, ...]], object] = lambda _: None,
    ) -> None:
        """`counted(counts)` of the texts, then `done(tokens)` of the turns as the chat template writes them."""

        def on_event(event: Event) -> None:
            if isinstance(event, CarrelError):
                self._failed(event)
            elif isinstance(event, m.Tokens):
                counted(event.counts)
                done(event.turns_total)

        try:
            self._desk.engine.tokenize(texts, on_event, turns=turns, thinking=False)
        except CarrelError as error:
            self._failed(error)

    def wish(
        self,
        turns: tuple[m.Turn, ...],
        choices: Choices,
        *,
        thinking: bool = False,
        most_tokens: int = 0,
        form: str = "",
    ) -> m.Generate:
        """A prompt with the chat's sampling. With `most_tokens` it is a pass: in `form`, not in that of the chat."""
        sampling = seeded(choices.over(usual_sampling(self._desk, thinking=thinking)))
        if not most_tokens:
            schema, grammar = choices.json_schema, choices.grammar
            return m.Generate(0, turns, sampling, thinking, json_schema=schema, grammar=grammar)
        most = min(most_tokens, sampling.max_tokens or most_tokens)
        sampling = msgspec.structs.replace(sampling, max_tokens=most)
        return m.Generate(0, turns, sampling, thinking, json_schema=form)

    def ask(self, wish: m.Generate, tokens: int, heard: Callable[[m.Up], object], done: Answered) -> None:
        """`heard(event)` as it comes, `done(end, text)` with what was answered."""
        said: list[str] = []

        def on_event(event: Event) -> None:
            if isinstance(event, CarrelError):
                self._failed(event)
            elif isinstance(event, m.Done):
                done(event, "".join(said))
            else:
                if isinstance(event, m.Delta) and event.channel == "answer":
                    said.append(event.text)
                heard(event)

        self._asking = Asking(self._desk, wish, (), tokens)
        self._asking.heard.connect(on_event)
        if self._stopped:  # while its prompt was counted
            self._asking.stop()
        self._asking.start()

    def stop(self) -> None:
        """What runs ends early; what is asked after it fails with the code "cancelled"."""
        self._stopped = True
        if self._asking is not None:
            self._asking.stop()
