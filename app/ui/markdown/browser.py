"""A read-only Markdown page exactly as tall as its text, which can grow while an answer streams into it."""

from __future__ import annotations

import math
import time
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser, QToolButton, QWidget

from app.core.words import say
from app.ui.fonts import BODY_PX
from app.ui.markdown.code import HEAD_PX, CodeCard
from app.ui.markdown.copying import read_selection
from app.ui.markdown.decoration import card_rect, paint_behind
from app.ui.markdown.renderer import DocRenderer
from app.ui.markdown.splitter import StreamSplitter
from app.ui.markdown.style import TextStyle, text_style
from app.ui.theme import tokens

_SCROLL_KEYS = frozenset((Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Down))
COPIED_MS = 1500


class MarkdownBrowser(QTextBrowser):
    """Shows Markdown. Links are never followed: a click emits `link_activated`.

    `show_text` for a finished message; `begin`, `push` … , `finish` for one that streams. `fit(width)` lays it out
    and returns its height. `plain=True` shows text as typed, only code marked. Cost of the last paints: `take_paint_s`.
    """

    link_activated = Signal(str)

    def __init__(
        self, parent: QWidget | None = None, *, px: int = BODY_PX, quiet: bool = False, plain: bool = False
    ) -> None:
        super().__init__(parent)
        self._px, self._quiet, self._plain = px, quiet, plain
        self._source: list[str] = []
        self._splitter: StreamSplitter | None = None
        self._paint_s = 0.0
        self._buttons: list[CodeButton] = []
        self._buttons_width = 0
        self._renderer = DocRenderer(self.document(), self._style())
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
        return "".join(self._source)

    @property
    def is_empty(self) -> bool:
        """Whether there is no text at all; cheap, however long the text is."""
        return not any(self._source)

    @property
    def cards(self) -> list[CodeCard]:
        """The code cards, from top to bottom."""
        return self._renderer.cards

    @property
    def code_buttons(self) -> list[QToolButton]:
        """The cards' copy buttons, in reading order."""
        return list(self._buttons)

    def show_text(self, text: str) -> None:
        """Replace everything."""
        self._source, self._splitter = [text], None
        if self._plain:
            self._renderer.render_plain(text)
        else:
            self._renderer.render(text)

    def begin(self) -> None:
        """Empty the page and get ready to stream."""
        self.show_text("")
        self._source, self._splitter = [], StreamSplitter()

    def push(self, text: str, *, final: bool = False) -> None:
        """Add `text` at the end and repaint only from the first changed line down."""
        if self._splitter is None:
            self.begin()
        assert self._splitter is not None
        self._source.append(text)
        self._splitter.feed(text)
        self._edit(self._splitter, final=final)
        if final:
            self._splitter = None

    def finish(self) -> None:
        """The text is complete."""
        self.push("", final=True)
        self.viewport().update()

    def restyle(self) -> None:
        """Write everything again in today's theme."""
        self._renderer = DocRenderer(self.document(), self._style())
        streaming, text = self._splitter is not None, self.markdown_text
        if not streaming:
            self.show_text(text)
            return
        self.begin()
        self.push(text)

    def take_paint_s(self) -> float:
        """Seconds spent painting since the last call."""
        spent, self._paint_s = self._paint_s, 0.0
        return spent

    def _style(self) -> TextStyle:
        return text_style(tokens(), self._px, quiet=self._quiet)

    def _edit(self, splitter: StreamSplitter, *, final: bool) -> None:
        """QTextDocumentLayout would repaint from its last check point, up to the whole view; we know better."""
        layout = self.document().documentLayout()
        position = self._renderer.first_changing_position
        table = self._renderer.open_table_top
        layout.blockSignals(True)
        try:
            self._renderer.apply(splitter.take_steps(final=final))
            height = self.document().size().height()
        finally:
            layout.blockSignals(False)
        top = self._top_of(position if table is None else min(position, table))
        page = self.viewport()
        page.update(0, max(0, top - 2), page.width(), math.ceil(height) + 40 - top)

    def _top_of(self, position: int) -> int:
        document = self.document()
        layout = document.documentLayout()
        block = document.findBlock(min(position, document.characterCount() - 1))
        top = layout.blockBoundingRect(block).top()
        for card in self._renderer.cards[-2:]:
            if card.position >= position:
                top = min(top, layout.frameBoundingRect(card.frame).top())
        if self._renderer.open_table_top is not None:
            first = document.findBlock(self._renderer.open_table_top)
            top = min(top, layout.blockBoundingRect(first).top() - 16)
        return int(top)

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
        """The widget first: QTextEdit lays its text out again for the width it has itself."""
        if self.width() != width:
            self.resize(width, self.height())
        if self.document().textWidth() != width:
            self.document().setTextWidth(width)

    def place_code_buttons(self) -> None:
        """Put one copy button on each card's head. Call after the layout has changed.

        While text streams in at the same width, only the last two cards can have moved.
        """
        cards = self._renderer.cards
        width = self.viewport().width()
        settled = len(self._buttons) - 2 if self._splitter is not None and width == self._buttons_width else 0
        self._buttons_width = width
        while len(self._buttons) > len(cards):
            self._buttons.pop().deleteLater()
        while len(self._buttons) < len(cards):
            self._buttons.append(CodeButton(self))
        layout = self.document().documentLayout()
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

    # ---- events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cards and bars first, the text over them."""
        started = time.perf_counter()
        painter = QPainter(self.viewport())
        width = self.viewport().width()
        paint_behind(painter, self.document(), self._renderer.cards, event.rect(), width, tokens())
        painter.end()
        super().paintEvent(event)
        self._paint_s += time.perf_counter() - started

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
        menu = QMenu(self)
        copy = menu.addAction(say("Copy"))
        copy.setEnabled(self.textCursor().hasSelection())
        copy.triggered.connect(self.copy)
        link = self.anchorAt(event.pos())
        if link:
            menu.addAction(say("Copy link")).triggered.connect(lambda: QGuiApplication.clipboard().setText(link))
        menu.addAction(say("Select all")).triggered.connect(self.selectAll)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing is ever loaded because of what a model wrote."""
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        """Clean text, and the rich text for word processors."""
        data = QMimeData()
        data.setText(read_selection(self.textCursor()))
        data.setHtml(self.textCursor().selection().toHtml())
        return data

    def changeEvent(self, event: QEvent) -> None:
        """A new theme needs new formats."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_renderer"):
            fresh = self._style() is not self._renderer.style
            if fresh:
                self.restyle()

    def _on_anchor_clicked(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString())


class CodeButton(QToolButton):
    """ "Copy" on a code card's head; says "Copied" for a moment."""

    def __init__(self, browser: MarkdownBrowser) -> None:
        super().__init__(browser.viewport())
        self._card: CodeCard | None = None
        self.setProperty("kind", "text")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setText(say("Copy"))
        self.clicked.connect(self._on_clicked)

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
