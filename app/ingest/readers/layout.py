"""The order in which shapes on a slide are read: rows from top to bottom, in each from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OVERLAP = 0.3  # of the lower shape's height: shapes that share more stand side by side
Box = tuple[int, int, int, int]
MOST_SHAPES = 2_000  # a slide with more is a drawing, and comparing all with all would take for ever
NOWHERE: Box = (0, 0, 0, 0)


@dataclass
class Placed:
    """A piece of text with its box as left, top, right, bottom; a title goes first."""

    text: str
    box: Box | None
    is_title: bool = False


def in_order(placed: Sequence[Placed]) -> list[Placed]:
    """The shapes as they are read; one without a place stays behind the one before it."""
    if len(placed) > MOST_SHAPES:
        return list(placed)
    rows: list[list[Placed]] = []
    known = [one for one in placed if one.box]
    for one in sorted(known, key=lambda one: (one.box or NOWHERE)[1]):
        row = rows[-1] if rows else []
        if row and _side_by_side(row, one):
            row.append(one)
        else:
            rows.append([one])
    ordered = [one for row in rows for one in sorted(row, key=lambda one: (one.box or NOWHERE)[0])]
    for index, one in enumerate(placed):
        if not one.box:
            before = placed[index - 1] if index else None
            at = next((place + 1 for place, other in enumerate(ordered) if other is before), 0)
            ordered.insert(at, one)
    return ordered


def _side_by_side(row: list[Placed], one: Placed) -> bool:
    """Whether a shape shares its height with all of the row and its width with none."""
    left, top, right, bottom = one.box or NOWHERE
    for other in row:
        other_left, other_top, other_right, other_bottom = other.box or NOWHERE
        shared = min(bottom, other_bottom) - max(top, other_top)
        if shared < OVERLAP * min(bottom - top, other_bottom - other_top):
            return False
        across = min(right, other_right) - max(left, other_left)
        if across > OVERLAP * min(right - left, other_right - other_left):
            return False
    return True
