"""The column of rows as something to scroll: by wheel, keys and the button that jumps to its end.

It knows rows by number; what they show is the subclass's matter.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.core.words import say
from app.ui.chat.row import MessageRow
from app.ui.chat.row_column import TOP_PX, RowColumn
from app.ui.widgets.buttons import IconButton

STEP_PX = 48
JUMP_PX = 32
FAR_PX = 96  # nearer to the end than this, the button would only cover what one reads


class RowArea(RowColumn):
    """Says where the reader is, and goes where the reader wants to be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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

    @property
    def at_bottom(self) -> bool:
        """Whether the view follows the end."""
        return self._follow

    @property
    def is_settled(self) -> bool:
        """Whether all rows in sight are there."""
        return not self._missing(0)

    def scroll_to_end(self) -> None:
        """Go to the end and follow it."""
        self._set_follow(True)
        self._arrange(in_slices=True)

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
        self._busy = True
        if row not in self._live:  # only then it is known whether the offset lies in it
            self._fit(row, self._build(row))
            self._set_range()
        self.verticalScrollBar().setValue(TOP_PX + self._heights.top(row) + offset_px)
        self._busy = False
        self._arrange(in_slices=True)

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

    def _place_jump(self) -> None:
        bar = self.verticalScrollBar()
        away = not self._follow and bar.maximum() - bar.value() > FAR_PX
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
            self._arrange(in_slices=True)

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
