"""The line under an answer that says what became of its quotations; it opens to all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.core.citation import Citation
from app.core.words import say
from app.ui.chat.marking import look_colour, paint_sign
from app.ui.chat.parts import LINE_PX, SIGN_PX, FoldButton
from app.ui.chat.verdicts import checks_line, cited_words, is_doubtful, look_of, target_of, verdict_words, worth_listing
from app.ui.fonts import SMALL_PX, figure_font, ui_font
from app.ui.icons import pixmap
from app.ui.theme import tokens
from app.ui.widgets.labels import make_label

ROW_PX = 42


class ChecksPart(QWidget):
    """One quiet line with a sign. Before the check it only keeps its place, so that nothing moves afterwards."""

    changed = Signal()
    citation_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.citations: tuple[Citation, ...] = ()
        self.waiting = make_label(say("Checking the quotes…"), "quiet", self, wrap=False)
        self.button = FoldButton(self)
        self.button.hide()
        self.button.toggled.connect(self._on_toggled)
        self.rows: list[CheckRow] = []

    @property
    def words(self) -> str:
        """What the line says."""
        return checks_line(self.citations) if self.citations else self.waiting.text()

    def show_citations(self, citations: Sequence[Citation]) -> None:
        """What the check found."""
        self.citations = tuple(one for one in citations if one.verdict != "said")
        self.waiting.setText(say("No quotes and no pages to check."))
        has_line = bool(checks_line(self.citations))
        self.waiting.setVisible(not has_line)
        self.button.setVisible(has_line)
        self.update()

    def fit(self, width: int) -> int:
        """One line; a row for each citation when open."""
        self.waiting.setGeometry(SIGN_PX, 0, width, LINE_PX)
        left = SIGN_PX
        self.button.set_words(self.words, width - left)
        self.button.setGeometry(left, 0, min(width - left, self.button.sizeHint().width()), LINE_PX)
        if not self.rows:
            return LINE_PX
        for number, row in enumerate(self.rows):
            row.setGeometry(left, LINE_PX + number * ROW_PX, width - left, ROW_PX)
        return LINE_PX + len(self.rows) * ROW_PX + 6

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        return [self.button, *self.rows]

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sign before the line: all is well, or look here."""
        sign, role = ("circle-alert", "care") if is_doubtful(self.citations) else ("circle-check", "good")
        if not any(one.kind == "quote" for one in self.citations) and sign == "circle-check":
            sign, role = "info", "quiet"  # a page that is named and exists proves nothing yet
        if not self.button.isVisibleTo(self):
            sign, role = "search", "quiet"
        painter = QPainter(self)
        painter.drawPixmap(1, (LINE_PX - 14) // 2, pixmap(sign, role, 14, self.devicePixelRatioF()))
        painter.end()

    def _on_toggled(self, opened: bool) -> None:
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [CheckRow(self, one) for one in worth_listing(self.citations)] if opened else []
        for row in self.rows:
            row.opened.connect(self.citation_wanted)
            row.show()
        self.changed.emit()


class CheckRow(QWidget):
    """One citation: sign, words, verdict. `opened(citation)` on a click, or Enter."""

    opened = Signal(object)

    def __init__(self, parent: QWidget, citation: Citation) -> None:
        super().__init__(parent)
        self.citation = citation
        self._verdict = verdict_words(citation)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if target_of(citation) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(say("{text}. {verdict}", text=cited_words(citation), verdict=self._verdict))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.citation)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.citation)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sign, the citation on one line, the verdict under it."""
        colours, look = tokens(), look_of(self.citation)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(QColor(colours.accent), 1.6) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        if look.sign:
            paint_sign(painter, QRectF(9, 10, 9, 9), look.sign, QColor(look_colour(colours, look)), 1.7)
        room = QRect(28, 4, self.width() - 36, 17)
        self._write(painter, room, self._cited(), ui_font(13), colours.text)
        self._write(painter, room.translated(0, 17), self._verdict, figure_font(SMALL_PX), colours.quiet)
        painter.end()

    def _cited(self) -> str:
        text = cited_words(self.citation)
        return f"“{text}”" if self.citation.kind == "quote" else text

    def _write(self, painter: QPainter, room: QRect, words: str, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
