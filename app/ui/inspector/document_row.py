"""One document as a button: its name, what it holds, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui.fonts import SMALL_PX, figure_font, ui_font
from app.ui.icons import pixmap
from app.ui.theme import RADIUS, tokens

HEIGHT_PX, PADDING_PX, ICON_PX, LINE_PX = 50, 12, 18, 18


@dataclass(frozen=True, slots=True)
class DocumentItem:
    """`tag` is how answers cite it ("D1"); `facts` are pages and tokens; `state` what is wrong, or how far it is read.
    `share` below 1 draws how far."""

    name: str
    tag: str = ""
    facts: str = ""
    state: str = ""
    role: str = "care"
    picture: str = "file-text"
    share: float = 1.0


class DocumentRow(QAbstractButton):
    """Painted by hand; `clicked` wants it opened."""

    def __init__(self, item: DocumentItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item = item
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        words = ", ".join(part for part in (item.tag, item.name, item.facts, item.state) if part)
        self.setAccessibleName(words)
        self.setToolTip("\n".join(part for part in (item.name, item.facts, item.state) if part))

    @property
    def item(self) -> DocumentItem:
        return self._item

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT_PX + (LINE_PX if self._item.state else 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours, item = QPainter(self), tokens(), self._item
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QPen(QColor(colours.accent), 2) if self.hasFocus() else QPen(QColor(colours.border), 1)
        painter.setPen(ring)
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.page))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        picture = pixmap(item.picture, "quiet", ICON_PX, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(PADDING_PX, 9), picture)
        left = PADDING_PX + ICON_PX + 10
        line = QRectF(left, 7, self.width() - left - PADDING_PX, LINE_PX)
        self._paint_name(painter, line)
        painter.setFont(figure_font(SMALL_PX))
        for words, role in ((item.facts, "quiet"), (item.state, item.role)):
            if words:
                line.translate(0, LINE_PX)
                painter.setPen(QColor(getattr(colours, role)))
                shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(line.width()))
                painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), shown)
        if item.share < 1:
            bar = QRectF(left, self.height() - 7, line.width(), 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.track))
            painter.drawRoundedRect(bar, 1.5, 1.5)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(3.0, bar.width() * item.share), 3), 1.5, 1.5)
        painter.end()

    def _paint_name(self, painter: QPainter, line: QRectF) -> None:
        colours, tag = tokens(), self._item.tag
        painter.setFont(figure_font(SMALL_PX))
        room = painter.fontMetrics().horizontalAdvance(tag) + 10 if tag else 0
        painter.setPen(QColor(colours.quiet))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tag)
        painter.setFont(ui_font(13, QFont.Weight.Medium))
        painter.setPen(QColor(colours.text))
        shown = painter.fontMetrics().elidedText(
            self._item.name, Qt.TextElideMode.ElideMiddle, int(line.width() - room)
        )
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), shown)
