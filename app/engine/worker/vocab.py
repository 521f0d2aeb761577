"""Text to token ids and back, for one loaded model. All functions here only read the vocabulary."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as C

Ids = npt.NDArray[np.int32]

_CONTROL_OR_USER_DEFINED = 8 | 16  # llama_token_attr: CONTROL, USER_DEFINED


class Vocab:
    """The vocabulary of a model: encode, decode pieces, and the ids that mean something to the loop."""

    def __init__(self, model: Any) -> None:
        self._vocab = C.llama_model_get_vocab(model)
        self.size: int = C.llama_vocab_n_tokens(self._vocab)
        self._pieces: list[bytes | None] = [None] * self.size
        self._buffer = ctypes.create_string_buffer(512)
        self.special_ids = self._find_special_ids()
        self.eog_ids = frozenset(i for i in self.special_ids.values() if C.llama_vocab_is_eog(self._vocab, i))
        self.think_id = self.special_ids.get("<think>", -1)
        self.end_think_id = self.special_ids.get("</think>", -1)
        self.special_pattern = specials(self.special_ids)

    @property
    def handle(self) -> Any:
        """The C vocabulary, for grammars."""
        return self._vocab

    def encode(self, text: str) -> Ids:
        """Token ids of plain text: nothing in it is taken for a special token.

        llama.cpp recognises user-defined tokens such as <think> even then, so such words are cut after their "<".
        """
        cuts = [found.start() + 1 for found in self.special_pattern.finditer(text)] if "<" in text else []
        if not cuts:
            return self._encode_run(text)
        return np.concatenate([self._encode_run(text[a:b]) for a, b in pairwise([0, *cuts, len(text)])])

    def _encode_run(self, text: str) -> Ids:
        data = text.encode("utf-8", "replace")
        ids = np.empty(len(data) + 8, np.int32)
        pointer = ids.ctypes.data_as(ctypes.POINTER(C.llama_token))
        count = C.llama_tokenize(self._vocab, data, len(data), pointer, len(ids), False, False)
        if count < 0:
            raise ValueError(f"tokenizer asks for {-count} ids for {len(data)} bytes")
        return ids[:count].copy()

    def piece(self, token: int) -> bytes:
        """The bytes of one token, kept after the first look."""
        known = self._pieces[token]
        if known is None:
            known = self._pieces[token] = self._read_piece(token)
        return known

    def text(self, name: str) -> str:
        """The text of a named special token ("bos", "eos"), empty when the model has none."""
        token = getattr(C, f"llama_vocab_{name}")(self._vocab)
        return self.piece(token).decode("utf-8", "replace") if token >= 0 else ""

    def _read_piece(self, token: int) -> bytes:
        length = C.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, True)
        if length < 0:
            self._buffer = ctypes.create_string_buffer(-length)
            length = C.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, True)
        return self._buffer.raw[:length]

    def _find_special_ids(self) -> dict[str, int]:
        found = {}
        for token in range(self.size):
            if C.llama_vocab_get_attr(self._vocab, token) & _CONTROL_OR_USER_DEFINED:
                found[(C.llama_vocab_get_text(self._vocab, token) or b"").decode("utf-8", "replace")] = token
        found.pop("", None)
        return found


def specials(ids: Mapping[str, int]) -> re.Pattern[str]:
    """Finds any of these words, the longest first; without any, nothing."""
    return re.compile("|".join(map(re.escape, sorted(ids, key=len, reverse=True))) or r"(?!)")
