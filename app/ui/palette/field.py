"""The palette's line: conditions that are set as chips, and behind them the words that are typed."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.core.words import say
from app.session.filters import Filter, Wish, read_wish, with_filters
from app.ui.fonts import SMALL_PX, ui_font
from app.ui.icons import pixmap
from app.ui.palette.proposals import PICTURES
from app.ui.theme import tokens
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.search_field import SearchField

CHIP_PX, WIDEST_PX, NARROWEST_PX, ICON_PX, CROSS_PX = 24, 190, 72, 14, 10
_WIPES = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FilterLine(QWidget):
    """A space after a condition makes it a chip; Backspace before the first word takes the last chip away.

    `changed()` when chips or words did; the rest is what the field says.
    """

    changed = Signal()
    proposals_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: list[FilterChip] = []
        self._is_setting = False
        self.edit = _Field(say("Search chats, messages and documents, or type a command"))
        self.edit.setProperty("kind", "bare")
        self.edit.textChanged.connect(self._on_typed)
        self.edit.wiped.connect(lambda: self.remove(self.chips[-1]) if self.chips else None)
        self.more = IconButton("sliders-horizontal", say("Narrow the search"))
        self.more.clicked.connect(self.proposals_wanted)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 0, 4, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self.edit, 1)
        self._row.addWidget(self.more)

    @property
    def wish(self) -> Wish:
        """What is looked for, as it stands."""
        return with_filters(self.filters, self.edit.text())

    @property
    def filters(self) -> tuple[Filter, ...]:
        return tuple(chip.filter for chip in self.chips)

    def add(self, filters: Iterable[Filter], text: str) -> None:
        """Set more conditions, and what the words are now."""
        for one in filters:
            if one not in self.filters:
                chip = FilterChip(one)
                chip.removed.connect(self.remove)
                self._row.insertWidget(len(self.chips), chip)
                self.chips.append(chip)
        self._is_setting = True  # what Qt itself does with the text goes on: its button to clear it
        self.edit.setText(text)
        self._is_setting = False
        self._tell()

    def remove(self, chip: FilterChip) -> None:
        self.chips.remove(chip)
        chip.hide()
        chip.deleteLater()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell()

    def _on_typed(self, text: str) -> None:
        """What is whole becomes chips; the last word may still go on."""
        if self._is_setting:
            return
        head, space, tail = text.rpartition(" ")
        found = read_wish(head) if space else Wish()
        if found.filters:
            self.add(found.filters, f"{found.words} {tail}" if found.words else tail)
        else:
            self.changed.emit()

    def _tell(self) -> None:
        self.edit.setPlaceholderText("" if self.chips else self.edit.accessibleName())
        self.changed.emit()


class _Field(SearchField):
    """`wiped()`: Backspace where there is nothing before the cursor."""

    wiped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bare = not self.hasSelectedText() and self.cursorPosition() == 0
        if event.key() == Qt.Key.Key_Backspace and bare:
            self.wiped.emit()
        else:
            super().keyPressEvent(event)


class FilterChip(QAbstractButton):
    """One condition; pressed it goes. `removed(chip)`."""

    removed = Signal(object)

    def __init__(self, condition: Filter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter = condition
        self.setText(condition.words)
        self.setFont(ui_font(SMALL_PX))
        self.setAccessibleName(say("Remove {name}", name=condition.words))
        self.setToolTip(self.accessibleName())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: self.removed.emit(self))

    def sizeHint(self) -> QSize:
        """As wide as its words, within reason."""
        words = self.fontMetrics().horizontalAdvance(self.text()) + ICON_PX + CROSS_PX + 28
        return QSize(min(WIDEST_PX, words), CHIP_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(NARROWEST_PX, self.sizeHint().width()), CHIP_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _WIPES:
            self.removed.emit(self)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """On the ground of a selection: the sign, the words, a cross."""
        colours, ratio = tokens(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent), 2) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.selection))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        middle = self.height() / 2
        painter.drawPixmap(8, round(middle - ICON_PX / 2), pixmap(PICTURES[self.filter.kind], "text", ICON_PX, ratio))
        cross = self.width() - CROSS_PX - 7
        painter.drawPixmap(cross, round(middle - CROSS_PX / 2), pixmap("x", "quiet", CROSS_PX, ratio))
        room = self.rect().adjusted(8 + ICON_PX + 5, 0, -(CROSS_PX + 7 + 4), 0)
        painter.setPen(QColor(colours.text))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)
        painter.end()
