"""The line under an answer that says what it took, and the card it opens to."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.chat.message import ReceiptDetails, ReceiptFile
from app.ui.chat.parts import LINE_PX, SIGN_PX, FoldButton
from app.ui.fonts import SMALL_PX, figure_font, ui_font
from app.ui.icons import pixmap
from app.ui.markdown.code_buttons import COPIED_MS
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel, make_label


class ReceiptPart(QWidget):
    """The quiet line under an answer; it opens in place.

    `checked` is what became of the answer's quotations: it is copied with the receipt.
    """

    changed = Signal()

    def __init__(self, parent: QWidget, receipt: str, details: ReceiptDetails | None) -> None:
        super().__init__(parent)
        self._receipt, self._details = receipt, details
        self.checked = ""
        self.button = FoldButton(self)
        self.button.setVisible(bool(receipt and details))
        self.plain = make_label("", "quiet", self, wrap=False)
        self.plain.setVisible(bool(receipt and not details))
        self.plain.setFont(figure_font(SMALL_PX))
        self.card: ReceiptCard | None = None
        self.button.toggled.connect(self._on_toggled)

    def fit(self, width: int) -> int:
        """One line; more when open."""
        room = width - SIGN_PX
        self.button.set_words(self._receipt, room)
        self.button.setGeometry(SIGN_PX, 0, min(room, self.button.sizeHint().width()), LINE_PX)
        self.plain.setText(QFontMetrics(self.plain.font()).elidedText(self._receipt, Qt.TextElideMode.ElideRight, room))
        self.plain.setGeometry(SIGN_PX, 0, room, LINE_PX)
        if self.card is None:
            return LINE_PX
        height = self.card.fit(width)
        self.card.setGeometry(0, LINE_PX + 4, width, height)
        return LINE_PX + height + 10

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        return [self.button, *([self.card.copy] if self.card else [])]

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sign before the line."""
        if self._receipt:
            painter = QPainter(self)
            painter.drawPixmap(1, (LINE_PX - 14) // 2, pixmap("file-text", "quiet", 14, self.devicePixelRatioF()))
            painter.end()

    def _on_toggled(self, opened: bool) -> None:
        if self.card is not None:
            self.card.hide()
            self.card.deleteLater()
            self.card = None
        if opened and self._details is not None:
            self.card = ReceiptCard(self, self._details)
            self.card.copy.clicked.connect(self._on_copy_receipt)
            self.card.show()
        self.changed.emit()

    def _on_copy_receipt(self) -> None:
        rows = [self._details.markdown if self._details else "", f"- {self.checked}" if self.checked else ""]
        QGuiApplication.clipboard().setText("\n".join(row for row in rows if row))
        if self.card is not None:
            self.card.show_copied()


class ReceiptCard(QFrame):
    """Every file with its pages and tokens, then what else was given to the model and how fast it went."""

    def __init__(self, parent: QWidget, details: ReceiptDetails) -> None:
        super().__init__(parent)
        self.setProperty("ground", "card")
        self.setAccessibleName(say("Reading receipt"))
        self.setAccessibleDescription(details.markdown)
        self.copy = TextButton(say("Copy receipt"), kind="quiet", picture="copy")
        self.copy.setFont(ui_font(SMALL_PX))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(8)
        if details.files:
            column.addLayout(_files_grid(details.files))
            rule = QFrame()
            rule.setProperty("line", "true")
            rule.setFixedHeight(1)
            column.addWidget(rule)
        column.addLayout(_facts_grid(details.facts))
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignRight)

    def fit(self, width: int) -> int:
        """The height for a width; values may take several lines."""
        layout = self.layout()
        assert layout is not None
        return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()

    def show_copied(self) -> None:
        """The button says that it worked."""
        self.copy.rename(say("Copied"))
        QTimer.singleShot(COPIED_MS, self.copy, lambda: self.copy.rename(say("Copy receipt")))


def _files_grid(files: tuple[ReceiptFile, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    for column, name in enumerate((say("File"), say("Pages"), say("Tokens"), say("Left out"))):
        grid.addWidget(make_label(name, "quiet", wrap=False), 0, column, _side(column))
    for row, file in enumerate(files, 1):
        named = ElidedLabel(file.name, mode=Qt.TextElideMode.ElideMiddle)
        named.setFont(figure_font(SMALL_PX + 1))
        grid.addWidget(named, row, 0)
        for column, value in enumerate((file.pages, file.tokens, file.dropped), 1):
            grid.addWidget(_figure(value, wrap=False), row, column, _side(column))
    return grid


def _facts_grid(facts: tuple[tuple[str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(facts):
        grid.addWidget(make_label(name, "quiet", wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_figure(value), row, 1)
    return grid


def _figure(value: str, *, wrap: bool = True) -> QLabel:
    made = make_label(value, wrap=wrap)
    made.setFont(figure_font(SMALL_PX + 1))
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
