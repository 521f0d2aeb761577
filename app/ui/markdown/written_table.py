"""A table as it stands in the page: one of Qt's, or several that look like one because it grew while it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtGui import QTextLength, QTextTable, QTextTableFormat

from app.ui.markdown.column_widths import is_too_wide, widths_in
from app.ui.markdown.sights import Sight

NEAR_PX = 10.0
"""So much a column that was wide enough for the first rows may be too narrow for the last ones."""


@dataclass(slots=True)
class WrittenTable:
    """`natural` is how wide each column would like to be; `indent_px` how far it stands from the left edge."""

    sight: Sight
    natural: list[float]
    indent_px: float
    frames: list[QTextTable] = field(default_factory=list)
    position: int = -1

    def add(self, piece: QTextTable) -> None:
        """One more piece below; the first says where the table begins in the document."""
        if not self.frames:
            self.position = piece.firstPosition()
        self.frames.append(piece)

    def holds(self, table: QTextTable) -> bool:
        """Whether this is one of its pieces."""
        return any(frame.firstPosition() == table.firstPosition() for frame in self.frames)

    def rows(self) -> Sequence[tuple[QTextTable, int]]:
        """Every row: the piece it is in, and its number there."""
        return [(frame, row) for frame in self.frames for row in range(frame.rows())]

    def widths(self, page_px: float) -> list[float] | None:
        """The columns' widths on a page so wide; None when it is best left to Qt."""
        room = page_px - self.indent_px - 2
        if page_px <= 0 or (len(self.frames) < 2 and not is_too_wide(self.natural, room)):
            return None
        return widths_in(self.natural, room)

    def fit(self, page_px: float) -> None:
        """Its columns for a page so wide, all pieces at once."""
        wanted = self.widths(page_px)
        for frame in self.frames:
            set_widths(frame, wanted)

    def pieces_to_mend(self, page_px: float) -> list[QTextTable]:
        """The pieces with a column that is much narrower than it could be, since longer words came after them."""
        wanted = self.widths(page_px)
        if wanted is None or not self.frames:
            return []
        now = [one.rawValue() for one in self.frames[0].format().columnWidthConstraints()]
        return list(self.frames) if any(b > a + NEAR_PX for a, b in zip(now, wanted, strict=False)) else []


def set_widths(frame: QTextTable, widths: Sequence[float] | None) -> None:
    """Fixed widths for the columns of one piece, or as Qt likes them."""
    look: QTextTableFormat = frame.format()
    before = [one.rawValue() for one in look.columnWidthConstraints()]
    if before == [round(one) for one in widths or ()]:
        return
    if widths is None:
        look.clearColumnWidthConstraints()
    else:
        look.setColumnWidthConstraints([QTextLength(QTextLength.Type.FixedLength, round(one)) for one in widths])
    frame.setFormat(look)
