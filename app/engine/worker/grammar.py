"""Binds the form of an answer: a GBNF grammar, or a JSON schema turned into one."""

from __future__ import annotations

import ctypes
import json
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as C
from llama_cpp.llama_grammar import json_schema_to_gbnf

from app.engine.worker.context import Logits
from app.engine.worker.faults import EngineFault
from app.engine.worker.vocab import Vocab

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Grammar:
    """What may come next. Asked about one token first: most tokens a model wants are allowed. Free with close."""

    def __init__(self, vocab: Vocab, source: str) -> None:
        self._sampler = C.llama_sampler_init_grammar(vocab.handle, source.encode("utf-8", "replace"), b"root")
        if not self._sampler:
            raise EngineFault("grammar_refused", source[:2000])
        self._one = np.zeros(1, _CANDIDATE)

    def close(self) -> None:
        C.llama_sampler_free(self._sampler)

    def allows(self, token: int) -> bool:
        self._one[0] = (token, 0.0, 0.0)
        self._apply(self._one)
        return bool(self._one["logit"][0] == 0.0)

    def bind(self, logits: Logits) -> Logits:
        """The logits with everything the grammar forbids at minus infinity."""
        room = np.zeros(len(logits), _CANDIDATE)
        room["id"], room["logit"] = np.arange(len(logits)), logits
        self._apply(room)
        bound: Logits = np.ascontiguousarray(room["logit"])
        return bound

    def accept(self, token: int) -> None:
        C.llama_sampler_accept(self._sampler, token)

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
