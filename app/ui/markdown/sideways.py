"""A page of text in which blocks that are wider than it are scrolled sideways, each by itself.

Qt can only shift a whole page. So the page is shifted for a moment while one such block is painted or hears the mouse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from app.ui.markdown.strips import Strip, Strips

EDGE_PX = 24


class SidewaysPage(QTextBrowser):
    """`shifted()` when a strip was scrolled: its bar follows."""

    shifted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strips = Strips()
        self.horizontalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.cursorPositionChanged.connect(self._on_cursor_moved)
        self.selectionChanged.connect(self._paint_shifted)

    def scroll_strip(self, strip: Strip, x: int) -> None:
        """Show it from `x` on."""
        x = max(0, min(strip.most_x, x))
        if x != strip.sight.x:
            strip.sight.x = x
            self.viewport().update(strip.area)
            self.shifted.emit()

    def show_place(self, position: int) -> None:
        """Scroll the strip that holds this place of the document so that it is seen."""
        strip = self.strips.of(position)
        if strip is None:
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        x = super().cursorRect(cursor).left()
        if x - EDGE_PX < strip.area.left() + strip.x:
            self.scroll_strip(strip, x - strip.area.left() - EDGE_PX)
        elif x + EDGE_PX > strip.area.right() + strip.x:
            self.scroll_strip(strip, x - strip.area.right() + EDGE_PX)

    @contextmanager
    def _shifted_by(self, x: int) -> Iterator[None]:
        """The whole page is shifted, and nobody hears of it."""
        if not x:
            yield
            return
        bar = self.horizontalScrollBar()
        was_blocked = bar.blockSignals(True)
        bar.setRange(0, x)
        bar.setValue(x)
        try:
            yield
        finally:
            bar.setRange(0, 0)
            bar.blockSignals(was_blocked)

    def x_at(self, place: QPoint) -> int:
        """How far what is under a point is scrolled."""
        strip = self.strips.at(place) if len(self.strips) else None
        return strip.x if strip is not None else 0

    def _on_range_changed(self, _least: int, most: int) -> None:
        """Qt would let the page be scrolled as far as its widest block reaches."""
        if most:
            self.horizontalScrollBar().setRange(0, 0)

    def _on_cursor_moved(self) -> None:
        if len(self.strips) and self.hasFocus():
            self.show_place(self.textCursor().position())
            self._paint_shifted()

    def _paint_shifted(self) -> None:
        """Qt has painted again where the text would be if it were not scrolled."""
        for strip in self.strips:
            if strip.x:
                self.viewport().update(strip.area)

    def setExtraSelections(self, selections: Sequence[QTextEdit.ExtraSelection]) -> None:
        """Light some places."""
        super().setExtraSelections(selections)
        self._paint_shifted()

    # ---- where things are

    def cursorForPosition(self, place: QPoint) -> QTextCursor:
        """The place in the text under a point."""
        with self._shifted_by(self.x_at(place)):
            return super().cursorForPosition(place)

    def cursorRect(self, cursor: QTextCursor | None = None) -> QRect:
        """Where a place in the text is seen."""
        cursor = cursor or self.textCursor()
        strip = self.strips.of(cursor.position()) if len(self.strips) else None
        return super().cursorRect(cursor).translated(-strip.x if strip is not None else 0, 0)

    def anchorAt(self, place: QPoint) -> str:
        """The address of the link under a point."""
        with self._shifted_by(self.x_at(place)):
            return super().anchorAt(place)

    # ---- events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line by line of blocks: what is not in a strip, then each strip as far as it is scrolled."""
        clip = event.rect()
        strips = self.strips.within(clip) if len(self.strips) else []
        if not strips:
            self._paint_text(clip, 0)
            return
        y = clip.top()
        for strip in strips:
            self._paint_text(QRect(clip.left(), y, clip.width(), strip.area.top() - y), 0)
            self._paint_text(strip.area.intersected(clip), strip.x)
            y = strip.area.bottom() + 1
        self._paint_text(QRect(clip.left(), y, clip.width(), clip.bottom() + 1 - y), 0)

    def _paint_text(self, area: QRect, x: int) -> None:
        if area.isEmpty():
            return
        painter = QPainter(self.viewport())
        painter.setClipRect(area)
        painter.translate(-x, 0)
        self.paint_under(painter, area.translated(x, 0))
        painter.end()
        with self._shifted_by(x):
            super().paintEvent(QPaintEvent(area))

    def paint_under(self, painter: QPainter, clip: QRect) -> None:
        """What moves with the text, and lies under it."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        with self._shifted_by(self.x_at(event.position().toPoint())):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Who selects beyond the edge of a strip scrolls it."""
        place = event.position().toPoint()
        strip = self.strips.at(QPoint(self.width() // 2, place.y())) if len(self.strips) else None
        if strip is not None and event.buttons() & Qt.MouseButton.LeftButton and self.textCursor().hasSelection():
            beyond = max(0, place.x() - strip.area.right()) + min(0, place.x() - strip.area.left())
            self.scroll_strip(strip, strip.x + beyond // 2)
        with self._shifted_by(self.x_at(place)):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        with self._shifted_by(self.x_at(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        with self._shifted_by(self.x_at(event.position().toPoint())):
            super().mouseDoubleClickEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways, or with Shift, a strip is scrolled; else the conversation, not the message."""
        strip, step = self.strips.at(event.position().toPoint()), _sideways(event)
        if strip is None or not step:
            event.ignore()
            return
        self.scroll_strip(strip, strip.x - step)
        event.accept()


def _sideways(event: QWheelEvent) -> int:
    """How many pixels a wheel or a touch pad wants to go to the side; 0 when it goes up or down."""
    step = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
    if abs(step.x()) > abs(step.y()):
        return step.x()
    return step.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
