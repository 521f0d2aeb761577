"""What can be done with a code card: copy it, wrap its lines, show all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout
from PySide6.QtWidgets import QToolButton, QWidget

from app.core.words import say
from app.ui.markdown.code import FOOT_PX, HEAD_PX, CodeCard
from app.ui.markdown.code_buttons import CodeButton
from app.ui.markdown.decoration import card_rect
from app.ui.widgets.buttons import IconButton

Change = Callable[[CodeCard], None]


class WrapButton(QToolButton):
    """On the head of a card with lines that are wider than it: break them, or leave them whole."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self.setProperty("kind", "text")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def serve(self, card: CodeCard) -> None:
        """Say what a click would do now."""
        language = card.language or say("code")
        if card.sight.wraps:
            self.setText(say("Unwrap"))
            self.setAccessibleName(say("Do not wrap the lines of this code, {language}", language=language))
        else:
            self.setText(say("Wrap"))
            self.setAccessibleName(say("Wrap the lines of this code, {language}", language=language))
        self.setToolTip(self.accessibleName())


class FoldLinesButton(IconButton):
    """At the foot of long code: show all lines, or only the first."""

    def __init__(self, page: QWidget) -> None:
        super().__init__("chevron-down", "", page, kind="text", px=14)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def serve(self, card: CodeCard) -> None:
        """Say what a click would do now."""
        opened = card.sight.opened
        words = say("Show fewer lines") if opened else say("Show all {count} lines", count=f"{card.line_count:,}")
        if words != self.text():
            self.setText(words)
            self.set_name(words)
            self.setToolTip("")
            self.set_picture("chevron-up" if opened else "chevron-down")


class CardTools:
    """The buttons of one card; `wrap` and `fold` only where there is something to wrap or to fold."""

    def __init__(self, page: QWidget, wrap: Change, fold: Change) -> None:
        self._page, self._on_wrap, self._on_fold = page, wrap, fold
        self._card: CodeCard | None = None
        self.copy = CodeButton(page)
        self.wrap: WrapButton | None = None
        self.fold: FoldLinesButton | None = None

    @property
    def in_order(self) -> list[QWidget]:
        """In reading order."""
        return [button for button in (self.wrap, self.copy, self.fold) if button is not None]

    def place(self, card: CodeCard, rect: QRectF, *, is_wide: bool) -> None:
        """Serve `card`, which lies in `rect`."""
        self._card = card
        self.copy.serve(card)
        size = self.copy.sizeHint()
        top = int(rect.top()) + (HEAD_PX - size.height()) // 2
        right = int(rect.right()) - size.width() - 6
        self.copy.setGeometry(right, top, size.width(), size.height())
        self.copy.show()
        if is_wide or self.wrap is not None or card.sight.wraps:
            self._place_wrap(card, right, top)
        if card.has_foot:
            self._place_fold(card, rect)
        elif self.fold is not None:
            self.fold.hide()

    def _place_wrap(self, card: CodeCard, right: int, top: int) -> None:
        if self.wrap is None:
            self.wrap = WrapButton(self._page)
            self.wrap.clicked.connect(lambda: self._card and self._on_wrap(self._card))
        self.wrap.serve(card)
        size = self.wrap.sizeHint()
        self.wrap.setGeometry(right - size.width() - 2, top, size.width(), size.height())
        self.wrap.show()

    def _place_fold(self, card: CodeCard, rect: QRectF) -> None:
        if self.fold is None:
            self.fold = FoldLinesButton(self._page)
            self.fold.clicked.connect(lambda: self._card and self._on_fold(self._card))
        self.fold.serve(card)
        size = self.fold.sizeHint()
        top = int(rect.bottom()) - FOOT_PX + (FOOT_PX - size.height()) // 2
        self.fold.setGeometry(int(rect.left()) + 6, top, size.width(), size.height())
        self.fold.show()

    def drop(self) -> None:
        """The card is gone."""
        for button in self.in_order:
            button.deleteLater()


class AllCardTools:
    """One `CardTools` a card, kept on `page`, the widget the cards are painted on."""

    def __init__(self, page: QWidget, wrap: Change, fold: Change) -> None:
        self._page, self._wrap, self._fold = page, wrap, fold
        self._tools: list[CardTools] = []
        self._width = 0

    @property
    def copies(self) -> list[QToolButton]:
        """The copy buttons, from top to bottom."""
        return [tools.copy for tools in self._tools]

    @property
    def in_order(self) -> list[QWidget]:
        """All buttons, from top to bottom."""
        return [button for tools in self._tools for button in tools.in_order]

    def place(
        self,
        cards: Sequence[CodeCard],
        layout: QAbstractTextDocumentLayout,
        wide: Callable[[CodeCard], bool],
        *,
        streaming: bool,
    ) -> None:
        """Put them on the cards. While text streams in at the same width, only the last two can have moved."""
        width = self._page.width()
        settled = len(self._tools) - 2 if streaming and width == self._width else 0
        self._width = width
        self._match(len(cards))
        for tools, card in list(zip(self._tools, cards, strict=True))[max(0, settled) :]:
            tools.place(card, card_rect(layout, card, width), is_wide=wide(card))

    def forget(self) -> None:
        """A card changed its height while text streams in: all may have moved."""
        self._width = 0

    def _match(self, count: int) -> None:
        while len(self._tools) > count:
            self._tools.pop().drop()
        while len(self._tools) < count:
            self._tools.append(CardTools(self._page, self._wrap, self._fold))
