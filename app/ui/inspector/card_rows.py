"""Several graphics cards, a row each: how full, how busy, how hot, how much power."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.units import format_gib
from app.core.words import say
from app.machine.live import GpuSample
from app.ui.fonts import SMALL_PX, figure_font, ui_font
from app.ui.theme import tokens

ROW_PX, NAME_PX, NUMBER_PX, GAP_PX, BAR_PX = 20, 16, 16, 8, 6
SMALLEST_BAR_PX = 24
_WIDEST = ("00.0 GB", "100 %", "100 °C", "1000 W")


class CardRows(QWidget):
    """Set with `show_cards`. Columns stand under one another; cards of one name are only numbered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[GpuSample, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("Graphics cards"))

    def show_cards(self, cards: Sequence[GpuSample]) -> None:
        """These, in their order."""
        if tuple(cards) == self._cards:
            return
        resized = len(cards) != len(self._cards)
        self._cards = tuple(cards)
        self.setAccessibleDescription(self.words())
        if resized:
            self.updateGeometry()
        self.update()

    def words(self) -> str:
        """A line a card, as it is read aloud."""
        return "\n".join(_words(number, card, named=self._named) for number, card in enumerate(self._cards, 1))

    @property
    def _named(self) -> bool:
        return len({card.name for card in self._cards}) > 1

    def sizeHint(self) -> QSize:
        return QSize(260, len(self._cards) * (ROW_PX + (NAME_PX if self._named else 0)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0
        for number, card in enumerate(self._cards, 1):
            if self._named:
                painter.setFont(ui_font(SMALL_PX))
                painter.setPen(QColor(tokens().quiet))
                room = QRectF(NUMBER_PX, top, self.width() - NUMBER_PX, NAME_PX)
                painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), card.name)
                top += NAME_PX
            self._paint_row(painter, number, card, top)
            top += ROW_PX
        painter.end()

    def _paint_row(self, painter: QPainter, number: int, card: GpuSample, top: int) -> None:
        colours = tokens()
        painter.setFont(figure_font(SMALL_PX))
        painter.setPen(QColor(colours.quiet))
        painter.drawText(QRectF(0, top, NUMBER_PX, ROW_PX), int(Qt.AlignmentFlag.AlignVCenter), str(number))
        if card.is_lost:
            painter.setPen(QColor(colours.bad))
            room = QRectF(NUMBER_PX, top, self.width() - NUMBER_PX, ROW_PX)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), say("stopped answering"))
            return
        measure, right = painter.fontMetrics(), float(self.width())
        painter.setPen(QColor(colours.text))
        for words, widest in zip(reversed(_figures(card)), reversed(_WIDEST), strict=True):
            width = measure.horizontalAdvance(widest)
            room = QRectF(right - width, top, width, ROW_PX)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)
            right -= width + GAP_PX
        self._paint_bar(painter, card, QRectF(NUMBER_PX, top + (ROW_PX - BAR_PX) / 2, right - NUMBER_PX, BAR_PX))

    def _paint_bar(self, painter: QPainter, card: GpuSample, room: QRectF) -> None:
        """How full its memory is, where there is room to see it."""
        if room.width() < SMALLEST_BAR_PX or not card.total_bytes:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().track))
        painter.drawRoundedRect(room, BAR_PX / 2, BAR_PX / 2)
        share = min(1.0, (card.used_bytes or 0) / card.total_bytes)
        painter.setBrush(QColor(tokens().accent))
        painter.drawRoundedRect(room.adjusted(0, 0, (share - 1) * room.width(), 0), BAR_PX / 2, BAR_PX / 2)


def _figures(card: GpuSample) -> tuple[str, str, str, str]:
    used = format_gib(card.used_bytes) if card.used_bytes is not None else "–"
    rest = ((card.load_percent, "%"), (card.temperature_c, "°C"), (card.power_w, "W"))
    load, heat, power = (f"{value:.0f} {unit}" if value is not None else "–" for value, unit in rest)
    return used, load, heat, power


def _words(number: int, card: GpuSample, *, named: bool) -> str:
    """ "1  22.1 GB  97 %  61 °C  312 W"; cards of one name need none."""
    if card.is_lost:
        return f"{number}  {card.name}  {say('stopped answering')}"
    parts = (str(number), card.name if named else "", *_figures(card))
    return "  ".join(part for part in parts if part and part != "–")
