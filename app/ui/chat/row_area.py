"""A tall column of rows of which only those near the viewport are widgets.

Every row has a height, guessed until it is built. The area follows the bottom while the reader is at the bottom, and
otherwise keeps the first visible row where it is. It knows rows by number; what they show is the subclass's matter.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from app.core.words import say
from app.ui.chat.ahead import RowsAhead
from app.ui.chat.heights import RowHeights
from app.ui.chat.row import SLACK_PX, MessageRow
from app.ui.widgets.buttons import IconButton

OVERSCAN_PX = 160
"""So far beyond the view rows must be there at once; AHEAD_PX as soon as there is time; beyond KEEP_PX they go."""
AHEAD_PX = 1400
KEEP_PX = 2400
BOTTOM_PX = 24
TOP_PX = 12
STEP_PX = 48
JUMP_PX = 32


class RowArea(QAbstractScrollArea):
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
        self._jump = IconButton("arrow-down", say("Jump to the end"), self.viewport(), kind="round", px=16)
        self._jump.hide()
        self._jump.clicked.connect(self.scroll_to_end)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.viewport().setAutoFillBackground(True)
        self.verticalScrollBar().setSingleStep(STEP_PX)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def _build(self, row: int) -> MessageRow:
        """Make the widget of `row`."""
        raise NotImplementedError

    @property
    def at_bottom(self) -> bool:
        """Whether the view follows the end."""
        return self._follow

    def scroll_to_end(self) -> None:
        """Go to the end and follow it."""
        self._set_follow(True)
        self._arrange()

    @property
    def reading_place(self) -> tuple[int, int] | None:
        """The first row seen and how far the view is scrolled into it, px; None while the end is followed."""
        if self._follow or not len(self._heights):
            return None
        value = self.verticalScrollBar().value() - TOP_PX
        row = self._heights.row_at(value)
        return row, max(0, value - self._heights.top(row))

    def go_to_place(self, row: int, offset_px: int) -> None:
        """Have `row` at the top again, scrolled into by `offset_px`."""
        if not 0 <= row < len(self._heights):
            return
        self._set_follow(False)
        self.verticalScrollBar().setValue(TOP_PX + self._heights.top(row) + offset_px)
        self._arrange()

    @property
    def live_rows(self) -> dict[int, MessageRow]:
        """The rows that are widgets now, by number."""
        return dict(self._live)

    def reveal(self, row: int, top: int, bottom: int) -> None:
        """Scroll just so far that this stretch of a row that is a widget is seen."""
        widget = self._live.get(row)
        if widget is not None:
            self._set_follow(False)
            self._reveal(widget, top, bottom)

    # ---- where rows lie

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

    def _place_jump(self) -> None:
        bar = self.verticalScrollBar()
        away = not self._follow and bar.maximum() - bar.value() > JUMP_PX
        if away:
            page = self.viewport().rect()  # beside the rows it would keep Qt from copying pixels when they scroll
            x = page.left() + (page.width() - JUMP_PX) // 2
            self._jump.setGeometry(x, page.bottom() - JUMP_PX - 12, JUMP_PX, JUMP_PX)
            self._jump.raise_()
        if away == self._jump.isHidden():
            self._jump.setVisible(away)

    # ---- events

    def _on_scrolled(self, value: int) -> None:
        if not self._busy:
            self._set_follow(value >= self.verticalScrollBar().maximum() - 4)
            self._arrange()

    def _on_needs_layout(self, widget: MessageRow) -> None:
        row = self._row_of(widget)
        if row is None:
            return
        # What a person opens stays where it is, even at the end.
        self._set_follow(self._follow and row == self._streaming)
        self._refit(row)
        self._order_tabs()
        self._set_follow(self.verticalScrollBar().value() >= self.verticalScrollBar().maximum() - 4)

    def _reveal(self, widget: MessageRow, top: int, bottom: int) -> None:
        """Scroll just so far that this stretch of a row is seen."""
        bar, page = self.verticalScrollBar(), self.viewport().height()
        first, last = widget.y() + top - STEP_PX, widget.y() + bottom + STEP_PX
        if first < 0:
            bar.setValue(bar.value() + first)
        elif last > page:
            bar.setValue(bar.value() + min(first, last - page))

    def _row_of(self, widget: MessageRow) -> int | None:
        return next((row for row, live in self._live.items() if live is widget), None)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Rows are placed by `_arrange`."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """New width, new heights; the first visible row keeps its place."""
        bar = self.verticalScrollBar()
        anchor = self._heights.row_at(bar.value() - TOP_PX) if len(self._heights) else 0
        offset = bar.value() - self._heights.top(anchor)
        self._busy = True
        for row, widget in self._live.items():
            self._fit(row, widget)
        self._set_range()
        if not self._follow:
            bar.setValue(self._heights.top(anchor) + offset)
        self._busy = False
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll keys."""
        bar, page = self.verticalScrollBar(), self.viewport().height() - STEP_PX
        steps = {
            Qt.Key.Key_Up: -STEP_PX,
            Qt.Key.Key_Down: STEP_PX,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Space: -page if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else page,
            Qt.Key.Key_Home: -bar.maximum(),
            Qt.Key.Key_End: bar.maximum(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_End:
            self.scroll_to_end()
        else:
            bar.setValue(bar.value() + step)

    def changeEvent(self, event: QEvent) -> None:
        """Another font or theme changes heights."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_live"):
            for row in list(self._live):
                self._refit(row)


def retire(widget: QWidget) -> None:
    """Hide at once, delete when Qt has time."""
    widget.hide()
    widget.deleteLater()
