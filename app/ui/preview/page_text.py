"""The text of one page exactly as the model is given it, with what is wrong said above and a passage lit."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from app.core.chat import Document, Page
from app.core.counts import tokens_words
from app.core.words import say
from app.ui.fonts import figure_font, mono_font, ui_font
from app.ui.preview.leaf import flag_role, flag_sentence
from app.ui.preview.warnings import Warnings
from app.ui.theme import theme, tokens
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel, make_label, set_role

TEXT_PX, LINE_PERCENT, AIRY_CHARS = 14, 135, 40_000
_PROSE = ("pdf", "docx", "doc", "html", "epub", "markdown", "rtf", "odt", "pptx", "ppt", "odp", "eml", "msg", "mbox")
_PROSE_ENDINGS = (".txt", ".text", ".md", ".log", "")


class PageText(QWidget):
    """`before` and `after` turn the page. The text can be selected and copied, never changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.name.setFont(ui_font(14, QFont.Weight.DemiBold))
        self.facts = make_label("", "quiet", wrap=False)
        self.facts.setFont(figure_font(12))
        self.before, self.after = IconButton("chevron-up", ""), IconButton("chevron-down", "")
        self.before.set_name(say("Page before"))
        self.after.set_name(say("Next page"))
        self.flaw, self.warnings = make_label(""), Warnings()
        self.text = QTextEdit()
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName(say("What the model is given of this page"))
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAcceptRichText(False)
        self.text.document().setDocumentMargin(0)
        self._marker_chars, self._lit = 0, (0, 0)
        self._lay_out()
        theme().changed.connect(self._light)

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self.name)
        names.addWidget(self.facts)
        head = QHBoxLayout()
        head.addLayout(names, 1)
        head.addWidget(self.before)
        head.addWidget(self.after)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 8, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.warnings)
        column.addWidget(self.flaw)
        column.addWidget(self.text, 1)

    def show_page(self, document: Document, page: Page, marker: str, lit: tuple[int, int]) -> None:
        """Show a page, the passage from `lit[0]` to `lit[1]` in view; (0, 0) lights nothing."""
        self.name.setText(document.name)
        self.name.setAccessibleName(document.name)
        self.facts.setText(_facts(document, page))
        self.warnings.show_lines(document.warnings)
        self.flaw.setText(flag_sentence(page.flag))
        self.flaw.setVisible(bool(page.flag))
        set_role(self.flaw, flag_role(page.flag))
        numbers = document.pages
        self.before.setEnabled(bool(numbers) and page.number != numbers[0].number)
        self.after.setEnabled(bool(numbers) and page.number != numbers[-1].number)
        self._set_text(document, page, marker)
        self._lit = lit
        self._light()
        self._go_to(lit)

    def show_nothing(self, words: str) -> None:
        """No page; why."""
        self.name.setText("")
        self.facts.setText("")
        for widget in (self.warnings, self.flaw):
            widget.hide()
        self._marker_chars, self._lit = 0, (0, 0)
        self.text.setPlainText(words)
        self.before.setEnabled(False)
        self.after.setEnabled(False)
        self._light()

    def _set_text(self, document: Document, page: Page, marker: str) -> None:
        prose = _is_prose(document)
        self.text.setFont(ui_font(TEXT_PX) if prose else mono_font(12))
        wrap = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if prose else QTextOption.WrapMode.NoWrap
        self.text.setWordWrapMode(wrap)
        self._marker_chars = len(marker) + 1 if marker else 0
        self._fill(f"{marker}\n{page.text}" if marker else page.text)

    def _fill(self, text: str) -> None:
        """Airy lines, but not for a page so long that they would be felt."""
        self.text.setPlainText(text)
        if len(text) < AIRY_CHARS:
            airy = QTextBlockFormat()
            airy.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor = QTextCursor(self.text.document())
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.mergeBlockFormat(airy)

    def _light(self) -> None:
        """The marker in quiet words, the passage on the selection's ground."""
        marks = []
        if self._marker_chars:
            quiet = QTextCharFormat()
            quiet.setForeground(QColor(tokens().quiet))
            marks.append(self._mark(0, self._marker_chars - 1, quiet))
        start, end = self._lit
        if end > start:
            light = QTextCharFormat()
            light.setBackground(QColor(tokens().selection))
            marks.append(self._mark(self._marker_chars + start, self._marker_chars + end, light))
        self.text.setExtraSelections(marks)

    def _mark(self, start: int, end: int, form: QTextCharFormat) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        mark.cursor, mark.format = self._cursor(start, end), form
        return mark

    def _cursor(self, start: int, end: int) -> QTextCursor:
        """Characters as Qt counts them: in units of UTF-16."""
        text = self.text.toPlainText()
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(_units(text, start))
        cursor.setPosition(_units(text, end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _go_to(self, lit: tuple[int, int]) -> None:
        if lit[1] > lit[0]:
            cursor = self._cursor(self._marker_chars + lit[0], self._marker_chars + lit[0])
            self.text.setTextCursor(cursor)
            middle = self.text.cursorRect().center().y() - self.text.viewport().height() // 3
            bar = self.text.verticalScrollBar()
            bar.setValue(bar.value() + middle)


def _is_prose(document: Document) -> bool:
    """Whether the lines may be broken; code and tables stand in columns."""
    return document.kind in _PROSE or (document.kind == "text" and PurePath(document.name).suffix in _PROSE_ENDINGS)


def _units(text: str, chars: int) -> int:
    return len(text[:chars].encode("utf-16-le", "surrogatepass")) // 2


def _facts(document: Document, page: Page) -> str:
    """ "Page 3 of 12 · iv · 412 tokens"."""
    parts = [say("Page {number} of {total}", number=f"{page.number:,}", total=f"{len(document.pages):,}")]
    parts += [page.label] if page.label else []
    parts.append(tokens_words(page.tokens))
    if document.chosen is not None and page.number not in document.chosen:
        parts.append(say("left out"))
    return " · ".join(parts)
