"""The Markdown a page holds: given whole, or growing at its end while only what changes is painted again."""

from __future__ import annotations

import math

from PySide6.QtGui import QTextBlock, QTextDocument

from app.core.words import say
from app.ui.formulas.drawing import FORMULA_OBJECT, FormulaPainter
from app.ui.markdown.code import CodeCard
from app.ui.markdown.renderer import DocRenderer
from app.ui.markdown.sights import Sights
from app.ui.markdown.splitter import StreamSplitter
from app.ui.markdown.style import TextStyle
from app.ui.markdown.written_table import WrittenTable

AT_ONCE = 16_000
"""A longer text is written in pieces, each of which takes a few hundredths of a second."""
A_PIECE = 3_000
LONGEST_PLAIN = 40_000
LONGEST_SHOWN = 200_000


def shortened(text: str, longest: int) -> str:
    """What is shown of a text; copying the message gives all of it."""
    if len(text) <= longest:
        return text
    count = len(text) - longest
    return f"{text[:longest]}…\n{say('{count} more characters are not shown here.', count=f'{count:,}')}"


class Content:
    """What `document` shows, and the text it was made from. Knows no widget: `push` says what to paint again."""

    def __init__(self, document: QTextDocument, style: TextStyle, *, plain: bool) -> None:
        self._document, self._plain = document, plain
        self._source: list[str] = []
        self._unwritten = ""
        self._splitter: StreamSplitter | None = None
        self._sights = Sights()
        self._renderer = DocRenderer(document, style, self._sights)
        self.formulas = FormulaPainter(document)
        document.documentLayout().registerHandler(FORMULA_OBJECT, self.formulas)

    def use_sights(self, sights: Sights) -> None:
        """How the reader looked at this text before; to be told before there is any."""
        self._sights = sights
        self._renderer = DocRenderer(self._document, self.style, sights)

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

    @property
    def tables(self) -> list[WrittenTable]:
        """The tables, from top to bottom."""
        return self._renderer.tables

    @property
    def is_filling(self) -> bool:
        """Whether a long text is still being written; `fill_more` goes on with it."""
        return self._unwritten != ""

    def show(self, text: str) -> None:
        """Replace everything. A very long text is only begun, so that nobody waits for it."""
        self._source, self._splitter, self._unwritten = [text], None, ""
        self._renderer.fold_long_code(True)
        if self._plain:
            self._renderer.render_plain(shortened(text, LONGEST_PLAIN))
        elif len(text) <= AT_ONCE:
            self._renderer.render(text)
        else:
            self._renderer.render("")
            self._splitter, self._unwritten = StreamSplitter(), shortened(text, LONGEST_SHOWN)
            self._fill(AT_ONCE)

    def fill_more(self) -> tuple[int, int, bool]:
        """Write the next piece of a long text; top and height of what has to be painted again, and whether it ended.

        The height is 0 when there is nothing left to write.
        """
        if not self.is_filling:
            return 0, 0, True
        top, height = self._fill(A_PIECE)
        return top, max(1, height), not self.is_filling

    def _fill(self, length: int) -> tuple[int, int]:
        if self._splitter is None:
            return 0, 0
        changed = 0, 0
        for _ in range(0, length, A_PIECE):  # no more at once, for a parser may take the square of it
            piece, self._unwritten = self._unwritten[:A_PIECE], self._unwritten[A_PIECE:]
            self._splitter.feed(piece)
            changed = self._edit(self._splitter, final=not self._unwritten)
        if not self._unwritten:
            self._splitter = None
        return changed

    def mend_more(self) -> tuple[int, int] | None:
        """Give a piece of a long table its columns; what has to be painted again, None when all is well."""
        layout = self._document.documentLayout()
        layout.blockSignals(True)
        try:
            place = self._renderer.mend()
            height = self._document.size().height()
        finally:
            layout.blockSignals(False)
        if place is None:
            return None
        top = int(layout.blockBoundingRect(self._document.findBlock(place)).top()) - 16
        return max(0, top), math.ceil(height) - top

    def fit_tables(self, width: float) -> None:
        """The columns of the tables for a page so wide."""
        for table in self._renderer.tables:
            table.fit(width)

    def begin(self) -> None:
        """Empty the document and get ready to stream."""
        self.show("")
        self._renderer.fold_long_code(False)
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
        self._renderer = DocRenderer(self._document, style, self._sights)
        streaming, text = self.streaming and not self.is_filling, self.text
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
        top = layout.blockBoundingRect(block).top() + _line_before(block, position)
        for card in self._renderer.cards[-2:]:
            if card.position >= position:
                top = min(top, layout.frameBoundingRect(card.frame).top())
        if self._renderer.open_table_top is not None:
            first = document.findBlock(self._renderer.open_table_top)
            top = min(top, layout.blockBoundingRect(first).top() - 16)
        return int(top)


def _line_before(block: QTextBlock, position: int) -> float:
    """Where in `block` the line above that of `position` begins: the word there may have gone to the next line."""
    lines = block.layout()
    line = lines.lineForTextPosition(position - block.position())
    return lines.lineAt(max(0, line.lineNumber() - 1)).y() if line.isValid() else 0.0
