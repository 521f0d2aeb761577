"""One answer on its way: what it has to read, what it said, and when it must end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core.chat import Timing, Usage
from app.core.params import Sampling
from app.engine.messages import Reason
from app.engine.worker.faults import EngineFault
from app.engine.worker.picker import Picker
from app.engine.worker.slots import Slot
from app.engine.worker.speech import Speech
from app.engine.worker.tokens import TokenLine

if TYPE_CHECKING:
    from app.engine.worker.speculation.choice import Speculator


@dataclass(slots=True, eq=False)
class Job:
    """`text` is the prompt and the answer so far; the first `len(slot.tokens)` of it are in the KV cache.

    The last token of `text` that is not, when it is the only one, is what was just drawn. Times are monotonic.
    """

    id: int
    text: TokenLine
    picker: Picker
    speech: Speech
    sampling: Sampling
    speculator: Speculator | None = None
    side: bool = False
    slot: Slot | None = None
    cached: int = -1
    started_s: float = field(default_factory=time.monotonic)
    admitted_s: float = 0.0
    read_s: float = 0.0
    prompt_tokens: int = 0
    times: list[float] = field(default_factory=list)
    unsaid: list[tuple[int, float]] = field(default_factory=list)
    reason: Reason | None = None
    is_learned: bool = False
    fault: EngineFault | None = None

    @property
    def held(self) -> int:
        """Tokens of the text in the KV cache."""
        return len(self.slot.tokens) if self.slot else 0

    @property
    def todo(self) -> int:
        return len(self.text) - self.held

    @property
    def is_reading(self) -> bool:
        return self.todo > 1 or not self.times

    def room(self, n_ctx: int) -> int:
        """How many more tokens may be drawn."""
        room = n_ctx - len(self.text)
        limit = self.sampling.max_tokens
        return min(room, limit - len(self.times)) if limit > 0 else room

    def hear(self, token: int, now_s: float, is_end: Callable[[int], bool], n_ctx: int) -> None:
        """Take a drawn token: it ends the answer, or it is said and becomes what is computed next."""
        self.times.append(now_s)
        if is_end(token):
            self.reason = "stop"
            return
        self.unsaid.append((token, now_s))
        self.text.append(token)
        if self.room(n_ctx) <= 0:
            self.reason = "length"

    def speak(self) -> None:
        """Turn what was drawn into text, and learn the prompt by heart. Done while the device computes a step."""
        if self.speculator is not None and not self.is_learned:
            self.speculator.begin(self.text.ids[: self.prompt_tokens])
            self.is_learned = True
        for token, at_s in self.unsaid:
            self.speech.hear(token, at_s)
        self.unsaid.clear()

    def summarize(self) -> tuple[Usage, Timing]:
        """Counts and speeds of the answer. The first token is drawn by the last step of reading."""
        answer, times = len(self.times), self.times
        cached = max(self.cached, 0)
        read = min(self.held, self.prompt_tokens) - cached
        reading_s = (self.read_s or time.monotonic()) - self.admitted_s
        drafts = self.speculator
        usage = Usage(
            prompt_tokens=self.prompt_tokens,
            answer_tokens=answer,
            cached_tokens=cached,
            drafted_tokens=drafts.drafted if drafts else 0,
            accepted_tokens=drafts.accepted if drafts else 0,
        )
        timing = Timing(
            ttft_s=times[0] - self.started_s if times else 0.0,
            prefill_tok_s=read / reading_s if read > 0 and reading_s > 0 else 0.0,
            decode_tok_s=(answer - 1) / (times[-1] - times[0]) if answer > 1 and times[-1] > times[0] else 0.0,
            speculation_gain=drafts.gain if drafts else 1.0,
        )
        return usage, timing
