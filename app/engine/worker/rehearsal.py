"""Times the steps of an empty context: what it costs this machine to verify drafts."""

from __future__ import annotations

import time

import numpy as np
from llama_cpp import llama_cpp as C

from app.engine.messages import Cost
from app.engine.worker.context import MAX_DRAFT, Context, Ran
from app.engine.worker.faults import EngineFault
from app.engine.worker.speculation.calibration import measure
from app.engine.worker.vocab import Ids

_SEQ = 0
_WARM_UP_TOKENS = 64  # the kernels of a card are loaded by their first use: that is no cost of a step


class _Rehearsal:
    """Sequence 0 filled with plain tokens: their text does not matter, their number does."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._filler: Ids = (np.arange(context.n_batch) % 200).astype(np.int32)
        self._held = 0

    def prefill(self, tokens: int) -> float:
        """Hold so many tokens, read from the first; seconds."""
        began_s = time.perf_counter()
        self._context.forget(_SEQ, 0)
        self._held = 0
        while self._held < tokens:
            count = min(tokens - self._held, self._context.step_tokens)
            self._step(count, 0)
            self._held += count
        self._context.synchronize()
        return time.perf_counter() - began_s

    def verify(self, rows: int, depth: int) -> float:
        """Compute `rows` tokens with logits behind what is held, and forget them again; milliseconds."""
        began_s = time.perf_counter()
        self._step(rows, rows)
        self._context.logits(0)
        spent_ms = (time.perf_counter() - began_s) * 1000
        self._context.forget(_SEQ, self._held)
        return spent_ms

    def _step(self, count: int, outputs: int) -> None:
        self._context.begin()
        self._context.add(_SEQ, self._filler[:count], self._held, outputs)
        if self._context.run() is not Ran.OK:
            raise EngineFault("decode_failed", "the rehearsal was refused")


def rehearse(context: Context) -> tuple[Cost, ...]:
    """What 1 … 64 rows cost at two depths. Takes up to 3 s; the context is empty before and after."""
    rehearsal = _Rehearsal(context)
    try:
        if C.llama_supports_gpu_offload():
            rehearsal.prefill(min(_WARM_UP_TOKENS, context.n_ctx // 2))
        most_rows = min(MAX_DRAFT + 1, context.max_outputs)
        return measure(rehearsal.verify, rehearsal.prefill, n_ctx=context.n_ctx, most_rows=most_rows)
    finally:
        context.clear()
