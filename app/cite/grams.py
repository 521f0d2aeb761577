"""Where in a long text something like a quotation may stand: runs of letters both share vote for a place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from app.cite.letters import to_codes

Hashes = npt.NDArray[np.uint64]

MOST_HITS = 256  # a run of letters that stands more often says nothing about the place
MOST_WINDOWS = 4
LEAST_SHARE = 0.12  # of a quotation's runs; unrelated text of the same language stays below
_PRIME = np.uint64(0x100000001B3)


class Grams:
    """All runs of `size` letters of a text, sorted, so that one is found in a few steps."""

    def __init__(self, letters: str, size: int) -> None:
        self._size = size
        hashes = _hashes(letters, size)
        self._order = np.argsort(hashes).astype(np.int32)
        self._sorted = hashes[self._order]

    def windows(self, quote: str) -> Iterator[int]:
        """Likely starts of the quotation in the text, the likeliest first. May lie before 0."""
        hashes = _hashes(quote, self._size)
        starts = self._votes(hashes)
        if not len(starts):
            return
        width = max(8, len(quote) // 4)
        buckets, counts = np.unique(starts // width, return_counts=True)
        joined = counts.copy()  # a passage may lie across two buckets
        beside = np.flatnonzero(np.diff(buckets) == 1)
        joined[beside] += counts[beside + 1]
        least = max(2, int(LEAST_SHARE * len(hashes)))
        for at in np.argsort(-joined, kind="stable")[:MOST_WINDOWS].tolist():
            if joined[at] >= least or len(hashes) < 2:
                yield int(buckets[at]) * width

    def _votes(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """For every run both share: where the quotation would begin."""
        first = np.searchsorted(self._sorted, hashes, "left")
        last = np.searchsorted(self._sorted, hashes, "right")
        votes = [
            self._order[a:b].astype(np.int64) - at
            for at, (a, b) in enumerate(zip(first.tolist(), last.tolist(), strict=True))
            if 0 < b - a <= MOST_HITS
        ]
        return np.concatenate(votes) if votes else np.zeros(0, np.int64)


def _hashes(letters: str, size: int) -> Hashes:
    codes = to_codes(letters).astype(np.uint64)
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    mixed = np.zeros(count, np.uint64)
    for at in range(size):
        mixed = mixed * _PRIME + codes[at : at + count]  # wraps around, which is meant
    return mixed
