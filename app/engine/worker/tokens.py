"""A row of token ids that grows at its end and can be cut, without copying what is there."""

from __future__ import annotations

import numpy as np

from app.engine.worker.vocab import Ids


class TokenLine:
    """Token ids in order. `ids` is a view: valid until the line changes."""

    def __init__(self, ids: Ids | None = None) -> None:
        self._length = 0 if ids is None else len(ids)
        self._buffer: Ids = np.empty(max(64, 2 * self._length), np.int32)
        if ids is not None:
            self._buffer[: self._length] = ids

    def __len__(self) -> int:
        return self._length

    @property
    def ids(self) -> Ids:
        return self._buffer[: self._length]

    def append(self, token: int) -> None:
        self._make_room(1)
        self._buffer[self._length] = token
        self._length += 1

    def extend(self, ids: Ids) -> None:
        self._make_room(len(ids))
        self._buffer[self._length : self._length + len(ids)] = ids
        self._length += len(ids)

    def cut(self, length: int) -> None:
        """Keep the first `length` tokens."""
        self._length = min(self._length, length)

    def _make_room(self, count: int) -> None:
        if self._length + count > len(self._buffer):
            larger = np.empty(2 * (self._length + count), np.int32)
            larger[: self._length] = self.ids
            self._buffer = larger


def common_prefix(a: Ids, b: Ids) -> int:
    """How many tokens two rows share at their beginning."""
    length = min(len(a), len(b))
    differs = np.flatnonzero(a[:length] != b[:length])
    return int(differs[0]) if len(differs) else length
