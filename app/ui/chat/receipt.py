"""The line under an answer that says what it took."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.ui.chat.parts import LINE_PX, FoldButton
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import make_label


class ReceiptPart(QWidget):
    """The quiet line under an answer; it opens in place. The copy button stands at its end."""

    changed = Signal()
    copy_requested = Signal()

    def __init__(self, parent: QWidget, receipt: str, details: str) -> None:
        super().__init__(parent)
        self._receipt = receipt
        self.button = FoldButton(self)
        self.button.setVisible(bool(receipt and details))
        self.plain = make_label("", "quiet", self, wrap=False)
        self.plain.setVisible(bool(receipt and not details))
        self.plain.setFont(figure_font(SMALL_PX))
        self.details = make_label(details, "quiet", self)
        self.details.setFont(figure_font(SMALL_PX))
        self.details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.details.hide()
        self.copy = IconButton("copy", say("Copy answer"), self, px=14)
        self.copy.clicked.connect(self.copy_requested)
        self.button.toggled.connect(self._on_toggled)

    def fit(self, width: int) -> int:
        """One line; more when open."""
        self.copy.setGeometry(width - LINE_PX, 0, LINE_PX, LINE_PX)
        room = width - LINE_PX - 8
        self.button.set_words(self._receipt, room)
        self.button.setGeometry(0, 0, min(room, self.button.sizeHint().width()), LINE_PX)
        self.plain.setText(QFontMetrics(self.plain.font()).elidedText(self._receipt, Qt.TextElideMode.ElideRight, room))
        self.plain.setGeometry(0, 0, room, LINE_PX)
        if not self.button.isChecked():
            return LINE_PX
        height = self.details.heightForWidth(width - 20)
        self.details.setGeometry(20, LINE_PX + 2, width - 20, height)
        return LINE_PX + height + 6

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        return [self.button, self.details, self.copy]

    def _on_toggled(self, opened: bool) -> None:
        self.details.setVisible(opened)
        self.changed.emit()
