"""One model in memory with one context: prefill, decode, and the prefix kept between turns.

Only the worker thread touches it. A batch is made once and filled through numpy views. `llama_decode` returns before
a GPU has finished, so the text of a token is prepared while the next one is being computed.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator

import numpy as np
from llama_cpp import llama_cpp as C

from app.core.chat import Timing, Usage
from app.core.params import Sampling
from app.engine.messages import Load, Reason
from app.engine.worker.abort import AbortFlag
from app.engine.worker.sampler import make_chain
from app.engine.worker.speech import Speech
from app.engine.worker.template import ChatTemplate
from app.engine.worker.vocab import Ids, Vocab

KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # ggml_type numbers
_ABORTED = 2


class EngineFault(Exception):
    """The request cannot be done; `code` is stable, the text is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code, self.detail = code, detail


class Runner:
    """A loaded model. `close` frees it; use from one thread."""

    def __init__(self, model: C.llama_model_p, spec: Load, abort: AbortFlag) -> None:
        self._model, self._abort = model, abort
        self.vocab = Vocab(model)
        source = C.llama_model_chat_template(model, None)
        self.template = ChatTemplate((source or b"").decode("utf-8", "replace"), self.vocab)
        self.n_ctx, self._ctx, self._batch = 0, None, None
        self._cached: Ids = np.empty(0, np.int32)
        if not spec.vocab_only:
            self._open_context(spec)

    @property
    def can_think(self) -> bool:
        return self.vocab.think_id >= 0 and self.vocab.end_think_id >= 0

    @property
    def model(self) -> C.llama_model_p:
        return self._model

    def opens_thinking(self, prompt: Ids) -> bool:
        """Whether the template itself opened a thought that the model is to continue."""
        opened, closed = (np.flatnonzero(prompt == i) for i in (self.vocab.think_id, self.vocab.end_think_id))
        return len(opened) > 0 and (len(closed) == 0 or int(opened[-1]) > int(closed[-1]))

    @property
    def cached_tokens(self) -> int:
        return len(self._cached)

    def close(self) -> None:
        if self._batch is not None:
            C.llama_batch_free(self._batch)
        if self._ctx is not None:
            C.llama_free(self._ctx)
        C.llama_model_free(self._model)

    def prefill(self, prompt: Ids, cancelled: Callable[[], bool]) -> Iterator[int]:
        """Bring the context to hold exactly `prompt`; yields tokens done so far, first what was there already.

        Ends early when `cancelled()`. A prompt that is there whole has its last token read again for its logits.
        """
        keep = min(_common_prefix(self._cached, prompt), len(prompt) - 1)
        C.llama_memory_seq_rm(C.llama_get_memory(self._ctx), 0, keep, -1)
        self._cached = prompt[:keep]
        yield keep
        while len(self._cached) < len(prompt) and not cancelled():
            start = len(self._cached)
            end = min(start + self._n_batch, len(prompt))
            if not self._decode(prompt[start:end], start, want_logits=end == len(prompt)):
                return
            C.llama_synchronize(self._ctx)
            self._cached = prompt[:end]
            yield end

    def decode(self, sampling: Sampling, speech: Speech, cancelled: Callable[[], bool]) -> tuple[Reason, list[float]]:
        """Sample until an end token, the limit, the end of the context, or `cancelled()`.

        Returns the reason and the monotonic time of every token.
        """
        chain = make_chain(sampling)
        limit = self.n_ctx - len(self._cached)
        limit = min(limit, sampling.max_tokens) if sampling.max_tokens > 0 else limit
        spoken: list[int] = []
        times: list[float] = []
        position = len(self._cached)
        reason: Reason = "length"
        try:
            while len(times) < limit:
                if cancelled():
                    reason = "cancelled"
                    break
                token = C.llama_sampler_sample(chain, self._ctx, -1)
                times.append(time.monotonic())
                if token in self.vocab.eog_ids:
                    reason = "stop"
                    break
                last = len(times) == limit
                if not last and not self._decode_one(token, position + len(spoken)):
                    speech.hear(token, times[-1])
                    reason = "cancelled"
                    break
                if not last:
                    spoken.append(token)
                speech.hear(token, times[-1])
        finally:
            self._cached = np.concatenate([self._cached, np.array(spoken, np.int32)])
            C.llama_sampler_free(chain)
            speech.finish(time.monotonic())
        return reason, times

    def _open_context(self, spec: Load) -> None:
        params = C.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = spec.n_ctx, spec.n_ubatch, spec.n_ubatch, 1
        params.n_threads = params.n_threads_batch = spec.n_threads
        params.type_k = params.type_v = KV_TYPES[spec.kv_type]
        params.flash_attn_type = C.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.offload_kqv, params.no_perf = True, True
        self._abort.install(params)
        self._ctx = C.llama_init_from_model(self._model, params)
        if not self._ctx:
            raise EngineFault("context_refused")
        self.n_ctx = int(C.llama_n_ctx(self._ctx))
        self._n_batch = int(C.llama_n_batch(self._ctx))
        self._batch = C.llama_batch_init(self._n_batch, 0, 1)
        self._token = np.ctypeslib.as_array(self._batch.token, (self._n_batch,))
        self._pos = np.ctypeslib.as_array(self._batch.pos, (self._n_batch,))
        self._logits = np.ctypeslib.as_array(self._batch.logits, (self._n_batch,))
        for row in range(self._n_batch):
            self._batch.n_seq_id[row] = 1
            self._batch.seq_id[row][0] = 0

    def _decode(self, ids: Ids, position: int, *, want_logits: bool) -> bool:
        count = len(ids)
        self._token[:count] = ids
        self._pos[:count] = np.arange(position, position + count, dtype=np.int32)
        self._logits[:count] = 0
        self._logits[count - 1] = want_logits
        self._batch.n_tokens = count
        return self._run(position)

    def _decode_one(self, token: int, position: int) -> bool:
        self._token[0], self._pos[0], self._logits[0] = token, position, 1
        self._batch.n_tokens = 1
        return self._run(position)

    def _run(self, position: int) -> bool:
        """Decode the batch; False when aborted, with the context back at `position`."""
        code = C.llama_decode(self._ctx, self._batch)
        if code == 0:
            return True
        if code == _ABORTED:
            C.llama_memory_seq_rm(C.llama_get_memory(self._ctx), 0, position, -1)
            return False
        raise EngineFault("context_full" if code == 1 else "decode_failed", f"llama_decode returned {code}")


def summarize(
    prompt_tokens: int, cached_tokens: int, started_s: float, read_s: float, times: list[float]
) -> tuple[Usage, Timing]:
    """Counts and speeds of one answer from its moments: request, prompt read, every token (monotonic seconds)."""
    answer = len(times)
    usage = Usage(prompt_tokens=prompt_tokens, answer_tokens=answer, cached_tokens=cached_tokens)
    read = prompt_tokens - cached_tokens
    timing = Timing(
        ttft_s=times[0] - started_s if times else 0.0,
        prefill_tok_s=read / (read_s - started_s) if read_s > started_s else 0.0,
        decode_tok_s=(answer - 1) / (times[-1] - times[0]) if answer > 1 and times[-1] > times[0] else 0.0,
    )
    return usage, timing


def _common_prefix(a: Ids, b: Ids) -> int:
    length = min(len(a), len(b))
    differs = np.flatnonzero(a[:length] != b[:length])
    return int(differs[0]) if len(differs) else length


def open_model(spec: Load, progress: Callable[[float], bool]) -> C.llama_model_p:
    """Read the file into memory. `progress(fraction)` returning False stops it. Raises EngineFault."""

    @C.llama_progress_callback
    def on_progress(fraction: float, _user_data: ctypes.c_void_p) -> bool:
        return progress(fraction)

    params = C.llama_model_default_params()
    params.n_gpu_layers, params.vocab_only = spec.n_gpu_layers, spec.vocab_only
    params.progress_callback = on_progress
    model = C.llama_model_load_from_file(spec.path.encode("utf-8"), params)
    if not model:
        raise EngineFault("load_refused")
    return model
