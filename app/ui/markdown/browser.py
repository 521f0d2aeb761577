"""A read-only Markdown page exactly as tall as its text, which can grow while an answer streams into it."""

from __future__ import annotations

import math
import time
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QToolButton, QWidget

from app.core.words import say
from app.session.tex.spans import find_formulas
from app.ui.fonts import BODY_PX
from app.ui.formulas.drawing import OBJECT_SIGN, wish_of
from app.ui.markdown.code import CodeCard
from app.ui.markdown.code_buttons import CodeButtons
from app.ui.markdown.content import Content
from app.ui.markdown.copying import make_copy_menu, selection_data
from app.ui.markdown.decoration import paint_behind
from app.ui.markdown.style import TextStyle, text_style
from app.ui.markdown.table_copy import TableButton, copy_table, table_at
from app.ui.theme import tokens

FILL_MS = 12
_SCROLL_KEYS = frozenset((Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Down))


class MarkdownBrowser(QTextBrowser):
    """Shows Markdown. Links are never followed: a click emits `link_activated`.

    `show_text` for a finished message; `begin`, `push` … , `finish` for one that streams. `fit(width)` lays it out
    and returns its height; `resized` says that it changed by itself, `rewritten` that the letters did. `plain=True`
    shows text as typed, only code marked. Cost of the last paints: `take_paint_s`.
    """

    link_activated = Signal(str)
    resized = Signal()
    rewritten = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, px: int = BODY_PX, quiet: bool = False, plain: bool = False
    ) -> None:
        super().__init__(parent)
        self._px, self._quiet = px, quiet
        self._paint_s = 0.0
        self._buttons = CodeButtons(self.viewport())
        self._table_button: TableButton | None = None
        self._content = Content(self.document(), self._style(), plain=plain)
        self._content.formulas.changed.connect(self._on_formulas_changed)
        self._prepare()

    def _prepare(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_StaticContents)
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
        return self._buttons.in_order

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
        self.viewport().update()
        self._describe()

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
        self._set_width(width)
        return self.text_height()

    def text_height(self) -> int:
        """The height of the text at its present width."""
        return math.ceil(self.document().size().height())

    def ideal_width(self, limit: int) -> int:
        """The width the text would like, at most `limit`."""
        self._set_width(limit)
        return min(limit, math.ceil(self.document().idealWidth()) + 1)

    def _set_width(self, width: int) -> None:
        if self.width() != width:
            self.resize(width, self.height())
        if self.lineWrapColumnOrWidth() != width or self.document().textWidth() != width:
            self.setLineWrapColumnOrWidth(width)
        # Otherwise Qt lays the whole text out again when the page is shown, or only gets another height.
        if self.lineWrapMode() != QTextEdit.LineWrapMode.FixedPixelWidth:
            self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)

    def place_code_buttons(self) -> None:
        """Put one copy button on each card's head. Call after the layout has changed."""
        layout = self.document().documentLayout()
        self._buttons.place(self._content.cards, layout, streaming=self._content.streaming)

    # ---- events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cards and bars first, the text over them."""
        started = time.perf_counter()
        painter = QPainter(self.viewport())
        width = self.viewport().width()
        paint_behind(painter, self.document(), self._content.cards, event.rect(), width, tokens())
        painter.end()
        super().paintEvent(event)
        self._paint_s += time.perf_counter() - started

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

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The conversation scrolls, not the message."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll keys go to the conversation unless they extend a selection."""
        if event.key() in _SCROLL_KEYS and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keep the selection for the context menu, forget it otherwise, so that only one message shows one."""
        super().focusOutEvent(event)
        kept = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event.reason() not in kept and self.textCursor().hasSelection():
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy, copy the link, select all."""
        menu = make_copy_menu(self, self.anchorAt(event.pos()), self.formula_at(event.pos()))
        table = table_at(self, event.pos())
        if table is not None:
            menu.addAction(say("Copy table")).triggered.connect(lambda: copy_table(table))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing is ever loaded because of what a model wrote."""
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        """Clean text, and the rich text for word processors."""
        return selection_data(self.textCursor())

    def changeEvent(self, event: QEvent) -> None:
        """A new theme needs new formats."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_content"):
            fresh = self._style() is not self._content.style
            if fresh:
                self.restyle()

    def formula_at(self, place: QPoint) -> str:
        """The TeX of the formula at `place`, or nothing."""
        look = self.document().documentLayout().formatAt(QPointF(place)).toCharFormat()
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
        has_buttons = any(button.y() + button.height() > bottom - moved for button in self.code_buttons)
        if has_buttons or not moved.is_integer():
            return page.height()
        first = bottom - max(0, round(moved))
        page.scroll(0, round(moved), QRect(0, first, page.width(), page.height() - first))
        return bottom

    def _on_anchor_clicked(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString())
