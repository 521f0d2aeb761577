"""Binds the form of an answer: a GBNF grammar, or a JSON schema turned into one."""

from __future__ import annotations

import ctypes
import json
from enum import Enum
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as C
from llama_cpp.llama_grammar import json_schema_to_gbnf

from app.engine.worker.context import Logits
from app.engine.worker.faults import EngineFault
from app.engine.worker.vocab import Ids, Vocab

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class _Stage(Enum):
    """FIRST: a thought may begin. THOUGHT: anything goes. GAP: a blank line may stand before the answer. DEAD: the
    form cannot be filled any further.
    """

    FIRST = "first"
    THOUGHT = "thought"
    GAP = "gap"
    ANSWER = "answer"
    DEAD = "dead"


class Grammar:
    """What may come next in an answer; a thought before it is free. Free with close.

    Asked about one token first: most tokens that a model wants are allowed. With `may_think` the answer's first token
    may open a thought; with `thinks` one is open already.
    """

    def __init__(self, vocab: Vocab, source: str, *, may_think: bool = False, thinks: bool = False) -> None:
        self._sampler = C.llama_sampler_init_grammar(vocab.handle, source.encode("utf-8", "replace"), b"root")
        if not self._sampler:
            raise EngineFault("grammar_refused", source[:2000])
        self._vocab = vocab
        self._stage = _Stage.THOUGHT if thinks else _Stage.FIRST if may_think else _Stage.ANSWER
        self._one = np.zeros(1, _CANDIDATE)

    def close(self) -> None:
        C.llama_sampler_free(self._sampler)

    def follow(self, spoken: Ids) -> None:
        """Take the beginning of an answer that is there already. Raises EngineFault when it has not the form."""
        for token in spoken.tolist():
            if not self.allows(token):
                raise EngineFault("grammar_refused", "what was said before does not have the form")
            self.accept(token)

    def allows(self, token: int) -> bool:
        match self._stage:
            case _Stage.THOUGHT | _Stage.DEAD:
                return True
            case _Stage.FIRST if token == self._vocab.think_id:
                return True
            case _Stage.GAP if self._is_blank(token):
                return True
        return self._has_form(token)

    def bind(self, logits: Logits) -> Logits:
        """The logits with everything that may not come at minus infinity. Where nothing may, the answer ends."""
        room = np.zeros(len(logits), _CANDIDATE)
        room["id"], room["logit"] = np.arange(len(logits)), logits
        self._apply(room)
        bound: Logits = np.ascontiguousarray(room["logit"])
        if not np.isfinite(bound).any():
            self._stage = _Stage.DEAD
            bound[sorted(self._vocab.eog_ids)] = 0.0
        elif self._stage is _Stage.FIRST and self._vocab.think_id >= 0:
            bound[self._vocab.think_id] = logits[self._vocab.think_id]
        return bound

    def accept(self, token: int) -> None:
        """Take a token that is allowed; on any other llama.cpp ends the process."""
        match self._stage:
            case _Stage.DEAD:
                return
            case _Stage.THOUGHT:
                self._stage = _Stage.GAP if token == self._vocab.end_think_id else _Stage.THOUGHT
                return
            case _Stage.FIRST if token == self._vocab.think_id:
                self._stage = _Stage.THOUGHT
                return
        in_gap, self._stage = self._stage is _Stage.GAP, _Stage.ANSWER
        if not in_gap or self._has_form(token):
            C.llama_sampler_accept(self._sampler, token)

    def _is_blank(self, token: int) -> bool:
        return self._vocab.piece(token).isspace()

    def _has_form(self, token: int) -> bool:
        self._one[0] = (token, 0.0, 0.0)
        self._apply(self._one)
        return bool(self._one["logit"][0] == 0.0)

    def _apply(self, room: Any) -> None:
        array = C.llama_token_data_array()
        array.data = ctypes.cast(room.ctypes.data, C.llama_token_data_p)  # type: ignore[assignment]
        array.size, array.selected, array.sorted = len(room), -1, False
        C.llama_sampler_apply(self._sampler, ctypes.byref(array))


def grammar_of(json_schema: str, grammar: str) -> str:
    """The GBNF that a request asks for, "" for none. Raises EngineFault("grammar_refused")."""
    if not json_schema:
        return grammar
    try:
        source: str = json_schema_to_gbnf(json_schema)
    except Exception as error:  # a schema is a stranger's text: whatever the converter raises is its fault
        raise EngineFault("grammar_refused", f"{error!r} in {json_schema[:500]}") from error
    if not isinstance(json.loads(json_schema), dict):
        raise EngineFault("grammar_refused", json_schema[:500])
    return source
