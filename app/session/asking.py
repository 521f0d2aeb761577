"""One answer asked of the engine, whatever it takes.

Before it a saved reading is brought back; when memory runs out on the way, the model is loaded again in a smaller way
and goes on after the words that are there already. Listeners hear one answer, and one end.
"""

from __future__ import annotations

import msgspec

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.supervisor import Event, Request
from app.session.desk import Desk
from app.session.readings import Look, Reading
from app.session.stepdown import Descent

ROOM_TOKENS = 1_024  # that a context must have for the rest of an answer


class Asking:
    """Events: `heard(event)` of the answer, last Done or CarrelError; `resuming(seconds)` before a reading comes back.

    A `wish` with a thought or words in it is gone on with after them. `restored_tokens` of the prompt came from disk.
    What changed on the way is told by the desk's `noticed`.
    """

    def __init__(self, desk: Desk, wish: m.Generate, readings: tuple[Reading, ...], prompt_tokens: int) -> None:
        self._desk, self._wish, self._readings = desk, wish, readings
        self.heard: Emitter[[Event]] = Emitter()
        self.resuming: Emitter[[float]] = Emitter()
        self.restored_tokens = 0
        self._prompt_tokens = prompt_tokens
        self._thought, self._spoken, self._said_tokens = wish.thought, wish.spoken, 0
        self._request: Request | None = None
        self._descent: Descent | None = None
        self._look: Look | None = None
        self._stopping = False

    def start(self) -> None:
        self._desk.resume.restore_before(self._readings, self.resuming.emit, self._ask)

    def stop(self) -> None:
        """End early, at whatever step."""
        self._stopping = True
        if self._request is not None:
            self._desk.engine.cancel(self._request)

    def _ask(self, restored_tokens: int, look: Look | None) -> None:
        self.restored_tokens, self._look = restored_tokens, look
        if self._stopping:
            self.heard.emit(CarrelError("cancelled", "Stopped."))
            return
        wish = self._wish
        try:
            self._request = self._desk.engine.generate(
                wish.turns,
                self._sampling(),
                self._on_event,
                thinking=wish.thinking,
                spoken=self._spoken,
                thought=self._thought,
                json_schema=wish.json_schema,
                grammar=wish.grammar,
            )
        except CarrelError as error:
            self.heard.emit(error)

    def _sampling(self) -> Sampling:
        """As wished; what was said before counts against the longest answer."""
        sampling = self._wish.sampling
        if sampling.max_tokens <= 0:
            return sampling
        return msgspec.structs.replace(sampling, max_tokens=max(1, sampling.max_tokens - self._said_tokens))

    def _on_event(self, event: Event) -> None:
        match event:
            case m.Delta():
                self._note(event)
                self.heard.emit(event)
            case m.Done():
                if not self._desk.is_temporary:
                    self._desk.resume.save_after_answer(self._look, event.usage, event.timing)
                self.heard.emit(self._whole(event))
            case CarrelError():
                self._step_down(event)
            case _:
                self.heard.emit(event)

    def _note(self, delta: m.Delta) -> None:
        """What was said so far, should it have to be gone on with."""
        if delta.channel == "answer":
            self._spoken += delta.text
        else:
            self._thought += delta.text
        self._said_tokens += delta.tokens

    def _whole(self, done: m.Done) -> m.Done:
        """The end of an answer that was begun before counts all of its tokens."""
        before = self._said_tokens - done.usage.answer_tokens
        if self._descent is None or before <= 0:
            return done
        usage = msgspec.structs.replace(done.usage, prompt_tokens=self._prompt_tokens, answer_tokens=self._said_tokens)
        return msgspec.structs.replace(done, usage=usage)

    # When memory runs out.

    def _step_down(self, error: CarrelError) -> None:
        """Load in the next smaller way and go on, or hand the error on when that cannot help."""
        engine = self._desk.engine
        if self._descent is None and engine.spec is not None:
            needed = self._prompt_tokens + self._said_tokens + ROOM_TOKENS
            self._descent = Descent(engine.spec, self._desk.plan, needed)
        spec = self._descent.step(error) if self._descent is not None else None
        if spec is None or self._stopping:
            self.heard.emit(error)
            return
        self._request = engine.load(spec, self._on_load)

    def _on_load(self, event: Event) -> None:
        if isinstance(event, CarrelError):
            self._step_down(event)
        elif isinstance(event, m.Loaded):
            assert self._descent is not None
            self._desk.adopt(self._descent.spec)
            self._desk.noticed.emit(self._descent.words)
            self._desk.resume.restore_before(self._readings, self.resuming.emit, self._ask)
