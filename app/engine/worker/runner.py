"""One model in memory with one context: prefill, decode, and the prefix kept between turns.

Only the worker thread touches it. `llama_decode` returns before a GPU has finished, so the text of a token is
prepared while the next one is being computed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as C

from app.core.chat import Timing, Usage
from app.core.params import Sampling
from app.engine.messages import Load, Reason
from app.engine.worker.abort import AbortFlag
from app.engine.worker.context import Context, EngineFault
from app.engine.worker.sampler import make_chain
from app.engine.worker.speech import Speech
from app.engine.worker.template import ChatTemplate
from app.engine.worker.vocab import Ids, Vocab


class Runner:
    """A loaded model. `close` frees it; use from one thread."""

    def __init__(self, model: Any, spec: Load, abort: AbortFlag) -> None:
        self.model = model
        self.vocab = Vocab(model)
        source = C.llama_model_chat_template(model, None)
        self.template = ChatTemplate((source or b"").decode("utf-8", "replace"), self.vocab)
        self._context = None if spec.vocab_only else Context(model, spec, abort)
        self._cached: Ids = np.empty(0, np.int32)

    @property
    def context(self) -> Context:
        """The context; a model loaded for its vocabulary alone has none."""
        if self._context is None:
            raise EngineFault("no_model")
        return self._context

    @property
    def can_think(self) -> bool:
        return self.vocab.think_id >= 0 and self.vocab.end_think_id >= 0

    def opens_thinking(self, prompt: Ids) -> bool:
        """Whether the template itself opened a thought that the model is to continue."""
        opened, closed = (np.flatnonzero(prompt == i) for i in (self.vocab.think_id, self.vocab.end_think_id))
        return len(opened) > 0 and (len(closed) == 0 or int(opened[-1]) > int(closed[-1]))

    @property
    def cached_tokens(self) -> int:
        return len(self._cached)

    def close(self) -> None:
        if self._context is not None:
            self._context.close()
        C.llama_model_free(self.model)

    def prefill(self, prompt: Ids, cancelled: Callable[[], bool]) -> Iterator[int]:
        """Bring the context to hold exactly `prompt`; yields tokens done so far, first what was there already.

        Ends early when `cancelled()`. A prompt that is there whole has its last token read again for its logits.
        """
        keep = min(_common_prefix(self._cached, prompt), len(prompt) - 1)
        context = self.context
        keep = keep if context.keep(keep) else 0
        self._cached = prompt[:keep]
        yield keep
        while len(self._cached) < len(prompt) and not cancelled():
            start = len(self._cached)
            end = min(start + context.step_tokens, len(prompt))
            if not context.decode(prompt[start:end], start, want_logits=end == len(prompt)):
                return
            context.synchronize()
            self._cached = prompt[:end]
            yield end

    def decode(self, sampling: Sampling, speech: Speech, cancelled: Callable[[], bool]) -> tuple[Reason, list[float]]:
        """Sample until an end token, the limit, the end of the context, or `cancelled()`.

        Returns the reason and the monotonic time of every token.
        """
        chain = make_chain(sampling, self.vocab.size)
        context = self.context
        limit = context.n_ctx - len(self._cached)
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
                token = context.sample(chain)
                times.append(time.monotonic())
                if token in self.vocab.eog_ids:
                    reason = "stop"
                    break
                last = len(times) == limit
                if not last and not context.decode_one(token, position + len(spoken)):
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


def summarize(
    prompt_tokens: int, cached_tokens: int, read_tokens: int, read_s: tuple[float, float], times: list[float]
) -> tuple[Usage, Timing]:
    """Counts and speeds of one answer. `read_s` is when reading began and ended, `times` when each token came."""
    started_s, ended_s = read_s
    answer = len(times)
    usage = Usage(prompt_tokens=prompt_tokens, answer_tokens=answer, cached_tokens=cached_tokens)
    timing = Timing(
        ttft_s=times[0] - started_s if times else 0.0,
        prefill_tok_s=read_tokens / (ended_s - started_s) if ended_s > started_s else 0.0,
        decode_tok_s=(answer - 1) / (times[-1] - times[0]) if answer > 1 and times[-1] > times[0] else 0.0,
    )
    return usage, timing


def _common_prefix(a: Ids, b: Ids) -> int:
    length = min(len(a), len(b))
    differs = np.flatnonzero(a[:length] != b[:length])
    return int(differs[0]) if len(differs) else length
