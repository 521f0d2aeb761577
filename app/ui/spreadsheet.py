"""The tables of an answer on their way out: cells on the clipboard, a CSV file on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.citation import Citation
from app.core.files import write_durably
from app.core.run import Table
from app.core.words import say
from app.session.table import as_csv, as_tsv, tables_in
from app.ui.chat.drags import table_data


def copy_tables(answer: str, citations: Sequence[Citation]) -> bool:
    """As tab-separated text and as HTML: spreadsheets and word processors take the one they like."""
    tables = tables_in(answer, citations)
    if not tables:
        return False
    data = QMimeData()
    data.setText("\n".join(as_tsv(table, pages=True) for table in tables))
    data.setHtml("\n".join(as_html(table) for table in tables))
    QGuiApplication.clipboard().setMimeData(data)
    return True


def dragged_tables(answer: str) -> QMimeData | None:
    """The same on its way by mouse, and as a file; None when there is no table."""
    tables = tables_in(answer, ())
    if not tables:
        return None
    tsv = "\n".join(as_tsv(table, pages=True) for table in tables)
    return table_data(_csv(tables), tsv, "\n".join(as_html(table) for table in tables))


def save_tables(parent: QWidget, answer: str, citations: Sequence[Citation]) -> Path | None:
    """Ask where to, and write; the file, or None. Several tables stand in one file, an empty line between them.

    Raises CarrelError when it cannot be written.
    """
    tables = tables_in(answer, citations)
    name, _ = QFileDialog.getSaveFileName(parent, say("Save the table"), "table.csv", "CSV (*.csv)")
    if not tables or not name:
        return None
    file = Path(name)
    write_durably(file, _csv(tables).encode())
    return file


def _csv(tables: Sequence[Table]) -> str:
    texts = [as_csv(table, pages=True) for table in tables]
    return "\r\n".join([texts[0], *(text.removeprefix("\ufeff") for text in texts[1:])])


def as_html(table: Table) -> str:
    """A plain HTML table of the same cells as the tab-separated text."""
    rows = [line.split("\t") for line in as_tsv(table, pages=True).rstrip("\n").split("\n")]
    lines = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        lines.append("<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>")
    return "<table>" + "".join(lines) + "</table>"
