"""A llama.cpp context with its one batch, made once and filled through numpy views."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as C

from app.engine.messages import Load
from app.engine.worker.abort import AbortFlag
from app.engine.worker.vocab import Ids

KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # ggml_type numbers
_ABORTED = 2
_CPU_STEPS = ((2e9, 512), (1e10, 128), (float("inf"), 32))  # parameters of the model, tokens a step


class EngineFault(Exception):
    """The request cannot be done; `code` is stable, the text is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code, self.detail = code, detail


class Context:
    """Sequence 0 of one context. Raises EngineFault where llama.cpp refuses."""

    def __init__(self, model: Any, spec: Load, abort: AbortFlag) -> None:
        params = _params(spec)
        self._abort = abort  # its memory must outlive the context
        abort.install(params)
        self._ctx = C.llama_init_from_model(model, params)
        if not self._ctx:
            raise EngineFault("context_refused")
        self.n_ctx = int(C.llama_n_ctx(self._ctx))
        self.n_batch = int(C.llama_n_batch(self._ctx))
        self.step_tokens = min(self.n_batch, _step_tokens(model, spec))
        self._batch = C.llama_batch_init(self.n_batch, 0, 1)
        self._token = np.ctypeslib.as_array(self._batch.token, (self.n_batch,))
        self._pos = np.ctypeslib.as_array(self._batch.pos, (self.n_batch,))
        self._logits = np.ctypeslib.as_array(self._batch.logits, (self.n_batch,))
        for row in range(self.n_batch):
            self._batch.n_seq_id[row] = 1
            self._batch.seq_id[row][0] = 0

    def close(self) -> None:
        C.llama_batch_free(self._batch)
        C.llama_free(self._ctx)

    def keep(self, tokens: int) -> bool:
        """Forget everything after the first `tokens` positions.

        False when this kind of model cannot forget a part (recurrent ones): then everything is forgotten.
        """
        memory = C.llama_get_memory(self._ctx)
        kept = bool(C.llama_memory_seq_rm(memory, 0, tokens, -1))
        if not kept:
            C.llama_memory_clear(memory, True)
        return kept

    def decode(self, ids: Ids, position: int, *, want_logits: bool) -> bool:
        """Compute a chunk of a prompt; logits of its last token when wanted. False when aborted."""
        count = len(ids)
        self._token[:count] = ids
        self._pos[:count] = np.arange(position, position + count, dtype=np.int32)
        self._logits[:count] = 0
        self._logits[count - 1] = want_logits
        self._batch.n_tokens = count
        return self._run(position)

    def decode_one(self, token: int, position: int) -> bool:
        """Compute the step after one sampled token. False when aborted."""
        self._token[0], self._pos[0], self._logits[0] = token, position, 1
        self._batch.n_tokens = 1
        return self._run(position)

    def sample(self, chain: Any) -> int:
        """Draw from the last logits; waits for the device."""
        return int(C.llama_sampler_sample(chain, self._ctx, -1))

    def synchronize(self) -> None:
        C.llama_synchronize(self._ctx)

    def _run(self, position: int) -> bool:
        """Decode the batch; False when aborted, with the context back at `position`."""
        code = C.llama_decode(self._ctx, self._batch)
        if code == 0:
            return True
        if code == _ABORTED:
            self.keep(position)
            return False
        raise EngineFault("context_full" if code == 1 else "decode_failed", f"llama_decode returned {code}")


def _step_tokens(model: Any, spec: Load) -> int:
    """How many prompt tokens to compute between two looks at the progress and at a cancel.

    Whole ubatches where every layer is on a card. A processor reads a large model so slowly that 512 tokens would be
    a minute of silence. Fixed by the model's size, not by a clock: the same prompt is cut the same way every time.
    """
    if 0 <= spec.n_gpu_layers <= C.llama_model_n_layer(model) or not C.llama_supports_gpu_offload():
        return next(tokens for parameters, tokens in _CPU_STEPS if C.llama_model_n_params(model) < parameters)
    return spec.n_ubatch


def _params(spec: Load) -> Any:
    params = C.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = spec.n_ctx, spec.n_ubatch, spec.n_ubatch, 1
    params.n_threads = params.n_threads_batch = spec.n_threads
    params.type_k = params.type_v = KV_TYPES[spec.kv_type]
    params.flash_attn_type = C.LLAMA_FLASH_ATTN_TYPE_ENABLED
    params.offload_kqv, params.no_perf = True, True
    return params


def open_model(spec: Load, progress: Callable[[float], bool]) -> Any:
    """Read the file into memory. `progress(fraction)` returning False stops it. Raises EngineFault."""

    @C.llama_progress_callback  # type: ignore[untyped-decorator]
    def on_progress(fraction: float, _user_data: ctypes.c_void_p) -> bool:
        return progress(fraction)

    params = C.llama_model_default_params()
    params.n_gpu_layers, params.vocab_only = spec.n_gpu_layers, spec.vocab_only
    if spec.main_gpu >= 0:
        params.split_mode, params.main_gpu = C.LLAMA_SPLIT_MODE_NONE, spec.main_gpu
    params.progress_callback = on_progress
    model = C.llama_model_load_from_file(spec.path.encode("utf-8"), params)
    if not model:
        raise EngineFault("load_refused")
    return model
