"""A llama.cpp context that several sequences share, with its one batch, made once and filled through numpy views."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as C

from app.engine.messages import Load
from app.engine.worker.abort import AbortFlag
from app.engine.worker.faults import EngineFault
from app.engine.worker.vocab import Ids

KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # ggml_type numbers
MAX_DRAFT = 63
_CPU_STEPS = ((2e9, 512), (1e10, 128), (float("inf"), 32))  # parameters of the model, tokens a step
_BELT = 4  # copies that llama.cpp keeps for pipeline parallelism
_YARN = 2  # llama_rope_scaling_type

Logits = npt.NDArray[np.float32]


class Ran(Enum):
    """How a `llama_decode` ended: computed; stopped by the abort flag; no room left in the KV cache."""

    OK = 0
    FULL = 1
    ABORTED = 2


class Context:
    """Sequences 0 … n_seq-1 over one unified KV cache. Raises EngineFault where llama.cpp refuses.

    A step is `begin`, `add` for each sequence, `run`, then `logits` of the rows that wanted them. One thread.
    """

    def __init__(self, model: Any, spec: Load, abort: AbortFlag) -> None:
        self.n_seq = spec.n_parallel + 1  # one more to write sessions from
        params = _params(spec, self.n_seq)
        self._abort = abort  # its memory must outlive the context
        abort.install(params)
        self._ctx = C.llama_init_from_model(model, params)
        if not self._ctx:
            raise EngineFault("context_refused")
        self._memory = C.llama_get_memory(self._ctx)
        self.n_ctx, self.n_batch = int(C.llama_n_ctx(self._ctx)), int(C.llama_n_batch(self._ctx))
        self.max_outputs = min(int(params.n_outputs_max), self.n_batch)
        self.step_tokens = min(self.n_batch, _step_tokens(model, spec))
        self.can_forget = not (C.llama_model_is_recurrent(model) or C.llama_model_is_hybrid(model))
        self._n_vocab = C.llama_vocab_n_tokens(C.llama_model_get_vocab(model))
        self._make_batch()
        self._views: dict[int, Logits] = {}
        # Bound anew with an address as result: making a numpy view of a ctypes pointer costs more than sampling.
        prototype = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32)
        self._logits_at = prototype(("llama_get_logits_ith", C._lib))

    @property
    def handle(self) -> Any:
        """The C context, for those who save and restore its state."""
        return self._ctx

    def close(self) -> None:
        C.llama_free(self._ctx)

    # What the sequences hold.

    def forget(self, seq: int, tokens: int) -> bool:
        """Forget what `seq` holds after its first `tokens` positions.

        False when this kind of model cannot forget a part (recurrent ones): then the sequence is forgotten whole.
        """
        if C.llama_memory_seq_rm(self._memory, seq, tokens, -1):
            return True
        C.llama_memory_seq_rm(self._memory, seq, -1, -1)
        return False

    def fork(self, source: int, target: int, tokens: int) -> None:
        """Let `target`, which is forgotten first, share the first `tokens` positions of `source`. Copies nothing."""
        C.llama_memory_seq_rm(self._memory, target, -1, -1)
        C.llama_memory_seq_cp(self._memory, source, target, 0, tokens)

    def clear(self) -> None:
        """Forget every sequence."""
        C.llama_memory_clear(self._memory, False)

    def adapt(self, adapters: Sequence[Any], scales: Sequence[float]) -> None:
        """Let opened LoRA adapters act from now on."""
        if not adapters:
            return
        handles = (C.llama_adapter_lora_p_ctypes * len(adapters))(*adapters)
        if C.llama_set_adapters_lora(self._ctx, handles, len(adapters), (ctypes.c_float * len(scales))(*scales)):
            raise EngineFault("adapter_refused")

    # One step.

    def begin(self) -> None:
        self._rows = 0

    def add(self, seq: int, ids: Ids, position: int, outputs: int) -> int:
        """Put tokens of a sequence into the batch; the last `outputs` of them want logits. Returns the first row."""
        first, end = self._rows, self._rows + len(ids)
        self._rows = end
        if end - first == 1:  # every step of an answer: slices would cost more than the arithmetic
            self._token[first], self._pos[first] = ids[0], position
            self._seq[first], self._wants[first] = seq, outputs
            return first
        self._token[first:end] = ids
        self._pos[first:end] = np.arange(position, position + len(ids), dtype=np.int32)
        self._seq[first:end] = seq
        self._wants[first:end] = 0
        self._wants[end - outputs : end] = 1
        return first

    def run(self) -> Ran:
        """Compute the batch. A GPU may still be busy on return. When aborted or full, nothing of it counts."""
        self._batch.n_tokens = self._rows
        code = C.llama_decode(self._ctx, self._batch)
        if code in (0, 1, 2):
            return Ran(code)
        raise EngineFault("decode_failed", f"llama_decode returned {code}")

    def logits(self, row: int) -> Logits:
        """The logits of a row of the last batch (n_vocab floats, overwritten by the next run); waits for the device."""
        address = self._logits_at(self._ctx, row)
        if not address:
            raise EngineFault("decode_failed", f"no logits for row {row}")
        view = self._views.get(address)
        if view is None:
            view = np.ctypeslib.as_array((ctypes.c_float * self._n_vocab).from_address(address))
            self._views[address] = view
        return view

    def synchronize(self) -> None:
        C.llama_synchronize(self._ctx)

    def _make_batch(self) -> None:
        """A `llama_batch` over arrays of our own, kept for life."""
        count = self.n_batch
        self._rows = 0
        self._token, self._pos, self._seq = (np.zeros(count, np.int32) for _ in range(3))
        self._n_seq, self._wants = np.ones(count, np.int32), np.zeros(count, np.int8)
        self._seq_at = self._seq.ctypes.data + 4 * np.arange(count, dtype=np.uintp)  # where each row's sequence stands
        batch = self._batch = C.llama_batch()
        batch.token, batch.pos = _pointer(self._token, ctypes.c_int32), _pointer(self._pos, ctypes.c_int32)
        batch.n_seq_id, batch.logits = _pointer(self._n_seq, ctypes.c_int32), _pointer(self._wants, ctypes.c_int8)
        batch.seq_id = _pointer(self._seq_at, ctypes.POINTER(ctypes.c_int32))


def _pointer(array: npt.NDArray[Any], kind: Any) -> Any:
    return ctypes.cast(array.ctypes.data, ctypes.POINTER(kind))


def _step_tokens(model: Any, spec: Load) -> int:
    """How many prompt tokens to compute between two looks at the progress and at a cancel.

    Whole batches where there is a card: layers that stay in RAM are copied to it for each step, so few steps are
    best. A processor alone reads a large model so slowly that 512 tokens would be a minute of silence. Fixed by the
    model's size, not by a clock: the same prompt is cut the same way every time.
    """
    if C.llama_supports_gpu_offload():
        return _batch_tokens(spec)
    return next(tokens for parameters, tokens in _CPU_STEPS if C.llama_model_n_params(model) < parameters)


def _batch_tokens(spec: Load) -> int:
    """Several cards work like a belt, each on another ubatch of the same batch: four keep them busy."""
    return spec.n_ubatch * (_BELT if len(spec.tensor_split) > 1 else 1)


def _params(spec: Load, n_seq: int) -> Any:
    params = C.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch = spec.n_ctx, _batch_tokens(spec), spec.n_ubatch
    params.n_seq_max, params.kv_unified = n_seq, True
    params.n_outputs_max = MAX_DRAFT + n_seq
    params.n_threads = params.n_threads_batch = spec.n_threads
    params.type_k = params.type_v = KV_TYPES[spec.kv_type]
    params.flash_attn_type = C.LLAMA_FLASH_ATTN_TYPE_ENABLED
    params.offload_kqv, params.no_perf = True, True
    if spec.yarn_factor > 1:
        params.rope_scaling_type, params.rope_freq_scale = _YARN, 1.0 / spec.yarn_factor
        params.yarn_orig_ctx = spec.yarn_orig_ctx
    return params
