"""A read-only Markdown page exactly as tall as its text, which can grow while an answer streams into it."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QTimer, QUrl, Signal
from PySide6.QtGui import QAccessible, QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QToolButton, QWidget

from app.core.words import say
from app.session.tex.spans import find_formulas
from app.ui.fonts import BODY_PX
from app.ui.formulas.drawing import OBJECT_SIGN, wish_of
from app.ui.markdown.card_tools import AllCardTools
from app.ui.markdown.code import FOOT_PX, CodeCard
from app.ui.markdown.content import Content
from app.ui.markdown.copying import make_copy_menu
from app.ui.markdown.decoration import card_rect, paint_cards, paint_marks
from app.ui.markdown.sideways_bars import SidewaysBars, top_left
from app.ui.markdown.sights import Sights
from app.ui.markdown.style import TextStyle, text_style
from app.ui.markdown.table_copy import PageWithTables, TableButton, copy_table, table_at
from app.ui.markdown.written_table import WrittenTable
from app.ui.theme import tokens

FILL_MS = 12


class MarkdownBrowser(PageWithTables):
    """Shows Markdown. Links are never followed: a click emits `link_activated`. `reshaped` when the reader folded or
    wrapped something; `reveal_wanted(top, bottom)` asks for a stretch of the page to be seen.

    `show_text` for a finished message; `begin`, `push` … , `finish` for one that streams. `fit(width)` lays it out
    and returns its height; `resized` says that it changed by itself, `rewritten` that the letters did. `plain=True`
    shows text as typed, only code marked. Cost of the last paints: `take_paint_s`.
    """

    link_activated = Signal(str)
    resized = Signal()
    rewritten = Signal()
    reshaped = Signal()
    reveal_wanted = Signal(int, int)

    def __init__(
        self, parent: QWidget | None = None, *, px: int = BODY_PX, quiet: bool = False, plain: bool = False
    ) -> None:
        super().__init__(parent)
        self._px, self._quiet = px, quiet
        self._paint_s = 0.0
        self._tools = AllCardTools(self.viewport(), self._wrap, self._fold)
        self._bars = SidewaysBars(self)
        self._table_button: TableButton | None = None
        self._content = Content(self.document(), self._style(), plain=plain)
        self._content.formulas.changed.connect(self._on_formulas_changed)
        self.anchorClicked.connect(self._on_anchor_clicked)

    def set_ground(self, role: QPalette.ColorRole | None) -> None:
        """Fill the ground with a palette role (opaque, needed for cheap scrolling), or with nothing for None."""
        for widget in (self, self.viewport()):
            widget.setAutoFillBackground(role is not None)
            if role is not None:
                widget.setBackgroundRole(role)

    # ---- content

    @property
    def markdown_text(self) -> str:
        """The text as it was given."""
        return self._content.text

    @property
    def is_empty(self) -> bool:
        """Whether there is no text at all; cheap, however long the text is."""
        return self._content.is_empty

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

    def show_text(self, text: str) -> None:
        """Replace everything."""
        self._content.show(text)
        self._describe()
        if self._content.is_filling:
            QTimer.singleShot(FILL_MS, self, self._fill_more)

    def _fill_more(self) -> None:
        """Nothing when another text came meanwhile."""
        top, height, is_done = self._content.fill_more()
        if not height:
            return
        self._repaint(top, height)
        self.resized.emit()
        if is_done:
            self.rewritten.emit()
        else:
            QTimer.singleShot(FILL_MS, self, self._fill_more)

    def begin(self) -> None:
        """Empty the page and get ready to stream."""
        self._content.begin()

    def push(self, text: str, *, final: bool = False) -> None:
        """Add `text` at the end and repaint only from the first changed line down."""
        self._repaint(*self._content.push(text, final=final))

    def finish(self) -> None:
        """The text is complete."""
        self.push("", final=True)
        QTimer.singleShot(FILL_MS, self, self._mend_more)
        self.viewport().update()
        self._describe()

    def _mend_more(self) -> None:
        """Nothing unless a long table came whose last rows need other columns than the first."""
        changed = self._content.mend_more()
        if changed is not None:
            self._repaint(*changed)
            self.resized.emit()
            QTimer.singleShot(FILL_MS, self, self._mend_more)

    def _describe(self) -> None:
        """A formula is one sign of the text, which says nothing to the ear: its TeX is told beside."""
        if QAccessible.isActive() and OBJECT_SIGN in self.document().toPlainText():
            told = say(", ").join(span.tex.strip() for span in find_formulas(self.markdown_text))
            self.setAccessibleDescription(say("Formulas: {formulas}", formulas=told))

    def restyle(self) -> None:
        """Write everything again in today's theme."""
        changed = self._content.restyle(self._style())
        if changed is not None:
            self._repaint(*changed)

    def take_paint_s(self) -> float:
        """Seconds spent painting since the last call."""
        spent, self._paint_s = self._paint_s, 0.0
        return spent

    def _style(self) -> TextStyle:
        return text_style(tokens(), self._px, quiet=self._quiet)

    def _repaint(self, top: int, height: int) -> None:
        self.viewport().update(0, top, self.viewport().width(), height)

    # ---- size

    def fit(self, width: int) -> int:
        """Lay out for `width` and return the height needed."""
        if width != self.document().textWidth():
            self._content.fit_tables(width)
        self.set_width(width)
        return self.text_height()

    def text_height(self) -> int:
        """The height of the text at its present width."""
        return math.ceil(self.document().size().height())

    def ideal_width(self, limit: int) -> int:
        """The width the text would like, at most `limit`."""
        self.fit(limit)
        return min(limit, math.ceil(self.document().idealWidth()) + 1)

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

    def changeEvent(self, event: QEvent) -> None:
        """A new theme needs new formats."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_content"):
            fresh = self._style() is not self._content.style
            if fresh:
                self.restyle()

    def formula_at(self, place: QPoint) -> str:
        """The TeX of the formula at `place`, or nothing."""
        look = self.document().documentLayout().formatAt(QPointF(place) + QPointF(self.x_at(place), 0)).toCharFormat()
        wish = wish_of(look)
        return wish.tex if wish is not None else ""

    def _on_formulas_changed(self, top: int, bottom: int, moved: float) -> None:
        if self._content.formulas.lost and not self._content.streaming:
            self._content.show_again()
            self.rewritten.emit()
            top, bottom = 0, self.viewport().height()
        elif moved:
            bottom = self._move_below(bottom, moved)
        self._repaint(top, bottom - top)
        if moved:
            self.resized.emit()

    def _move_below(self, bottom: int, moved: float) -> int:
        """Copy the pixels of what lies below `bottom` to where it is now; up to where all must be painted instead."""
        page = self.viewport()
        has_buttons = any(button.y() + button.height() > bottom - moved for button in self.controls)
        if has_buttons or not moved.is_integer():
            return page.height()
        first = bottom - max(0, round(moved))
        page.scroll(0, round(moved), QRect(0, first, page.width(), page.height() - first))
        return bottom

    def _on_anchor_clicked(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString())
