"""The copy buttons on the heads of a page's code cards."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAbstractTextDocumentLayout, QGuiApplication
from PySide6.QtWidgets import QToolButton, QWidget

from app.core.words import say
from app.ui.chat.drags import DragOut, code_data
from app.ui.markdown.code import HEAD_PX, CodeCard
from app.ui.markdown.decoration import card_rect

COPIED_MS = 1500


class CodeButton(QToolButton):
    """ "Copy" on a code card's head; says "Copied" for a moment."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._card: CodeCard | None = None
        self.setProperty("kind", "text")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setText(say("Copy"))
        self.clicked.connect(self._on_clicked)
        DragOut(self, lambda: code_data(self._card.read_source(), self._card.language) if self._card else None)

    def serve(self, card: CodeCard) -> None:
        """Copy `card` from now on."""
        if self._card is not card:
            self._card = card
            self.setAccessibleName(say("Copy code, {language}", language=card.language or say("code")))

    def _on_clicked(self) -> None:
        if self._card is None:
            return
        QGuiApplication.clipboard().setText(self._card.read_source())
        self.setText(say("Copied"))
        QTimer.singleShot(COPIED_MS, self, self._restore)

    def _restore(self) -> None:
        self.setText(say("Copy"))


class CodeButtons:
    """One `CodeButton` a card, kept on `page`, the widget the cards are painted on."""

    def __init__(self, page: QWidget) -> None:
        self._page = page
        self._buttons: list[CodeButton] = []
        self._width = 0

    @property
    def in_order(self) -> list[QToolButton]:
        """From top to bottom."""
        return list(self._buttons)

    def place(self, cards: Sequence[CodeCard], layout: QAbstractTextDocumentLayout, *, streaming: bool) -> None:
        """Put one on each card's head. While text streams in at the same width, only the last two can have moved."""
        width = self._page.width()
        settled = len(self._buttons) - 2 if streaming and width == self._width else 0
        self._width = width
        self._match(len(cards))
        for button, card in list(zip(self._buttons, cards, strict=True))[max(0, settled) :]:
            button.serve(card)
            rect = card_rect(layout, card, width)
            size = button.sizeHint()
            button.setGeometry(
                int(rect.right()) - size.width() - 6,
                int(rect.top()) + (HEAD_PX - size.height()) // 2,
                size.width(),
                size.height(),
            )
            button.show()

    def _match(self, count: int) -> None:
        while len(self._buttons) > count:
            self._buttons.pop().deleteLater()
        while len(self._buttons) < count:
            self._buttons.append(CodeButton(self._page))
