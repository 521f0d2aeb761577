"""When memory runs out: the next smaller way to load the same model, and what to tell about it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from app.core.errors import CarrelError
from app.core.units import format_tokens
from app.core.words import say
from app.engine import messages as m
from app.fit.buffers import KV_BLOCKS
from app.fit.plan import Plan

MOST_STEPS = 8  # then something else is wrong
SMALLEST_CONTEXT = 2_048
_CONTEXT_STEP = 256
_UBATCHES = (512, 128)
_KV_TYPES: tuple[m.KvType, ...] = ("q8_0", "q4_0")
_LAYERS_KEPT = 0.85  # of those on the card, each time

_OUT_OF_MEMORY = frozenset({"engine_out_of_memory", "load_out_of_memory", "context_refused"})


def is_out_of_memory(error: CarrelError) -> bool:
    """Whether a smaller plan may help."""
    return error.code in _OUT_OF_MEMORY


def smaller(spec: m.Load, needed_tokens: int = 0, n_layers: int = 0) -> m.Load | None:
    """The next smaller way: no drafting model, shorter steps of reading, a smaller KV type, a shorter context, fewer
    layers on the card.

    The context never falls below `needed_tokens`. `n_layers` 0 means that no layer is on a card. None at the end.
    """
    if spec.draft_path:
        return msgspec.structs.replace(spec, draft_path="")
    ubatch = next((size for size in _UBATCHES if size < spec.n_ubatch), None)
    if ubatch:
        return msgspec.structs.replace(spec, n_ubatch=ubatch)
    kept = (spec.kv_type, *_KV_TYPES) if spec.kv_type not in _KV_TYPES else _KV_TYPES
    later = kept[kept.index(spec.kv_type) + 1 :]
    if later:
        return msgspec.structs.replace(spec, kv_type=later[0], costs=())  # they were measured with the other type
    n_ctx = max(-(-max(needed_tokens, spec.n_ctx // 2) // _CONTEXT_STEP) * _CONTEXT_STEP, SMALLEST_CONTEXT)
    if n_ctx < spec.n_ctx:
        return _with_context(spec, n_ctx)
    on_card = n_layers + 1 if spec.n_gpu_layers < 0 else min(spec.n_gpu_layers, n_layers + 1)
    if n_layers and on_card > 0:
        return msgspec.structs.replace(spec, n_gpu_layers=int(on_card * _LAYERS_KEPT))
    return None


def _with_context(spec: m.Load, n_ctx: int) -> m.Load:
    """A shorter context; one that the model was trained for is not stretched."""
    if n_ctx <= spec.yarn_orig_ctx:
        return msgspec.structs.replace(spec, n_ctx=n_ctx, yarn_factor=0.0, yarn_orig_ctx=0)
    return msgspec.structs.replace(spec, n_ctx=n_ctx)


def change_words(before: m.Load, after: m.Load) -> str:
    """What is different now, in a sentence."""
    changes = say(", ").join(_changes(before, after))
    return say("Memory ran out, so the model was loaded again with {changes}.", changes=changes)


def _changes(before: m.Load, after: m.Load) -> Iterator[str]:
    if after.draft_path != before.draft_path:
        yield say("no small model to draft with")
    if after.n_ubatch != before.n_ubatch:
        yield say("shorter steps of reading ({tokens} tokens at once)", tokens=after.n_ubatch)
    if after.kv_type != before.kv_type:
        yield say("a smaller type of KV cache ({kind})", kind=after.kv_type)
    if after.n_ctx != before.n_ctx:
        yield say("a shorter context ({tokens} tokens)", tokens=format_tokens(after.n_ctx))
    if after.n_gpu_layers != before.n_gpu_layers:
        yield say("fewer layers on the graphics card ({layers})", layers=after.n_gpu_layers)


def as_loaded(plan: Plan, spec: m.Load) -> Plan:
    """The plan as it was carried out in the end. Its memory is scaled, not estimated anew: weights stay as planned."""
    vram = plan.vram
    kv_bytes = round(vram.kv_bytes * _kv_size(spec.n_ctx, spec.kv_type) / _kv_size(plan.n_ctx, plan.kv_type))
    compute_bytes = vram.compute_bytes * spec.n_ubatch // plan.n_ubatch
    saved_bytes = vram.kv_bytes - kv_bytes + vram.compute_bytes - compute_bytes
    smaller_vram = msgspec.structs.replace(
        vram, kv_bytes=kv_bytes, compute_bytes=compute_bytes, total_bytes=max(0, vram.total_bytes - saved_bytes)
    )
    return msgspec.structs.replace(
        plan,
        n_ctx=spec.n_ctx,
        n_ubatch=spec.n_ubatch,
        kv_type=spec.kv_type,
        n_gpu_layers=spec.n_gpu_layers,
        yarn_factor=spec.yarn_factor,
        yarn_orig_ctx=spec.yarn_orig_ctx,
        draft_path=spec.draft_path,
        vram=smaller_vram,
    )


def _kv_size(n_ctx: int, kv_type: str) -> float:
    block_bytes, elements = KV_BLOCKS[kv_type]
    return n_ctx * block_bytes / elements


class Descent:
    """Steps down until a load holds. One for each wish: it counts the steps."""

    def __init__(self, first: m.Load, plan: Plan | None, needed_tokens: int = 0) -> None:
        self.first = self.spec = first
        self._n_layers = plan.model.n_layers if plan is not None and plan.cards else 0
        self._needed_tokens = needed_tokens
        self._steps = 0

    def step(self, error: CarrelError) -> m.Load | None:
        """The next spec to try after this error; None when it is of another kind, or there is nothing smaller."""
        found = smaller(self.spec, self._needed_tokens, self._n_layers) if is_out_of_memory(error) else None
        if found is None or self._steps == MOST_STEPS:
            return None
        self._steps, self.spec = self._steps + 1, found
        return found

    @property
    def words(self) -> str:
        """What was changed so far; empty when nothing was."""
        return change_words(self.first, self.spec) if self._steps else ""
