"""Where the rows of a tall column lie, of which only those near the viewport are widgets.

Every row has a height, guessed until it is built. The column follows the bottom while the reader is at the bottom, and
otherwise keeps the first visible row where it is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from app.ui.chat.ahead import BREATH_MS, PAUSE_MS, RowsAhead
from app.ui.chat.heights import RowHeights
from app.ui.chat.row import SLACK_PX, MessageRow

OVERSCAN_PX = 160
"""So far beyond the view rows must be there at once; AHEAD_PX as soon as there is time; beyond KEEP_PX they go."""
AHEAD_PX = 1400
KEEP_PX = 2400
SLICE_S = 0.004
"""So long rows are built at a time when the reader moves; then what there is is shown."""
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
        self._tabs_stale = False
        self._ahead = RowsAhead(self._build_more, self)

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

    def _arrange(self, *, in_slices: bool = False) -> None:
        """Build what is near, put it in its place, drop what is far. `in_slices`: what takes long goes on soon."""
        if self._busy:
            return
        self._busy = True
        until = time.perf_counter() + SLICE_S if in_slices else math.inf
        try:
            for _ in range(8):
                self._set_range()
                if not self._build_rows(self._in_order(self._near(0 if in_slices else OVERSCAN_PX)), until):
                    break
            self._drop_far()
            self._place()
        finally:
            self._busy = False
        if not in_slices:
            self._order_tabs()
        self._place_jump()
        self._ahead.plan(at_once=in_slices and bool(self._missing(0)))

    def _build_more(self) -> int | None:
        """What is seen first, then the row nearest to the view, unless an answer streams: the pause until the next."""
        if self._busy:
            return PAUSE_MS
        if self._missing(0):
            self._arrange(in_slices=True)
            return BREATH_MS
        missing = self._missing(AHEAD_PX)
        if not missing or self._streaming is not None:
            if self._tabs_stale:
                self._order_tabs()
            return None
        self._busy = True
        try:
            seen = self._near(0)
            self._build_rows([min(missing, key=lambda row: max(seen.start - row, row - seen.stop))], 0)
            self._place()
        finally:
            self._busy = False
        return PAUSE_MS

    def _missing(self, reach: int) -> list[int]:
        """The rows within `reach` of the view that are no widgets yet."""
        return [row for row in self._near(reach) if row not in self._live]

    def _in_order(self, rows: range) -> list[int]:
        """Those that are seen before the others, away from the place that stays where it is."""
        if self._follow:
            return list(reversed(rows))
        first = max(rows.start, self._near(0).start)
        return [*range(first, rows.stop), *reversed(range(rows.start, first))]

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

    def _build_rows(self, rows: Iterable[int], until: float) -> bool:
        """Build those of `rows` that are missing, at least one and no more when it is past `until`; true when a height
        turned out otherwise and there is time to look at the reach again.
        """
        if not len(self._heights):
            return False
        hold = self._held_place()
        changed, is_late = False, False
        for row in rows:
            if row not in self._live:
                changed |= self._fit(row, self._build(row))
                self._tabs_stale = True
                is_late = time.perf_counter() > until
                if is_late:
                    break
        if changed:
            self._set_range()
            if not self._follow:
                hold()
        return changed and not is_late

    def _held_place(self) -> Callable[[], None]:
        """What puts the first row that is seen back where it is now; one that is no widget yet, where its share is."""
        bar, seen = self.verticalScrollBar(), self._near(0)
        row = next((row for row in seen if row in self._live), seen.start)
        offset, before = bar.value() - self._heights.top(row), max(1, self._heights.get(row))
        is_live = row in self._live

        def put_back() -> None:
            share = 1.0 if is_live or offset <= 0 else min(1.0, self._heights.get(row) / before)
            bar.setValue(self._heights.top(row) + round(offset * share))

        return put_back

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

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab was pressed on a row."""
        if self._tabs_stale:
            self._order_tabs()
        return super().focusNextPrevChild(forward)

    def _order_tabs(self) -> None:
        """Tab follows the reading order although rows are built from the bottom up."""
        self._tabs_stale = False
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
