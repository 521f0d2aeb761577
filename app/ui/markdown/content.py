"""The Markdown a page holds: given whole, or growing at its end while only what changes is painted again."""

from __future__ import annotations

import math

from PySide6.QtGui import QTextDocument

from app.ui.formulas.drawing import FORMULA_OBJECT, FormulaPainter
from app.ui.markdown.code import CodeCard
from app.ui.markdown.renderer import DocRenderer
from app.ui.markdown.splitter import StreamSplitter
from app.ui.markdown.style import TextStyle


class Content:
    """What `document` shows, and the text it was made from. Knows no widget: `push` says what to paint again."""

    def __init__(self, document: QTextDocument, style: TextStyle, *, plain: bool) -> None:
        self._document, self._plain = document, plain
        self._source: list[str] = []
        self._splitter: StreamSplitter | None = None
        self._renderer = DocRenderer(document, style)
        self.formulas = FormulaPainter(document)
        document.documentLayout().registerHandler(FORMULA_OBJECT, self.formulas)

    @property
    def text(self) -> str:
        """The text as it was given."""
        return "".join(self._source)

    @property
    def is_empty(self) -> bool:
        """Whether there is no text at all; cheap, however long the text is."""
        return not any(self._source)

    @property
    def streaming(self) -> bool:
        """Whether more text may come."""
        return self._splitter is not None

    @property
    def style(self) -> TextStyle:
        """What it is written in."""
        return self._renderer.style

    @property
    def cards(self) -> list[CodeCard]:
        """The code cards, from top to bottom."""
        return self._renderer.cards

    def show(self, text: str) -> None:
        """Replace everything."""
        self._source, self._splitter = [text], None
        if self._plain:
            self._renderer.render_plain(text)
        else:
            self._renderer.render(text)

    def begin(self) -> None:
        """Empty the document and get ready to stream."""
        self.show("")
        self._source, self._splitter = [], StreamSplitter()

    def push(self, text: str, *, final: bool) -> tuple[int, int]:
        """Add `text` at the end; the top and height, in pixels, of what has to be painted again."""
        if self._splitter is None:
            self.begin()
        assert self._splitter is not None
        self._source.append(text)
        self._splitter.feed(text)
        changed = self._edit(self._splitter, final=final)
        if final:
            self._splitter = None
            if self.formulas.lost:
                self.show_again()
        return changed

    def show_again(self) -> None:
        """Write everything anew, since a formula turned out to be better read as it was written."""
        self.formulas.lost = False
        if not self.streaming:
            self.show(self.text)

    def restyle(self, style: TextStyle) -> tuple[int, int] | None:
        """Write everything again in `style`; what `push` says if it was streaming."""
        self._renderer = DocRenderer(self._document, style)
        streaming, text = self.streaming, self.text
        if not streaming:
            self.show(text)
            return None
        self.begin()
        return self.push(text, final=False)

    def _edit(self, splitter: StreamSplitter, *, final: bool) -> tuple[int, int]:
        """QTextDocumentLayout would repaint from its last check point, up to the whole view; we know better."""
        layout, steps = self._document.documentLayout(), splitter.take_steps(final=final)
        if not steps:
            return 0, 0
        position = self._renderer.first_changing_position
        table = self._renderer.open_table_top
        layout.blockSignals(True)
        try:
            self._renderer.apply(steps)
            height = self._document.size().height()
        finally:
            layout.blockSignals(False)
        # A row that came moves only those of its own piece; a table that is complete is written anew.
        grew = table is not None and self._renderer.open_table_top is not None
        top = self._top_of(table if grew and table is not None else position)
        return max(0, top - 2), math.ceil(height) + 40 - top

    def _top_of(self, position: int) -> int:
        document = self._document
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
