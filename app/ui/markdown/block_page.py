"""A page with code cards and tables: what is painted behind the text, and what can be done with each of them."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from app.core.words import say
from app.ui.formulas.drawing import wish_of
from app.ui.markdown.card_tools import AllCardTools
from app.ui.markdown.code import FOOT_PX, CodeCard
from app.ui.markdown.content import Content
from app.ui.markdown.copying import make_copy_menu
from app.ui.markdown.decoration import card_rect, paint_cards, paint_marks
from app.ui.markdown.sideways_bars import SidewaysBars, top_left
from app.ui.markdown.sights import Sights
from app.ui.markdown.style import TextStyle
from app.ui.markdown.table_copy import PageWithTables, TableButton, copy_table, table_at
from app.ui.markdown.written_table import WrittenTable
from app.ui.theme import tokens


class BlockPage(PageWithTables):
    """`reshaped` when the reader folded or wrapped something; `reveal_wanted(top, bottom)` asks for a stretch of the
    page to be seen. Cost of the last paints: `take_paint_s`.
    """

    reshaped = Signal()
    reveal_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None, style: TextStyle, *, plain: bool) -> None:
        super().__init__(parent)
        self._paint_s = 0.0
        self._tools = AllCardTools(self.viewport(), self._wrap, self._fold)
        self._bars = SidewaysBars(self)
        self._table_button: TableButton | None = None
        self._content = Content(self.document(), style, plain=plain)

    @property
    def cards(self) -> list[CodeCard]:
        """The code cards, from top to bottom."""
        return self._content.cards

    @property
    def code_buttons(self) -> list[QToolButton]:
        """The cards' copy buttons, in reading order."""
        return self._tools.copies

    @property
    def controls(self) -> list[QWidget]:
        """All that can be done with code and tables, in reading order."""
        return sorted([*self._tools.in_order, *self._bars.in_order], key=top_left)

    @property
    def tables(self) -> list[WrittenTable]:
        """The tables, from top to bottom."""
        return self._content.tables

    def use_sights(self, sights: Sights) -> None:
        """How the reader looked at this text before; to be told before it is shown."""
        self._content.use_sights(sights)

    def place_code_buttons(self) -> None:
        """Put the buttons on the cards, and bars where something is wider than the page. Call after the layout."""
        layout, width = self.document().documentLayout(), self.viewport().width()
        cards, streaming = self._content.cards, self._content.streaming
        self.strips.measure(layout, cards, self._content.tables, width, streaming=streaming)
        self._tools.place(cards, layout, self._is_wide, streaming=streaming)
        self._bars.place()

    def _is_wide(self, card: CodeCard) -> bool:
        return self.strips.of(card.position) is not None

    # ---- folding and wrapping

    def show_place(self, position: int) -> None:
        """Unfold the code that holds this place of the document, and scroll it there."""
        if not self.document().findBlock(position).isVisible():
            self._fold(next(card for card in self.cards if card.holds(position)))
        super().show_place(position)

    def _wrap(self, card: CodeCard) -> None:
        card.set_wraps(not card.sight.wraps)
        self._reshape()

    def _fold(self, card: CodeCard) -> None:
        """What was far below comes near: its foot stays in sight."""
        card.set_opened(not card.sight.opened)
        self._reshape()
        if not card.sight.opened:
            rect = card_rect(self.document().documentLayout(), card, self.viewport().width())
            self.reveal_wanted.emit(int(rect.bottom()) - FOOT_PX, int(rect.bottom()))

    def _reshape(self) -> None:
        self._tools.forget()
        self.strips.forget()
        self.viewport().update()
        self.reshaped.emit()

    # ---- events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cards and bars first, the text over them."""
        started = time.perf_counter()
        painter = QPainter(self.viewport())
        paint_cards(painter, self.document(), self._content.cards, event.rect(), self.viewport().width(), tokens())
        painter.end()
        super().paintEvent(event)
        self._paint_s += time.perf_counter() - started

    def paint_under(self, painter: QPainter, clip: QRect) -> None:
        """Bars, bullets and grounds, which move with the text."""
        paint_marks(painter, self.document(), clip, self.viewport().width(), tokens())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A table under the mouse offers to be copied."""
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        if not event.buttons() and not self._content.streaming:
            if self._table_button is None and table_at(self, place) is not None:
                self._table_button = TableButton(self)
            if self._table_button is not None:
                self._table_button.follow(place)

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse went elsewhere."""
        super().leaveEvent(event)
        if self._table_button is not None:
            self._table_button.hide()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy, copy the link, select all."""
        menu = make_copy_menu(self, self.anchorAt(event.pos()), self.formula_at(event.pos()))
        table = table_at(self, event.pos())
        if table is not None:
            menu.addAction(say("Copy table")).triggered.connect(lambda: copy_table(table))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def formula_at(self, place: QPoint) -> str:
        """The TeX of the formula at `place`, or nothing."""
        look = self.document().documentLayout().formatAt(QPointF(place) + QPointF(self.x_at(place), 0)).toCharFormat()
        wish = wish_of(look)
        return wish.tex if wish is not None else ""

    def take_paint_s(self) -> float:
        """Seconds spent painting since the last call."""
        spent, self._paint_s = self._paint_s, 0.0
        return spent
