"""The blocks of a page that are wider than it and are scrolled sideways, each by itself: long code, wide tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QAbstractTextDocumentLayout, QTextFrame

from app.core.words import say
from app.ui.markdown.code import PADDING_PX, CodeCard
from app.ui.markdown.sights import Sight
from app.ui.markdown.written_table import WrittenTable

BAR_PX = 10
CELL_INSET_PX = 12.5
CELL_TOP_PX = 6


@dataclass(frozen=True, slots=True)
class Strip:
    """`area` is what is seen of it, `bar` where it is scrolled by, in the page's coordinates; it can go `most_x` far.

    `name` says what it is to those who do not see it.
    """

    frames: tuple[QTextFrame, ...]
    sight: Sight
    name: str
    area: QRect
    bar: QRect
    most_x: int

    @property
    def x(self) -> int:
        """How far it is scrolled."""
        return min(self.sight.x, self.most_x)

    def holds(self, position: int) -> bool:
        """Whether this place in the document is in it."""
        return any(frame.firstPosition() <= position <= frame.lastPosition() for frame in self.frames)


class Strips:
    """Those of one page, from top to bottom, as they were when it was last measured."""

    def __init__(self) -> None:
        self._found: list[Strip] = []
        self._code: list[Strip | None] = []
        self._width = 0

    def __iter__(self) -> Iterator[Strip]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def measure(
        self,
        layout: QAbstractTextDocumentLayout,
        cards: Sequence[CodeCard],
        tables: Sequence[WrittenTable],
        width: int,
        *,
        streaming: bool,
    ) -> None:
        """Look which blocks are wider than the page, which is `width` wide. While text streams in at the same width
        only the last cards can have changed.
        """
        settled = max(0, min(len(self._code), len(cards)) - 2) if streaming and width == self._width else 0
        self._width = width
        self._code[settled:] = [_code_strip(layout, card, width) for card in cards[settled:]]
        found = [*self._code, *(_table_strip(layout, table, width) for table in tables)]
        self._found = sorted((strip for strip in found if strip is not None), key=lambda strip: strip.area.top())

    def forget(self) -> None:
        """A block changed its height: all may have moved."""
        self._width = 0

    def at(self, place: QPoint) -> Strip | None:
        """The one under `place`, its bar included."""
        return next((strip for strip in self._found if strip.area.united(strip.bar).contains(place)), None)

    def of(self, position: int) -> Strip | None:
        """The one that holds this place in the document."""
        return next((strip for strip in self._found if strip.holds(position)), None)

    def within(self, clip: QRect) -> list[Strip]:
        """Those that touch `clip`."""
        return [strip for strip in self._found if strip.area.intersects(clip)]


def _code_strip(layout: QAbstractTextDocumentLayout, card: CodeCard, width: int) -> Strip | None:
    box = layout.frameBoundingRect(card.frame)
    if box.right() <= width + 1:
        return None
    look = card.frame.frameFormat()
    area = QRectF(look.leftMargin() + PADDING_PX, box.top() + look.topMargin(), 0, 0)
    area.setRight(width - PADDING_PX)
    area.setBottom(box.bottom() - look.bottomMargin())
    bar = QRect(round(area.left()), round(area.bottom()) - BAR_PX - 1, round(area.width()), BAR_PX)
    name = say("Scroll sideways: code, {language}", language=card.language or say("code"))
    return Strip((card.frame,), card.sight, name, area.toAlignedRect(), bar, math.ceil(box.right() - width))


def _table_strip(layout: QAbstractTextDocumentLayout, table: WrittenTable, width: int) -> Strip | None:
    """Qt says where a table's first cell begins, not where the table does."""
    if table.indent_px + sum(table.natural) <= width:
        return None  # asked for with every flush
    boxes = [layout.frameBoundingRect(frame).translated(-CELL_INSET_PX, 0) for frame in table.frames]
    right = max(box.right() for box in boxes)
    if right <= width + 1:
        return None
    last = table.frames[-1]
    below = last.document().findBlock(last.lastPosition() + 1)
    margins = below.blockFormat().topMargin() + last.frameFormat().bottomMargin()
    area = QRectF(table.indent_px, boxes[0].top() - CELL_TOP_PX, width - table.indent_px, 0)
    area.setBottom(layout.blockBoundingRect(below).top() - margins + 1)
    bar = QRect(round(area.left()), math.ceil(area.bottom()) + 1, round(area.width()), BAR_PX)
    most_x = math.ceil(right - width) + 1
    return Strip(tuple(table.frames), table.sight, say("Scroll sideways: table"), area.toAlignedRect(), bar, most_x)
