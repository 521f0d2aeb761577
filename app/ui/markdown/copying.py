"""Copying from a page: the text as a person would type it, with list marks, tabs between cells and TeX kept."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QMimeData
from PySide6.QtGui import (
    QGuiApplication,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
    QTextList,
    QTextTable,
)
from PySide6.QtWidgets import QMenu, QTextBrowser

from app.core.words import say
from app.ui.formulas.drawing import OBJECT_SIGN, wish_of
from app.ui.markdown.inlines import LINE_BREAK, THIN_SPACE
from app.ui.markdown.long_words import joined
from app.ui.markdown.references import broken
from app.ui.markdown.style import PROPERTY_CODE, PROPERTY_TASK, PROPERTY_TEX

T = TypeVar("T")


def make_copy_menu(page: QTextBrowser, link: str, tex: str = "") -> QMenu:
    """What a right click on `page` offers; `link` and `tex` are the address and formula under the mouse, or empty."""
    menu = QMenu(page)
    copy = menu.addAction(say("Copy"))
    copy.setEnabled(page.textCursor().hasSelection())
    copy.triggered.connect(page.copy)
    if link:
        menu.addAction(say("Copy link")).triggered.connect(lambda: QGuiApplication.clipboard().setText(link))
    if tex:
        menu.addAction(say("Copy as LaTeX")).triggered.connect(lambda: QGuiApplication.clipboard().setText(tex))
    menu.addAction(say("Select all")).triggered.connect(page.selectAll)
    return menu


def selection_data(cursor: QTextCursor) -> QMimeData:
    """The selected text of `cursor`: clean, and rich for word processors."""
    data = QMimeData()
    data.setText(read_selection(cursor))
    data.setHtml(_read_html(cursor))
    return data


def _read_html(cursor: QTextCursor) -> str:
    """The selection as HTML, formulas in it as TeX."""
    fragment = cursor.selection()
    if OBJECT_SIGN not in cursor.selectedText():
        return fragment.toHtml()
    copy = QTextDocument()
    QTextCursor(copy).insertFragment(fragment)
    found = copy.find(OBJECT_SIGN)
    while not found.isNull():
        wish = wish_of(found.charFormat())
        found.insertText(f"${wish.tex}$" if wish else "", QTextCharFormat())
        found = copy.find(OBJECT_SIGN)
    return copy.toHtml()


def read_selection(cursor: QTextCursor) -> str:
    """The selected text of `cursor`, clean."""
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    document = cursor.document()
    block = document.findBlock(start)
    lines: list[str] = []
    last_row: tuple[int, int] | None = None
    while block.isValid() and block.position() <= end:
        text = _read_block(block, start, end)
        row = _table_row(block)
        if row is not None and row == last_row:
            lines[-1] += "\t" + text
        elif text or not _is_spacer(block):
            lines.append(text)
        last_row = row
        block = block.next()
    return broken(joined("\n".join(lines).strip("\n")))


def _read_block(block: QTextBlock, start: int, end: int) -> str:
    pieces: list[str] = []
    walk = block.begin()
    while not walk.atEnd():
        pieces.append(_read_fragment(walk.fragment(), start, end))
        walk += 1
    text = "".join(pieces).replace(LINE_BREAK, "\n")
    return _mark_of(block) + text if start <= block.position() and (text or _list_of(block) is not None) else text


def _read_fragment(fragment: QTextFragment, start: int, end: int) -> str:
    first, look = fragment.position(), fragment.charFormat()
    whole = fragment.text()
    # Qt counts UTF-16 units, Python code points.
    units = whole.encode("utf-16-le")
    cut = units[2 * max(0, start - first) : 2 * max(0, end - first)]
    text = cut.decode("utf-16-le", errors="ignore")
    wish = wish_of(look)
    if wish is not None:
        return text.replace(OBJECT_SIGN, f"$$\n{wish.tex}\n$$" if wish.display else f"${wish.tex}$")
    if look.hasProperty(PROPERTY_TASK):
        return ("[x]" if look.intProperty(PROPERTY_TASK) else "[ ]") if text else ""
    if look.hasProperty(PROPERTY_CODE):
        return text.replace(THIN_SPACE, "")
    if look.stringProperty(PROPERTY_TEX) == "block" and text == whole:
        return f"$$\n{text}\n$$"
    return text


def _mark_of(block: QTextBlock) -> str:
    held = _list_of(block)
    indent = "  " * max(0, (held.format() if held is not None else block.blockFormat()).indent() - 1)
    if held is not None:
        number = held.itemText(block)
        return f"{indent}{number if number[:1].isdigit() else '-'} "
    quote = block.blockFormat().intProperty(QTextFormat.Property.BlockQuoteLevel)
    return "> " * quote


def _table_row(block: QTextBlock) -> tuple[int, int] | None:
    table: QTextTable | None = _maybe(QTextCursor(block).currentTable())
    if table is None:
        return None
    return table.firstPosition(), table.cellAt(block.position()).row()


def _list_of(block: QTextBlock) -> QTextList | None:
    return _maybe(block.textList())


def _maybe(thing: T) -> T | None:
    """PySide's stubs leave out that these may be None."""
    return thing


def _is_spacer(block: QTextBlock) -> bool:
    """The empty blocks around frames carry no text of the answer."""
    return block.length() <= 1 and block.blockFormat().lineHeight() <= 1
