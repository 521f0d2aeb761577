"""The text of an answer whose quotations and page references bear what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.core.citation import Citation
from app.core.words import say
from app.ui.chat.mark_places import place_spans
from app.ui.chat.marking import chip_fits, paint_chip, paint_line, paint_ring
from app.ui.chat.verdicts import Look, cited_words, look_of, verdict_words
from app.ui.fonts import BODY_PX
from app.ui.formulas.maker import without_formulas
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.markdown.decoration import run_rects
from app.ui.theme import tokens

_PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation in the page: characters `start` to `end` of its document, in Qt's counting."""

    citation: Citation
    look: Look
    start: int
    end: int


class CitedBrowser(MarkdownBrowser):
    """Marks are painted, not written: they change no line, and cost nothing while an answer streams.

    `citation_wanted(citation)` when a mark is clicked, or Enter pressed on it; Tab goes from mark to mark, and
    `reveal_wanted(top, bottom)` asks for the stretch of the page where the keyboard is.
    """

    citation_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks: tuple[Mark, ...] = ()
        self._told: list[Citation] = []
        self.rewritten.connect(lambda: self.set_citations(self._told))
        for moved in (self.resized, self.reshaped, self.shifted):
            moved.connect(self._forget_boxes)
        self._boxes: list[list[QRectF]] | None = None
        self._held = -1
        self._pressed = -1

    def set_citations(self, citations: Sequence[Citation]) -> None:
        """Mark the finished text."""
        self._told = told = [one for one in citations if one.verdict != "said"]
        spans = place_spans(
            without_formulas(self.markdown_text), self.document().toRawText(), [(one.start, one.end) for one in told]
        )
        pairs = zip(told, spans, strict=True)
        self.marks = tuple(Mark(one, look_of(one), *span) for one, span in pairs if span is not None)
        self._boxes, self._held = None, -1
        self.viewport().update()

    def _forget_boxes(self) -> None:
        self._boxes = None

    def begin(self) -> None:
        """Nothing is checked yet."""
        self.marks, self._held, self._told = (), -1, []
        super().begin()

    def restyle(self) -> None:
        """The same letters in other colours."""
        super().restyle()
        self._boxes = None

    # ---- where marks lie

    def boxes_of(self, number: int) -> list[QRectF]:
        """The stretches of a mark, one a line, in the page's coordinates."""
        if self._boxes is None:
            self._boxes = [self._find_boxes(mark) for mark in self.marks]
        return self._boxes[number]

    def mark_at(self, place: QPointF) -> int:
        """The number of the mark under `place`, the shortest where they overlap; -1 when there is none."""
        found = [
            number
            for number in range(len(self.marks))
            if any(box.adjusted(-3, -1, 3, 3).contains(place) for box in self.boxes_of(number))
        ]
        return min(found, key=lambda number: self.marks[number].end - self.marks[number].start, default=-1)

    def _find_boxes(self, mark: Mark) -> list[QRectF]:
        document, boxes = self.document(), list[QRectF]()
        layout, block = document.documentLayout(), document.findBlock(mark.start)
        while block.isValid() and block.position() < mark.end:
            begin, stop = max(0, mark.start - block.position()), min(block.length() - 1, mark.end - block.position())
            origin = layout.blockBoundingRect(block).topLeft()
            found = [rect.translated(origin) for rect in run_rects(block, begin, stop, BODY_PX)]
            strip = self.strips.of(mark.start) if len(self.strips) else None
            if strip is not None:
                found = [rect.translated(-strip.x, 0) for rect in found]
                found = [rect for rect in found if QRectF(strip.area).contains(rect)]
            boxes += found if block.isVisible() else []
            block = block.next()
        return boxes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._boxes = None

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and the marks on it."""
        super().paintEvent(event)
        if not self.marks:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(len(self.marks)):
            boxes = self.boxes_of(number)
            if any(box.adjusted(-4, -4, 4, 4).intersects(QRectF(event.rect())) for box in boxes):
                self._paint_mark(painter, number, boxes)
        painter.end()

    def _paint_mark(self, painter: QPainter, number: int, boxes: Sequence[QRectF]) -> None:
        mark, colours = self.marks[number], tokens()
        words = mark.citation.text.strip("[]【】()（） ")
        held = number == self._held and self.hasFocus()
        if mark.citation.kind == "page" and self._can_be_chip(mark, words, boxes):
            ground = self.palette().color(QPalette.ColorRole.Base)
            paint_chip(painter, boxes[0], words, mark.look, colours, ground=ground, lit=held)
            return
        for box in boxes:
            paint_line(painter, box, mark.look, colours)
        if held:
            paint_ring(painter, boxes, colours)

    def _can_be_chip(self, mark: Mark, words: str, boxes: Sequence[QRectF]) -> bool:
        """A reference in brackets on one line; while it is selected its letters show."""
        cursor = self.textCursor()
        selected = cursor.hasSelection() and cursor.selectionStart() < mark.end and cursor.selectionEnd() > mark.start
        bracketed = mark.citation.text[:1] in "[【(（"
        return len(boxes) == 1 and bracketed and not selected and chip_fits(boxes[0], words, mark.look)

    # ---- mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be opened."""
        super().mouseMoveEvent(event)
        if self.marks and not event.buttons() and self.mark_at(event.position()) >= 0:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = self.mark_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else -1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens; dragging over it selects."""
        super().mouseReleaseEvent(event)
        event.accept()
        number, self._pressed = self._pressed, -1
        if number >= 0 and number == self.mark_at(event.position()) and not self.textCursor().hasSelection():
            self.citation_wanted.emit(self.marks[number].citation)

    def viewportEvent(self, event: QEvent) -> bool:
        """What became of it, on hover."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.marks:
            number = self.mark_at(QPointF(event.pos()))
            if number >= 0:
                area = _around(self.boxes_of(number))
                QToolTip.showText(event.globalPos(), self._words(number), self.viewport(), area)
                return True
        return super().viewportEvent(event)

    # ---- keyboard

    def focusNextPrevChild(self, forward: bool) -> bool:
        """From mark to mark, then on."""
        number = self._held + (1 if forward else -1)
        if 0 <= number < len(self.marks):
            self._hold(number)
            return True
        self._hold(-1)
        return super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Back at the beginning, unless only a menu or another window came between."""
        super().focusOutEvent(event)
        if self._held >= 0 and event.reason() not in _PASSING:
            self._hold(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the mark in hand."""
        if self._held >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.citation_wanted.emit(self.marks[self._held].citation)
            return
        super().keyPressEvent(event)

    def _hold(self, number: int) -> None:
        """The keyboard is on a mark: ring it, say what became of it."""
        self._held = number
        self.viewport().update()
        if number < 0:
            QToolTip.hideText()
            return
        self.show_place(self.marks[number].start)
        area = _around(self.boxes_of(number))
        self.reveal_wanted.emit(area.top(), area.bottom())
        place = self.viewport().mapToGlobal(QPoint(area.left(), area.bottom() + 4))
        QToolTip.showText(place, self._words(number), self.viewport(), area, 8000)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.spoken(number)))

    def spoken(self, number: int) -> str:
        """A mark for the ear: its words, and what became of them."""
        one = self.marks[number].citation
        return say("{text}. {verdict}", text=cited_words(one), verdict=verdict_words(one))

    def _words(self, number: int) -> str:
        return verdict_words(self.marks[number].citation)


def _around(boxes: Sequence[QRectF]) -> QRect:
    whole = QRectF()
    for box in boxes:
        whole = whole.united(box)
    return whole.toAlignedRect()
