"""A small model of the same vocabulary that guesses how the text goes on, for as long as it is sure.

It reads only a window of the text: what comes next depends mostly on what stands just before. Its window keeps in step
with the text by the prefix both share; where that is too short it begins anew with the last tokens.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as C

from app.engine.messages import Load
from app.engine.worker.abort import AbortFlag
from app.engine.worker.context import Context, Ran
from app.engine.worker.faults import EngineFault
from app.engine.worker.model import open_model
from app.engine.worker.speculation.ngrams import Ids
from app.engine.worker.tokens import TokenLine
from app.engine.worker.vocab import Vocab

WINDOW, UBATCH = 8192, 512  # as the planner reserves memory for it, with q8_0
SURE = 0.6  # the chance it must give its best token

_BEGIN_WITH = 512  # tokens read when it begins anew: some 20 ms on a card
_SAMPLE = 512  # tokens compared between the vocabularies
_SIZES_DIFFER = 128  # padding: vocabularies of one family end at different ids
_REHEARSED = 24  # tokens timed at load
_STEADY = 32.0  # drafts that the running mean of its speed looks back on
_SEQ = 0
_NOTHING: Ids = np.empty(0, np.int32)


class DraftModel:
    """Its own model and context. Free with close; use from one thread.

    Raises EngineFault("draft_refused") when the file cannot be loaded or speaks of other tokens than `vocab`.
    """

    def __init__(self, path: str, vocab: Vocab, spec: Load) -> None:
        own = Load(
            0,
            path,
            n_ctx=WINDOW,
            n_ubatch=UBATCH,
            n_gpu_layers=-1 if spec.n_gpu_layers else 0,
            kv_type="q8_0",
            n_threads=spec.n_threads,
            main_gpu=spec.main_gpu,
            n_parallel=1,
        )
        self._model, self._context = _open(own, vocab)
        self._ends, self._n_vocab = vocab.eog_ids, vocab.size
        self._readable = int(C.llama_vocab_n_tokens(C.llama_model_get_vocab(self._model)))
        self._start = 0  # where in the text the window begins
        self._held = TokenLine()  # what the context holds: text from there, and the last draft
        try:
            self._token_ms = self._rehearse()
        except EngineFault:
            self.close()
            raise

    @property
    def token_ms(self) -> float:
        """What a drafted token costs, measured."""
        return self._token_ms

    def close(self) -> None:
        self._context.close()
        C.llama_model_free(self._model)

    def draft(self, text: Ids, limit: int) -> Ids:
        """At most `limit` tokens to follow `text`, each the likeliest by far; fewer where it is not sure."""
        if not self._follow(text, limit):
            return _NOTHING
        began_s, guesses = time.perf_counter(), TokenLine()
        while True:
            token = self._sure_token()
            if token < 0:
                break
            guesses.append(token)
            if len(guesses) == limit or token in self._ends or not self._read(guesses.ids[-1:]):
                break
        steps = max(1, len(guesses))
        self._token_ms += (1e3 * (time.perf_counter() - began_s) / steps - self._token_ms) / _STEADY
        return guesses.ids

    def _follow(self, text: Ids, limit: int) -> bool:
        """Bring the context to hold the window's text up to its last token, with the logits after it."""
        shared = _shared(self._held.ids, text[self._start :])
        missing = len(text) - self._start - shared
        if missing > _BEGIN_WITH or len(text) - self._start + limit > WINDOW:
            self._start, shared = max(0, len(text) - _BEGIN_WITH), 0
        shared = min(shared, len(text) - self._start - 1)  # the last is read again: its logits are wanted
        if shared < 0:
            return False
        self._context.forget(_SEQ, shared)
        self._held.cut(shared)
        return self._read(text[self._start + shared :])

    def _read(self, ids: Ids) -> bool:
        """Let the context hold more. False, and nothing is held, when it cannot."""
        if len(ids) and int(ids.max()) < self._readable:
            self._context.begin()
            self._context.add(_SEQ, ids, len(self._held), 1)
            if self._context.run() is Ran.OK:
                self._held.extend(ids)
                return True
        self._context.forget(_SEQ, 0)
        self._held.cut(0)
        return False

    def _sure_token(self) -> int:
        """The likeliest next token when its chance is high enough, else -1."""
        logits = self._context.logits(-1)
        token = int(logits.argmax())
        chance = 1.0 / float(np.exp(logits - logits[token]).sum())
        return token if chance >= SURE and token < self._n_vocab else -1

    def _rehearse(self) -> float:
        """Milliseconds a token takes, on a short text."""
        text = (np.arange(_REHEARSED) % 200).astype(np.int32)
        self._read(text)
        self._context.logits(-1)
        began_s = time.perf_counter()
        for token in range(_REHEARSED):
            self._read(text[token : token + 1])
            self._sure_token()
        spent_ms = 1e3 * (time.perf_counter() - began_s)
        self._context.forget(_SEQ, 0)
        self._held.cut(0)
        return spent_ms / _REHEARSED


def _open(spec: Load, vocab: Vocab) -> tuple[Any, Context]:
    try:
        model = open_model(spec, lambda _: True)
    except EngineFault as fault:
        raise EngineFault("draft_refused", fault.detail) from fault
    try:
        if why := difference(vocab, C.llama_model_get_vocab(model)):
            raise EngineFault("draft_refused", why)
        return model, Context(model, spec, AbortFlag())
    except EngineFault as fault:
        C.llama_model_free(model)
        raise EngineFault("draft_refused", fault.detail) from fault


def difference(vocab: Vocab, other: Any) -> str:
    """In what two vocabularies differ, "" when tokens of one can be taken for tokens of the other."""
    mine, size = vocab.handle, int(C.llama_vocab_n_tokens(other))
    if C.llama_vocab_type(mine) != C.llama_vocab_type(other):
        return "another kind of vocabulary"
    if abs(size - vocab.size) > _SIZES_DIFFER:
        return f"{size} tokens instead of {vocab.size}"
    for name in ("bos", "eos"):
        ask = getattr(C, f"llama_vocab_{name}")
        if ask(mine) != ask(other):
            return f"another {name}"
    common = min(size, vocab.size)
    sample = {*range(0, common, max(1, common // _SAMPLE)), *(i for i in vocab.special_ids.values() if i < common)}
    for token in sorted(sample):
        if C.llama_vocab_get_text(mine, token) != C.llama_vocab_get_text(other, token):
            return f"another token {token}"
    return ""


def _shared(a: Ids, b: Ids) -> int:
    length = min(len(a), len(b))
    differs = np.flatnonzero(a[:length] != b[:length])
    return int(differs[0]) if len(differs) else length
