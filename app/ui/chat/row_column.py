"""Where the rows of a tall column lie, of which only those near the viewport are widgets.

Every row has a height, guessed until it is built. The column follows the bottom while the reader is at the bottom, and
otherwise keeps the first visible row where it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from app.ui.chat.ahead import RowsAhead
from app.ui.chat.heights import RowHeights
from app.ui.chat.row import SLACK_PX, MessageRow

OVERSCAN_PX = 160
"""So far beyond the view rows must be there at once; AHEAD_PX as soon as there is time; beyond KEEP_PX they go."""
AHEAD_PX = 1400
KEEP_PX = 2400
BOTTOM_PX = 24
TOP_PX = 12


class RowColumn(QAbstractScrollArea):
    """Places rows; the subclass builds them in `_build`. The `_streaming` row is kept too tall and never dropped."""

    at_bottom_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heights = RowHeights()
        self._live: dict[int, MessageRow] = {}
        self._streaming: int | None = None
        self._follow = True
        self._busy = False
        self._ahead = RowsAhead(self._build_one_ahead, self)

    def _build(self, row: int) -> MessageRow:
        """Make the widget of `row`."""
        raise NotImplementedError

    def _place_jump(self) -> None:
        """Called whenever rows have moved."""

    def _refit(self, row: int) -> None:
        """`row` may have another height now."""
        widget = self._live.get(row)
        if widget is None:
            return
        changed = self._fit(row, widget)
        if changed:
            self._arrange()

    def _refit_above(self, row: int) -> None:
        """As `_refit`, for a row that changed by itself: what is seen below it stays where it is."""
        bar, before = self.verticalScrollBar(), self._heights.get(row)
        is_above = TOP_PX + self._heights.top(row) + before <= bar.value()
        if row not in self._live or not self._fit(row, self._live[row]):
            return
        if is_above and not self._follow:
            self._busy = True
            self._set_range()
            bar.setValue(bar.value() + self._heights.get(row) - before)
            self._busy = False
        self._arrange()

    def _fit(self, row: int, widget: MessageRow) -> bool:
        width = self.viewport().width()
        # The column is centred in the whole view: it must not jump when the scroll bar appears.
        height = widget.fit(self.width())
        kept = widget.height()
        if row == self._streaming:
            enough = widget.width() == width and height <= kept <= height + 2 * SLACK_PX
            widget.resize(width, kept if enough else height + SLACK_PX)
        else:
            widget.resize(width, height)
        return self._heights.set(row, height)

    def _arrange(self) -> None:
        """Build what is near, put it in its place, drop what is far."""
        if self._busy:
            return
        self._busy = True
        try:
            for _ in range(8):
                self._set_range()
                if not self._build_rows(reversed(self._near())):
                    break
            self._drop_far()
            self._place()
        finally:
            self._busy = False
        self._place_jump()
        self._ahead.plan()

    def _build_one_ahead(self) -> bool:
        """Build the row nearest to the view that is missing; false when there is none. A stream goes before."""
        seen = self._near(0)
        missing = [row for row in self._near(AHEAD_PX) if row not in self._live]
        if self._busy or not missing or self._streaming is not None:
            return False
        self._busy = True
        try:
            self._build_rows([min(missing, key=lambda row: max(seen.start - row, row - seen.stop))])
            self._place()
        finally:
            self._busy = False
        return True

    def _set_range(self) -> None:
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(page)
        bar.setRange(0, max(0, TOP_PX + self._heights.total + BOTTOM_PX - page))
        if self._follow:
            bar.setValue(bar.maximum())

    def _near(self, reach: int = OVERSCAN_PX) -> range:
        if not len(self._heights):
            return range(0)
        y = self.verticalScrollBar().value() - TOP_PX
        first = self._heights.row_at(y - reach)
        last = self._heights.row_at(y + self.viewport().height() + reach)
        return range(first, last + 1)

    def _build_rows(self, rows: Iterable[int]) -> bool:
        """Build those of `rows` that are missing; true when a height turned out otherwise, look at the reach again."""
        if not len(self._heights):
            return False
        bar = self.verticalScrollBar()
        anchor = self._heights.row_at(bar.value() - TOP_PX)
        offset = bar.value() - self._heights.top(anchor)
        changed = built = False
        for row in rows:
            if row not in self._live:
                changed |= self._fit(row, self._build(row))
                built = True
        if changed:
            self._set_range()
            if not self._follow:
                bar.setValue(self._heights.top(anchor) + offset)
        if built:
            self._order_tabs()
        return changed

    def _drop_far(self) -> None:
        near, focused = self._near(KEEP_PX), QApplication.focusWidget()
        for row in [row for row in self._live if row not in near and row != self._streaming]:
            if focused is not None and self._live[row].isAncestorOf(focused):
                continue
            retire(self._live.pop(row))

    def _place(self) -> None:
        """Move rows; when all move alike, copy the pixels instead of painting them again."""
        y = self.verticalScrollBar().value()
        moves = {TOP_PX + self._heights.top(r) - y - w.y() for r, w in self._live.items() if not w.isHidden()}
        if len(moves) == 1:
            distance = moves.pop()
            if distance and abs(distance) < self.viewport().height():
                self.viewport().scroll(0, distance)
        for row, widget in self._live.items():
            place = QPoint(0, TOP_PX + self._heights.top(row) - y)
            if widget.pos() != place:
                widget.move(place)
            if widget.isHidden():
                widget.show()

    def _order_tabs(self) -> None:
        """Tab follows the reading order although rows are built from the bottom up."""
        chain = [part for row in sorted(self._live) for part in self._live[row].focus_chain()]
        for one, other in zip([self, *chain], chain, strict=False):
            QWidget.setTabOrder(one, other)

    def _drop_rows(self, first: int) -> None:
        for row in [row for row in self._live if row >= first]:
            retire(self._live.pop(row))

    def _set_follow(self, follow: bool) -> None:
        if follow != self._follow:
            self._follow = follow
            self.at_bottom_changed.emit(follow)


def retire(widget: QWidget) -> None:
    """Hide at once, delete when Qt has time."""
    widget.hide()
    widget.deleteLater()
