"""The thin bars by which code and tables that are wider than the page are scrolled."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QStyle, QStyleOptionSlider, QWidget

from app.ui.colours import blend
from app.ui.markdown.sideways import SidewaysPage
from app.ui.markdown.strips import Strip
from app.ui.theme import tokens

THIN_PX, THICK_PX = 4, 6
STEP_PX = 40


class SidewaysBar(QScrollBar):
    """One strip's bar. Tab reaches it, the arrow keys move it."""

    def __init__(self, page: SidewaysPage) -> None:
        super().__init__(Qt.Orientation.Horizontal, page.viewport())
        self._page = page
        self._strip: Strip | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setSingleStep(STEP_PX)
        self.valueChanged.connect(self._on_value_changed)

    def serve(self, strip: Strip) -> None:
        """Scroll `strip` from now on."""
        self._strip = None
        self.setPageStep(strip.area.width())
        self.setRange(0, strip.most_x)
        self.setValue(strip.x)
        self._strip = strip
        if self.accessibleName() != strip.name:
            self.setAccessibleName(strip.name)
        self.setGeometry(strip.bar)

    def _on_value_changed(self, x: int) -> None:
        if self._strip is not None:
            self._page.scroll_strip(self._strip, x)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways for what was turned sideways; a bar that comes by under the mouse does not hold the page up."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or event.angleDelta().x():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Only the handle; thicker under the mouse and with the keyboard."""
        look = QStyleOptionSlider()
        self.initStyleOption(look)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar, look, QStyle.SubControl.SC_ScrollBarSlider, self
        )
        thick = THICK_PX if self.underMouse() or self.hasFocus() or self.isSliderDown() else THIN_PX
        top = (self.height() - thick) / 2
        share = 1.0 if thick == THICK_PX else 0.5
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours = tokens()
        painter.setBrush(QColor(colours.accent) if self.hasFocus() else blend(colours.quiet, colours.panel, share))
        painter.drawRoundedRect(QRectF(handle.left(), top, handle.width(), thick), thick / 2, thick / 2)
        painter.end()


class SidewaysBars:
    """The bars of one page, one a strip."""

    def __init__(self, page: SidewaysPage) -> None:
        self._page = page
        self._bars: list[SidewaysBar] = []
        page.shifted.connect(self.place)

    @property
    def in_order(self) -> list[QWidget]:
        """From top to bottom."""
        return list(self._bars)

    def place(self) -> None:
        """Put each at the lower edge of its strip."""
        strips = list(self._page.strips)
        if not strips and not self._bars:
            return
        while len(self._bars) > len(strips):
            self._bars.pop().deleteLater()
        while len(self._bars) < len(strips):
            self._bars.append(SidewaysBar(self._page))
        for bar, strip in zip(self._bars, strips, strict=True):
            bar.serve(strip)
            bar.show()


def top_left(widget: QWidget) -> tuple[int, int]:
    """For the reading order."""
    place: QPoint = widget.pos()
    return place.y(), place.x()
