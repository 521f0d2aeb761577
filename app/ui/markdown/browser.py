"""A read-only Markdown page exactly as tall as its text, which can grow while an answer streams into it."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRect, QTimer, QUrl, Signal
from PySide6.QtGui import QAccessible, QPalette, QTextBlockFormat
from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.session.tex.spans import find_formulas
from app.ui.fonts import BODY_PX
from app.ui.formulas.drawing import OBJECT_SIGN
from app.ui.markdown.block_page import BlockPage
from app.ui.markdown.style import TextStyle, text_style
from app.ui.theme import tokens

FILL_MS = 12
FEET_PX = 2
"""How far the lower figures of a formula reach below a line that is no higher for them."""


class MarkdownBrowser(BlockPage):
    """Shows Markdown. Links are never followed: a click emits `link_activated`.

    `show_text` for a finished message; `begin`, `push` … , `finish` for one that streams. `fit(width)` lays it out
    and returns its height; `resized` says that it changed by itself, `rewritten` that the letters did. `plain=True`
    shows text as typed, only code marked.
    """

    link_activated = Signal(str)
    resized = Signal()
    rewritten = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, px: int = BODY_PX, quiet: bool = False, plain: bool = False
    ) -> None:
        super().__init__(parent, text_style(tokens(), px, quiet=quiet), plain=plain)
        self._px, self._quiet = px, quiet
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
        """The height of the text at its present width, with what hangs below its last line."""
        return math.ceil(self.document().size().height()) + (FEET_PX if self._has_feet() else 0)

    def _has_feet(self) -> bool:
        last = self.document().lastBlock()
        is_fixed = last.blockFormat().lineHeightType() == QTextBlockFormat.LineHeightTypes.FixedHeight.value
        return is_fixed and OBJECT_SIGN in last.text()

    def ideal_width(self, limit: int) -> int:
        """The width the text would like, at most `limit`."""
        self.fit(limit)
        return min(limit, math.ceil(self.document().idealWidth()) + 1)

    # ---- events

    def changeEvent(self, event: QEvent) -> None:
        """A new theme needs new formats."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_content"):
            fresh = self._style() is not self._content.style
            if fresh:
                self.restyle()

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
