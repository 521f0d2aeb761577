"""Draws the next token from a row of logits, as llama.cpp's sampler chain does, without handing it 150,000 candidates.

With top-k in the chain only the k best candidates can ever be drawn. A numpy pass finds all logits that reach the
k-th best and the chain sees those alone: same tokens, same seeds, about a fifth of the time. Penalties may move the
tokens of their window, so those are always among the candidates.
"""

from __future__ import annotations

import ctypes
import secrets
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as C

from app.core.params import Sampling
from app.engine.worker.context import Logits
from app.engine.worker.faults import EngineFault
from app.engine.worker.grammar import Grammar

_GROUPS = 2048  # at most: the best of each group bounds the k-th best of all from below
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
LARGEST_SEED = 0xFFFFFFFE  # one more is llama.cpp's word for another seed each time (LLAMA_DEFAULT_SEED)


class Picker:
    """The sampler of one answer. Feed it the prompt's last tokens first when penalties look back. Free with close."""

    def __init__(self, sampling: Sampling, n_vocab: int, grammar: Grammar | None = None) -> None:
        self._sampling, self._n_vocab, self._grammar = sampling, n_vocab, grammar
        self._chain = make_chain(sampling, n_vocab)
        self._greedy = sampling.temperature <= 0 and not penalizes(sampling)
        self._window: list[int] = []
        self._array = C.llama_token_data_array()
        self._array_at = ctypes.byref(self._array)
        self._make_room(1024)

    def close(self) -> None:
        C.llama_sampler_free(self._chain)
        if self._grammar is not None:
            self._grammar.close()

    def look_back(self, tokens: npt.NDArray[np.int32]) -> None:
        """Let penalties know what stands before the answer."""
        if penalizes(self._sampling):
            for token in tokens[-self._sampling.penalty_window :].tolist():
                self._accept(token)

    def pick(self, logits: Logits) -> int:
        """Draw a token and remember it. Raises EngineFault("no_numbers") for logits that a broken model computes."""
        token = self._draw(logits, self._candidates(logits))
        if self._grammar is not None and not self._grammar.allows(token):
            token = self._draw(self._grammar.bind(logits), None)
        self._accept(token)
        if self._grammar is not None:
            self._grammar.accept(token)
        return token

    def _accept(self, token: int) -> None:
        if self._greedy:
            return
        C.llama_sampler_accept(self._chain, token)
        if penalizes(self._sampling):
            self._window = [*self._window, token][-self._sampling.penalty_window :]

    def _draw(self, logits: Logits, ids: npt.NDArray[np.intp] | None) -> int:
        """Let the chain choose among candidates, None for all of the vocabulary."""
        if self._greedy:
            best = int(logits.argmax())
            _refuse_nonsense(is_seen=bool(np.isnan(logits[best])))
            return best
        if ids is None:
            _refuse_nonsense(is_seen=bool(np.isnan(logits).any()))
        count = self._n_vocab if ids is None else len(ids)
        if count > len(self._ids):
            self._make_room(count)
        self._ids[:count] = np.arange(count) if ids is None else ids
        self._scores[:count] = logits if ids is None else logits[ids]
        array = self._array
        array.data = self._data  # a sampler may have turned it to memory of its own
        array.size, array.selected, array.sorted = count, -1, False
        C.llama_sampler_apply(self._chain, self._array_at)
        return int(array.data[array.selected].id)

    def _make_room(self, count: int) -> None:
        """Memory for candidates, and views of its columns."""
        room = np.empty(count, _CANDIDATE)
        self._ids, self._scores = room["id"], room["logit"]
        self._data: Any = ctypes.cast(room.ctypes.data, C.llama_token_data_p)

    def _candidates(self, logits: Logits) -> npt.NDArray[np.intp] | None:
        """Every token that can be among the k best once penalties have acted; None when that may be any."""
        k = self._sampling.top_k if self._sampling.temperature > 0 else 1
        wanted = k + len(self._window)
        groups = min(_GROUPS, len(logits) // 16)
        if self._greedy or k <= 0 or wanted > groups // 2:
            return None
        found = _best(logits, wanted, groups)
        _refuse_nonsense(is_seen=not len(found))
        return np.union1d(found, self._window).astype(np.intp) if self._window else found


def _best(logits: Logits, wanted: int, groups: int) -> npt.NDArray[np.intp]:
    """All indices whose logit reaches a bound that at least `wanted` reach, found by the best of each group.

    Group g holds the indices g, g + groups, g + 2·groups, … so that one vector pass finds all the bests. The
    `wanted`-th best of those is the bound; only groups that reach it are looked into.
    """
    depth = len(logits) // groups
    table = logits[: depth * groups].reshape(depth, groups)
    best = table.max(axis=0)
    bound = np.partition(best, groups - wanted)[groups - wanted]
    columns = np.flatnonzero(best >= bound)
    row, column = np.nonzero(table[:, columns] >= bound)
    tail = np.flatnonzero(logits[depth * groups :] >= bound) + depth * groups
    return np.concatenate([row * groups + columns[column], tail])


def _refuse_nonsense(*, is_seen: bool) -> None:
    """To draw from what is no number ends the whole process in llama.cpp, or says one word for ever."""
    if is_seen:
        raise EngineFault("no_numbers", "the logits are not numbers")


def penalizes(sampling: Sampling) -> bool:
    """Whether words said before count. A window of none looks at nothing."""
    asked = sampling.repeat_penalty != 1.0 or sampling.presence_penalty != 0.0 or sampling.frequency_penalty != 0.0
    return asked and sampling.penalty_window > 0


def make_chain(sampling: Sampling, n_vocab: int) -> Any:
    """penalties → top-k → top-p → min-p → temperature → draw, the order of the model card.

    Free it with llama_sampler_free.
    """
    chain = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
    if penalizes(sampling):
        penalties = C.llama_sampler_init_penalties(
            n_vocab,
            sampling.penalty_window,
            sampling.repeat_penalty,
            sampling.frequency_penalty,
            sampling.presence_penalty,
        )
        C.llama_sampler_chain_add(chain, penalties)
    if sampling.temperature <= 0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_greedy())
        return chain
    if sampling.top_k > 0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_top_k(sampling.top_k))
    if sampling.top_p < 1.0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_top_p(sampling.top_p, 1))
    if sampling.min_p > 0.0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_min_p(sampling.min_p, 1))
    C.llama_sampler_chain_add(chain, C.llama_sampler_init_temp(sampling.temperature))
    seed = secrets.randbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
    C.llama_sampler_chain_add(chain, C.llama_sampler_init_dist(min(seed, LARGEST_SEED)))
    return chain
