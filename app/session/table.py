"""A results table: put together from what was read of each document, and pasted into a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from app.core.chat import Document
from app.core.citation import Citation
from app.core.run import Cell, PassResult, RunPlan, Table
from app.core.words import say
from app.session.passes import read_by

if TYPE_CHECKING:
    from app.cite.sources import Sources

_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_BAR = re.compile(r"(?<!\\)\|")
# What a spreadsheet would take for a formula; a number with a sign is none.
_FORMULA = re.compile(r"^[=+@\t\r]|^-(?![\d.,]+%?$)")


def table_of(plan: RunPlan, results: Sequence[PassResult], documents: Sequence[Document]) -> Table:
    """One row a document, in their order; what several passes say of one document stands together in its cell."""
    from app.cite.sources import Sources  # numpy with it, which no start of the program should wait for

    sources = Sources(tuple(documents))
    rows = []
    for number, document in enumerate(documents, 1):
        found = [entries_of(one.text) for one in results if _is_about(plan, one, number)]
        cells = (_cell([entry.get(column) for entry in found], number, sources) for column in plan.columns)
        rows.append((Cell(document.name), *cells))
    return Table((say("Document"), *plan.columns), tuple(rows))


def as_markdown(table: Table) -> str:
    """The table with page markers, as an answer shows it."""
    lines = [_row(table.columns), _row(["---"] * len(table.columns))]
    lines += [_row([_with_pages(cell) for cell in row]) for row in table.rows]
    return "\n".join(lines)


def as_answer(table: Table) -> str:
    """The table, and under it the words each value rests on: an answer whose quotations can be checked."""
    told = [as_markdown(table)]
    for row in table.rows:
        said = [
            f"- {row[0].text} · {column}: “{cell.quote}” {_pages(cell)}".rstrip()
            for column, cell in zip(table.columns[1:], row[1:], strict=True)
            if cell.quote
        ]
        if said:
            told.append("\n".join(said))
    return "\n\n".join(told)


def tables_in(answer: str, citations: Sequence[Citation] = ()) -> list[Table]:
    """The Markdown tables of an answer as values, page references taken out of the words and kept with their cell."""
    tables: list[Table] = []
    lines = list(_lines(answer))
    for at, (_, line) in enumerate(lines):
        if at and _RULE.match(line) and len(_cuts(line)) == len(_cuts(lines[at - 1][1])):
            rows = [_cells(start, text, citations) for start, text in itertools.takewhile(_is_row, lines[at + 1 :])]
            head = tuple(cell.text for cell in _cells(*lines[at - 1], citations))
            filled = (tuple((*row, *[Cell()] * len(head))[: len(head)]) for row in rows)
            tables.append(Table(head, tuple(filled)))
    return tables


def as_tsv(table: Table, *, pages: bool = False) -> str:
    """For the clipboard: a spreadsheet takes it as cells. With `pages` each value is followed by its page."""
    return "\n".join("\t".join(_flat(value) for value in line) for line in _plain(table, pages=pages)) + "\n"


def as_csv(table: Table, *, pages: bool = False) -> str:
    """For a file: UTF-8 with the mark at its beginning by which Excel knows it."""
    out = io.StringIO()
    lines = _plain(table, pages=pages)
    csv.writer(out, lineterminator="\r\n").writerows([_safe(value) for value in line] for line in lines)
    return "\ufeff" + out.getvalue()


def _plain(table: Table, *, pages: bool) -> Iterator[Sequence[str]]:
    yield table.columns
    for row in table.rows:
        yield [_with_pages(cell) if pages else cell.text for cell in row]


def _lines(answer: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in answer.splitlines(keepends=True):
        yield start, line.rstrip()
        start += len(line)


def _is_row(line: tuple[int, str]) -> bool:
    return "|" in line[1]


def _cuts(line: str) -> list[tuple[int, int]]:
    """Where the cells of a row begin and end."""
    bars = [found.start() for found in _BAR.finditer(line)]
    if not line.lstrip().startswith("|"):
        bars.insert(0, -1)
    if not line.endswith("|"):
        bars.append(len(line))
    return [(first + 1, last) for first, last in itertools.pairwise(bars)]


def _cells(start: int, line: str, citations: Sequence[Citation]) -> tuple[Cell, ...]:
    cells = []
    for first, last in _cuts(line):
        mine = [one for one in citations if start + first <= one.start and one.end <= start + last]
        text = line[first:last]
        for one in sorted(mine, key=lambda one: -one.start):
            if one.kind == "page":
                text = text[: one.start - start - first] + text[one.end - start - first :]
        words = " ".join(text.replace("\\|", "|").replace("**", "").split())
        cells.append(Cell(words, "", tuple(mine)))
    return tuple(cells)


def _flat(value: str) -> str:
    return _safe(" ".join(value.split()))


def _safe(value: str) -> str:
    """A document must not put a formula into somebody's spreadsheet."""
    return "'" + value if _FORMULA.match(value) else value


def _row(values: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(value.split()).replace("|", "\\|") for value in values) + " |"


def _with_pages(cell: Cell) -> str:
    pages = _pages(cell)
    return f"{cell.text} {pages}" if cell.text and pages else cell.text


def _pages(cell: Cell) -> str:
    """The marker of the page the value rests on: where its words stand, else the page that was named."""
    refs = [
        place for one in cell.citations for place in one.places if one.kind == "quote" or one.verdict != "elsewhere"
    ]
    if refs:
        return f"[D{refs[0].document} p.{refs[0].page}]"
    named = [one.text for one in cell.citations if one.kind == "page"]
    return named[0] if named else ""


def _is_about(plan: RunPlan, result: PassResult, number: int) -> bool:
    pieces = [piece for one in read_by(plan, result.number) for piece in one.pieces]
    return any(piece.document == number for piece in pieces)


def entries_of(text: str) -> dict[str, Any]:
    """What a pass filled in; nothing when it is no object after all (an answer that was cut off)."""
    try:
        found = json.loads(text[text.find("{") : text.rfind("}") + 1])
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _cell(entries: Sequence[Any], number: int, sources: Sources) -> Cell:
    """The values of all passes over the document, each once, with the first one's words."""
    from app.cite.check import check

    told = [_told(entry) for entry in entries]
    said = [one for one in told if one[0]]
    if not said:
        return Cell()
    _, quote, page = said[0]
    proof = f"“{quote}” [D{number} p.{page}]" if quote else f"[D{number} p.{page}]"
    citations = check(proof, sources) if page or quote else ()
    return Cell(" / ".join(dict.fromkeys(one[0] for one in said)), quote, citations)


def _told(entry: Any) -> tuple[str, str, int]:
    """Value, words and page of one entry, whatever form the model gave it."""
    if not isinstance(entry, dict):
        return (str(entry).strip() if isinstance(entry, str | int | float) else "", "", 0)
    page = entry.get("page", 0)
    value, quote = (str(entry.get(name) or "").strip() for name in ("value", "quote"))
    return value, " ".join(quote.replace("“", "").replace("”", "").split()), page if isinstance(page, int) else 0
