"""Jupyter notebooks: the cells in order, each with what it printed. Pictures and other media are left out."""

from __future__ import annotations

import json
import re
from typing import Any

from app.core.words import mark
from app.ingest.decoding import decode
from app.ingest.readers.web import to_markdown
from app.ingest.refusal import damaged
from app.ingest.source import Output, Source

PAGE_CHARACTERS = 6_000
OUTPUT_CHARACTERS = 20_000
OUTPUTS_CUT = mark("Long outputs in {name} were cut after {characters} characters each.")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def recognize(source: Source) -> str | None:
    """By its name, or by the two members that every notebook has."""
    if not source.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    is_one = b'"cells"' in source.head and b'"nbformat"' in source.data[-4096:]
    return "ipynb" if source.suffix == ".ipynb" or is_one else None


def read(source: Source, output: Output) -> None:
    notebook = _Notebook(source)
    pages = notebook.pages()
    output.begin("ipynb", len(pages))
    if notebook.was_cut:
        output.warn(OUTPUTS_CUT, characters=OUTPUT_CHARACTERS)
    for label, text in pages:
        output.page(text, label)


class _Notebook:
    """The parsed file. Anything in it may be of any type: what is not as it should be is passed over."""

    def __init__(self, source: Source) -> None:
        try:
            content = json.loads(decode(source.data).text)
        except ValueError as error:
            raise damaged(source.name) from error
        whole = _object(content)
        sheets = [whole, *map(_object, _list(whole.get("worksheets")))]  # format 3 keeps its cells in worksheets
        self._cells = [_object(cell) for sheet in sheets for cell in _list(sheet.get("cells"))]
        about = _object(whole.get("metadata"))
        spoken = _object(about.get("language_info")).get("name") or _object(about.get("kernelspec")).get("language")
        self._language = spoken if isinstance(spoken, str) else "python"
        self.was_cut = False

    def pages(self) -> list[tuple[str, str]]:
        """Cells gathered into pages of some thousand characters, as ("cells 1-4", text)."""
        pages: list[tuple[int, int, str]] = []
        for number, cell in enumerate(self._cells, 1):
            text = self._cell(number, cell)
            if not text:
                continue
            if pages and len(pages[-1][2]) + len(text) <= PAGE_CHARACTERS:
                pages[-1] = (pages[-1][0], number, f"{pages[-1][2]}\n\n{text}")
            else:
                pages.append((number, number, text))
        named = [(f"cells {first}-{last}" if last > first else f"cell {first}", text) for first, last, text in pages]
        return named or [("", "")]

    def _cell(self, number: int, cell: dict[str, Any]) -> str:
        text = _text(cell.get("source", cell.get("input"))).strip("\n")
        if cell.get("cell_type") != "code":
            return text
        said = [part for part in map(self._output, map(_object, _list(cell.get("outputs")))) if part]
        code = [f"[cell {number}]\n```{self._language}\n{text}\n```"] if text or said else []
        return "\n".join([*code, *(f"Output:\n{part}" for part in said)])

    def _output(self, output: dict[str, Any]) -> str:
        data = _object(output.get("data")) or output
        if table := _text(data.get("text/html")):
            text = to_markdown(table)[0]
        elif written := _text(data.get("text/markdown")):
            text = written
        else:
            plain = _text(output.get("text")) or _text(data.get("text/plain"))
            text = plain or "\n".join(_text(line) for line in _list(output.get("traceback")))
            text = f"```\n{_COLOUR.sub('', text).rstrip()}\n```" if text.strip() else ""
        if len(text) > OUTPUT_CHARACTERS:
            self.was_cut = True
            text = text[:OUTPUT_CHARACTERS] + " …"
        return text


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Text is stored whole or line by line."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
