"""Layers over several cards, each equally full, in llama.cpp's order.

llama.cpp gives each card a run of consecutive layers, the output head to the last, by the proportions of
`tensor_split` (llama-model.cpp, `get_layer_buft_list`). Whole numbers of layers are such proportions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

STEPS = 256  # how finely the filling is balanced


def spread_layers(sizes: Sequence[int], room_bytes: Sequence[int]) -> tuple[int, ...]:
    """How many of the layers go to each card, so that the fullest is as empty as can be.

    `room_bytes` is what each card has for layers. When they do not find room, the last card takes what is left over.
    """
    ends = list(accumulate(sizes))
    low, high = 1, STEPS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _fill(ends, room_bytes, middle)[1] else (middle + 1, high)
    return _fill(ends, room_bytes, low)[0]


def _fill(ends: Sequence[int], room_bytes: Sequence[int], step: int) -> tuple[tuple[int, ...], bool]:
    """The layers each card takes when filled up to `step` of STEPS, and whether all found room.

    `ends` are the sizes added up.
    """
    counts, at = [], 0
    for room in room_bytes:
        before = ends[at - 1] if at else 0
        after = bisect_right(ends, before + max(0, room) * step // STEPS)
        counts.append(after - at)
        at = after
    counts[-1] += len(ends) - at
    return tuple(counts), at == len(ends)
