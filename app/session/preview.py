"""What the model would be given, known before anything is sent: pages, tokens, whether it fits, how long it takes.

Made anew at every change of the selection: at once from the pages' own counts, then exactly, through the chat
template, a moment later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.core.chat import Document
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.fit.plan import Plan
from app.fit.search import Fixed
from app.session.budget import answer_room
from app.session.counting import Counter
from app.session.desk import Desk
from app.session.opening import said_before
from app.session.planning import make_plan
from app.session.prompt import Said, compose_turns, reading_of
from app.session.sampling import instructions_of, new_chat_choices
from app.session.selection import Selection
from app.session.speed import ReadingSpeed, reading_speed
from app.store.store import Store

MARKER_TOKENS = 7  # "[D1 p.12]" and the lines around it, until the exact count is here


class Weight(msgspec.Struct, frozen=True):
    """What a selection weighs. Sizes in tokens; `exact` False while only the pages are added up.

    `n_ctx` is 0 and `fits` None while no model is loaded and none is planned. `needed_ctx` is the context that would
    hold it. `read_s` is None where the speed is not known; what the engine still holds is read faster than that.
    """

    documents: tuple[Document, ...]
    prompt_tokens: int
    document_tokens: int
    dropped_tokens: int
    room_tokens: int
    n_ctx: int
    exact: bool
    read_s: float | None = None
    is_guess: bool = False

    @property
    def needed_ctx(self) -> int:
        return -(-(self.prompt_tokens + self.room_tokens) // 256) * 256

    @property
    def fits(self) -> bool | None:
        return self.prompt_tokens + self.room_tokens <= self.n_ctx if self.n_ctx else None

    @property
    def over_tokens(self) -> int:
        """By how many tokens it is too long, 0 when it fits."""
        return max(0, self.prompt_tokens + self.room_tokens - self.n_ctx) if self.n_ctx else 0


class Memory(msgspec.Struct, frozen=True):
    """What a context of `n_ctx` takes on this computer, the model in memory counted as free."""

    n_ctx: int
    vram_bytes: int
    ram_bytes: int
    free_bytes: int
    fits: bool


class Preview:
    """Documents before they are sent, in a chat (`chat_id`) or a new one, with the question typed so far.

    Events, on the main thread: `weighed(weight)` after every change, twice: added up, then exact; `failed(error)`.
    `plan` is the model that would be loaded when none is. `close` when it is no longer shown.
    """

    def __init__(
        self, desk: Desk, documents: Sequence[Document], chat_id: int | None = None, plan: Plan | None = None
    ) -> None:
        self._desk, self._plan, self._chat_id = desk, plan, chat_id
        self.weighed: Emitter[[Weight]] = Emitter()
        self.failed: Emitter[[CarrelError]] = Emitter()
        self.read = tuple(documents)
        self.selection = Selection.whole(documents)
        self._counter = Counter(desk)
        self._before: list[Said] | None = None
        self._instructions = instructions_of(desk, new_chat_choices(desk))
        self._around_tokens = 0  # of everything but the documents, from the last exact count
        self._speed = ReadingSpeed()
        self._question = ""
        self._asked = 0  # counts that are under way; only the last one is told
        self.weight = self._added_up()

    def start(self) -> None:
        """Look up what the chat holds already and how fast this computer reads; then weigh."""
        self._desk.store.ask(self._look_up, self._on_found)

    def choose(self, selection: Selection, *, exactly: bool = True) -> None:
        """Another selection. Without `exactly` it is only added up, until `count`: more may change in a moment."""
        self.selection = selection
        self._weigh(exactly=exactly)

    def count(self) -> None:
        """Weigh exactly what is chosen now."""
        self._weigh()

    def type(self, question: str) -> None:
        """The question belongs to the prompt too."""
        self._question = question
        self._weigh()

    def close(self) -> None:
        self._counter.close()

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents as they would be sent: what the wish is made with."""
        return self.selection.apply(self.read)

    def memory(self, done: Callable[[Memory], object], failed: Callable[[CarrelError], object]) -> None:
        """What the context that would hold this selection takes here; planned away from the main thread."""
        path = self._desk.engine.state.path or (self._plan.model.path if self._plan else "")
        loaded = self._desk.plan if self._desk.engine.state.has_model else None
        kept = loaded.vram.total_bytes if loaded else 0
        n_ctx = max(self.weight.needed_ctx, self.weight.n_ctx if self.weight.fits else 0)
        fixed = Fixed(n_ctx=n_ctx, kv_type=loaded.kv_type if loaded else None)

        def planned(plan: Plan) -> None:
            free = plan.free_bytes + kept
            fits = plan.fits or 0 < plan.vram.total_bytes <= free - plan.margin_bytes
            done(Memory(n_ctx, plan.vram.total_bytes, plan.ram_bytes, free, fits))

        make_plan(self._desk, None, path or None, fixed, planned, failed)

    def _look_up(self, store: Store) -> tuple[list[Said], str, ReadingSpeed]:
        chat = store.chat(self._chat_id) if self._chat_id is not None else None
        before = said_before(store, store.thread(chat.id)) if chat is not None else []
        choices = chat.choices if chat is not None else new_chat_choices(self._desk)
        return before, instructions_of(self._desk, choices), reading_speed(self._desk, store, self._plan)

    def _on_found(self, found: tuple[list[Said], str, ReadingSpeed]) -> None:
        self._before, self._instructions, self._speed = found
        self._weigh()

    def _weigh(self, *, exactly: bool = True) -> None:
        self._asked += 1
        self.weight = self._added_up()
        self.weighed.emit(self.weight)
        if self._before is None or not exactly:
            return
        mine, documents = self._asked, self.documents
        thread = [*self._before, Said("user", self._question, documents)]

        def counted(tokens: int) -> None:
            if mine == self._asked:
                self._around_tokens = tokens - _tokens_of(documents)
                self.weight = self._weight(documents, tokens, exact=True)
                self.weighed.emit(self.weight)

        self._counter.measure(compose_turns(thread, self._instructions), counted, self.failed.emit)

    def _added_up(self) -> Weight:
        documents = self.documents
        return self._weight(documents, self._around_tokens + _tokens_of(documents), exact=False)

    def _weight(self, documents: tuple[Document, ...], tokens: int, *, exact: bool) -> Weight:
        n_ctx = self._desk.engine.state.n_ctx or (self._plan.n_ctx if self._plan else 0)
        return Weight(
            documents=documents,
            prompt_tokens=tokens,
            document_tokens=sum(document.sent_tokens for document in documents),
            dropped_tokens=sum(reading_of(document).dropped_tokens for document in documents),
            room_tokens=answer_room(n_ctx) if n_ctx else answer_room(1 << 20),
            n_ctx=n_ctx,
            exact=exact,
            read_s=tokens / self._speed.tok_s if self._speed.tok_s else None,
            is_guess=self._speed.is_guess,
        )


def _tokens_of(documents: Sequence[Document]) -> int:
    return sum(document.sent_tokens + MARKER_TOKENS * (len(document.sent) + 2) for document in documents)
