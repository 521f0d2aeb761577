"""Which sequence of the context holds what, and which one an answer gets.

All sequences share one KV cache, so an answer may begin with what another has read: copying a prefix copies nothing.
What is kept of others makes every step a little slower (attention walks over all cells), so little is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.engine.worker.context import Context
from app.engine.worker.faults import EngineFault
from app.engine.worker.tokens import TokenLine, common_prefix
from app.engine.worker.vocab import Ids

_KEPT_ASIDE = 512  # tokens of unrelated idle text that may stay: on an H200, 2,000 of them cost 1.5 % of a step at 32B


@dataclass(slots=True, eq=False)
class Slot:
    """One sequence. `tokens` are in its KV cells; `busy` while an answer uses it; `used_at` orders by last use."""

    seq: int
    tokens: TokenLine = field(default_factory=TokenLine)
    busy: bool = False
    used_at: int = 0


class Slots:
    """The sequences that answers may use; one more stays free to write sessions from."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._slots = [Slot(seq) for seq in range(context.n_seq - 1)]
        self._clock = 0

    @property
    def spare_seq(self) -> int:
        return self._context.n_seq - 1

    def longest(self, ids: Ids) -> tuple[Slot | None, int]:
        """The slot that shares the longest beginning with `ids`, and how long that is. Idle ones win a tie."""
        best: Slot | None = None
        shared = 0
        for slot in sorted(self._slots, key=lambda slot: slot.busy):
            length = common_prefix(slot.tokens.ids, ids)
            if length > shared:
                best, shared = slot, length
        return best, shared

    def any_holds(self, is_held: Callable[[Ids], bool]) -> bool:
        """Whether any sequence holds tokens of which `is_held` is true."""
        return any(is_held(slot.tokens.ids) for slot in self._slots)

    def take(self, prompt: Ids, *, side: bool) -> Slot | None:
        """A slot for this prompt that holds as much of its beginning as any slot does; None when all are busy.

        The last token is always left to read, for its logits. A side request works on a copy, and so does one that
        shares less than half of what the slot holds: two chats that begin alike do not push each other out.
        """
        source, shared = self.longest(prompt)
        shared = min(shared, len(prompt) - 1) if self._context.can_forget else self._whole(source, prompt)
        if source is not None and not source.busy and not side and 2 * shared >= len(source.tokens):
            self.cut(source, shared)
            return self._use(source)
        target = self._free_slot(source)
        if target is None:
            return None
        if target is source:  # no other is free: what it holds beyond the shared beginning is lost
            self.cut(source, shared)
            return self._use(source)
        self._context.fork(source.seq if source and shared else target.seq, target.seq, shared)
        target.tokens = TokenLine(source.tokens.ids[:shared] if source and shared else None)
        return self._use(target)

    def cut(self, slot: Slot, tokens: int) -> None:
        """Keep the first `tokens` of a slot, or none where a part cannot be forgotten."""
        if tokens < len(slot.tokens):
            slot.tokens.cut(tokens if self._context.forget(slot.seq, tokens) else 0)

    def release(self, slot: Slot, *, keep: bool) -> None:
        slot.busy = False
        if not keep:
            self._empty(slot)

    def make_room(self, prompt: Ids) -> None:
        """Forget idle text that this prompt does not share, the oldest first, down to what may be kept aside."""
        idle = [s for s in self._slots if not s.busy and len(s.tokens)]
        strangers = [s for s in idle if common_prefix(s.tokens.ids, prompt) < len(s.tokens) // 2]
        kept = sum(len(slot.tokens) for slot in strangers)
        for slot in sorted(strangers, key=lambda slot: slot.used_at):
            if kept > _KEPT_ASIDE:
                kept -= len(slot.tokens)
                self._empty(slot)

    def evict(self) -> bool:
        """Forget the idle slot used longest ago. False when there is none left to forget."""
        idle = [slot for slot in self._slots if not slot.busy and len(slot.tokens)]
        if idle:
            self._empty(min(idle, key=lambda slot: slot.used_at))
        return bool(idle)

    def adopt(self, tokens: int) -> Slot:
        """An empty slot and room for a saved session. Raises EngineFault("busy") when answers use all slots."""
        while sum(len(slot.tokens) for slot in self._slots) + tokens > self._context.n_ctx and self.evict():
            pass
        slot = self._free_slot(None)
        if slot is None:
            raise EngineFault("busy", "every sequence is busy")
        self._empty(slot)
        return slot

    def _whole(self, source: Slot | None, prompt: Ids) -> int:
        """What can be reused by a model that cannot forget a part: a slot that the prompt goes on from, whole."""
        held = len(source.tokens) if source else 0
        return held if source and held < len(prompt) and common_prefix(source.tokens.ids, prompt) == held else 0

    def _free_slot(self, spare: Slot | None) -> Slot | None:
        """An empty slot, else the idle one used longest ago; `spare` only when there is no other."""
        idle = [slot for slot in self._slots if not slot.busy]
        return min(idle, key=lambda slot: (slot is spare, len(slot.tokens) > 0, slot.used_at), default=None)

    def _empty(self, slot: Slot) -> None:
        self._context.forget(slot.seq, 0)
        slot.tokens = TokenLine()

    def _use(self, slot: Slot) -> Slot:
        self._clock += 1
        slot.busy, slot.used_at = True, self._clock
        return slot
