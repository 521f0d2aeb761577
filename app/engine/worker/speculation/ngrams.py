"""Finds where the text has stood at this point before, and proposes what followed there.

For each of several n a hash table leads from an n-gram to the place after its last occurrence. The tables hold
positions only; the n-gram at a position is known by a rolling hash over the text, h(i+1) = h(i)·B + token modulo
2^64, from which the hash of any stretch is one multiplication. Two stretches with the same hash are taken for the
same: a wrong guess costs a draft and changes no text. Memory: 12 bytes a token for the text and its hashes and 16 for
each n, all for the next power of two: 10 MB for 128K tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
_Hashes = npt.NDArray[np.uint64]

LENGTHS = (2, 4, 8, 20)  # n of the tables, rising

_BASE = 0x9E3779B97F4A7C15 | 1  # odd, so that it has an inverse modulo 2^64
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPREAD = 0xD6E8FEB86659FD93  # odd; the highest bits of a product depend on all bits below
_MASK = (1 << 64) - 1
_FEWEST_TOKENS = 1 << 11
_SLOTS_A_TOKEN = 4  # a quarter full at most: nearly every n-gram finds its first slot free
_BULK = 48  # from so many tokens on, numpy is quicker than a loop


@dataclass(frozen=True, slots=True)
class Draft:
    """Tokens that followed earlier where the last `match` tokens stood; `copying` once one of them has come true."""

    ids: Ids
    match: int
    copying: bool


NOTHING = Draft(np.empty(0, np.int32), 0, copying=False)


class NgramTable:
    """The text so far and where its stretches occurred last. One for each answer; use from one thread."""

    def __init__(self) -> None:
        self._size = 0
        self._text, self._prefix = np.zeros(0, np.int32), np.zeros(1, np.uint64)
        self._grams = tuple(_Grams(n) for n in LENGTHS)
        self._source, self._match, self._copying = 0, 0, False
        self._reserve(_FEWEST_TOKENS)

    @property
    def text(self) -> Ids:
        """Everything heard, in order; a view that the next `extend` may leave behind."""
        return self._text[: self._size]

    @property
    def match(self) -> int:
        """How many tokens before the end agree with the place being copied from; 0 when there is none."""
        return self._match if self._source else 0

    @property
    def copying(self) -> bool:
        """Whether the place being copied from has foretold a token already."""
        return bool(self._source) and self._copying

    def extend(self, ids: Ids) -> int:
        """Hear more of the text; says how many of the first of these tokens the place being copied from foretold."""
        self._reserve(self._size + len(ids))
        if len(ids) < _BULK:
            return self._extend_one_by_one(ids.tolist())
        foretold = self._follow_source(ids)
        self._extend_at_once(ids)
        return foretold

    def draft(self, limit: int) -> Draft:
        """At most `limit` tokens that followed the last occurrence of the longest known stretch before the end.

        A place whose foretelling has come true is kept for as long as it does. Where it reaches the end of the text,
        the stretch between it and the end goes round.
        """
        self._look()
        if not self._source or limit < 1:
            return NOTHING
        ids = self._text[self._source : min(self._source + limit, self._size)]
        copy = ids.copy() if len(ids) == limit else np.resize(ids, limit)
        return Draft(copy, self._match, self._copying)

    def _look(self) -> None:
        """Find a place to copy from, or a better one: a known stretch longer than what agrees by now."""
        for grams in self._grams:
            if grams.n <= self.match:
                continue
            place = grams.find(self._prefix_view, self._size) if grams.n <= self._size else 0
            if not place:
                return  # longer stretches end with this one: they are as new
            self._copying = place == self._source and self._copying
            self._source, self._match = place, grams.n

    def _extend_one_by_one(self, tokens: list[int]) -> int:
        text, prefix, foretold = self._text_view, self._prefix_view, 0
        for token in tokens:
            if self._source and text[self._source] == token:
                self._source, self._match, self._copying = self._source + 1, self._match + 1, True
                foretold += 1
            else:
                self._source = 0
            size = self._size
            for grams in self._grams:
                if grams.n > size:
                    break
                grams.put(prefix, size)
            text[size] = token
            prefix[size + 1] = (prefix[size] * _BASE + token + 1) & _MASK
            self._size = size + 1
        return foretold

    def _follow_source(self, ids: Ids) -> int:
        if not self._source:
            return 0
        known = np.resize(self._text[self._source : self._size], len(ids))
        wrong = np.flatnonzero(known != ids)
        foretold = int(wrong[0]) if len(wrong) else len(ids)
        self._source = self._source + foretold if foretold == len(ids) else 0
        self._match, self._copying = self._match + foretold, True
        return foretold

    def _extend_at_once(self, ids: Ids) -> None:
        start, end = self._size, self._size + len(ids)
        self._text[start:end] = ids
        self._prefix[start + 1 : end + 1] = _prefix_hashes(self._prefix_view[start], ids)
        self._size = end
        for grams in self._grams:
            grams.put_range(self._prefix, max(grams.n, start), end)

    def _reserve(self, size: int) -> None:
        """Make room for `size` tokens; amortised, since it doubles."""
        if size <= len(self._text):
            return
        room = max(_FEWEST_TOKENS, 1 << (size - 1).bit_length())
        text, prefix = np.zeros(room, np.int32), np.zeros(room + 1, np.uint64)
        text[: self._size], prefix[: self._size + 1] = self.text, self._prefix[: self._size + 1]
        self._text, self._prefix = text, prefix
        self._text_view, self._prefix_view = text.data, prefix.data
        for grams in self._grams:
            grams.resize(_SLOTS_A_TOKEN * room)
            grams.put_range(prefix, grams.n, self._size)


class _Grams:
    """A hash table with linear probing from the n-grams of one n to the place after their last occurrence.

    A slot holds 0 when it is free. An n-gram is entered only when the token after it is known.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._power = pow(_BASE, n, 1 << 64)

    def resize(self, slots: int) -> None:
        """Become empty with `slots` slots, a power of two."""
        self._slots = np.zeros(slots, np.int32)
        self._view = self._slots.data
        self._wrap, self._shift = slots - 1, 64 - (slots.bit_length() - 1)
        self._is_empty = True

    def find(self, prefix: memoryview, end: int) -> int:
        """The place after the last earlier occurrence of the n tokens before `end`; 0 when there is none."""
        return int(self._view[self._slot(prefix, end)])

    def put(self, prefix: memoryview, end: int) -> None:
        self._view[self._slot(prefix, end)] = end
        self._is_empty = False

    def put_range(self, prefix: _Hashes, start: int, end: int) -> None:
        """Enter the n-grams before `start`, `start` + 1 … `end` - 1 at once.

        All try their slot, and those who find it taken by others try the next.
        """
        if start >= end:
            return
        ends = np.arange(start, end, dtype=np.int64)
        keys = prefix[start:end] - prefix[start - self.n : end - self.n] * np.uint64(self._power)
        slots = ((keys * np.uint64(_SPREAD)) >> np.uint64(self._shift)).astype(np.int64)
        if self._is_empty:  # the usual case, a prompt: the first round needs no look at what is there
            self._is_empty = False
            self._slots[slots] = ends  # of several for a slot the last stays
            others = np.flatnonzero(keys.take(self._slots.take(slots) - start) != keys)
            ends, keys, slots = ends.take(others), keys.take(others), (slots.take(others) + 1) & self._wrap
        while len(ends):
            free = np.flatnonzero(self._slots.take(slots) == 0)
            self._slots[slots.take(free)] = ends.take(free)
            places = self._slots.take(slots)
            found = prefix.take(places) - prefix.take(places - self.n) * np.uint64(self._power)
            same, others = np.flatnonzero(found == keys), np.flatnonzero(found != keys)
            self._slots[slots.take(same)] = ends.take(same)
            ends, keys, slots = ends.take(others), keys.take(others), (slots.take(others) + 1) & self._wrap

    def _slot(self, prefix: memoryview, end: int) -> int:
        """Where the n-gram before `end` is entered, or would be."""
        n, power, view = self.n, self._power, self._view
        key = (prefix[end] - prefix[end - n] * power) & _MASK
        slot = ((key * _SPREAD) & _MASK) >> self._shift
        while place := view[slot]:
            if (prefix[place] - prefix[place - n] * power) & _MASK == key:
                break
            slot = (slot + 1) & self._wrap
        return int(slot)


def _prefix_hashes(start: int, ids: Ids) -> _Hashes:
    """The rolling hash after each of these tokens, from the one before them.

    The recurrence in closed form: h(i) = B^i · (h(0) + Σ token(j) · B^-(j+1)), all modulo 2^64.
    """
    powers = np.cumprod(np.full(len(ids), _BASE, np.uint64))
    inverses = np.cumprod(np.full(len(ids), _INVERSE, np.uint64))
    terms = (ids.astype(np.uint64) + np.uint64(1)) * inverses
    hashes: _Hashes = powers * (np.cumsum(terms, dtype=np.uint64) + np.uint64(start))
    return hashes
