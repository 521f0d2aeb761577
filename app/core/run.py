"""A question over more pages than one context holds, in fixed passes whose results are kept one by one."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.core.chat import AnswerState, Timing, Usage
from app.core.citation import Citation
from app.core.params import Sampling

RunKind = Literal["cover", "table"]
RunState = Literal["running", "complete"]


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """Pages of one document (D1 is 1) in the order they are read. Of a page that is too long for one pass only the
    characters `start` to `end`; `end` 0 is the whole page.
    """

    document: int
    pages: tuple[int, ...]
    start: int = 0
    end: int = 0


class Pass(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is read at once: pieces of documents, or, in a pass that condenses, the results of the passes `notes`.

    One with neither was given up for two that read the same pages `again`, because there was too much to note.
    """

    pieces: tuple[Piece, ...] = ()
    notes: tuple[int, ...] = ()
    again: bool = False


class RunPlan(msgspec.Struct, frozen=True):
    """A run as it was decided at its beginning. `columns` are those of a table, one row a document."""

    kind: RunKind
    question: str
    passes: tuple[Pass, ...] = ()
    columns: tuple[str, ...] = ()
    thinking: bool = True


class PassMade(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one pass was made with, so that it can be made again: the hash of its prompt, its sampling with the seed,
    how many tokens its pages could take, and how many passes there were to be by then. `asked_at` in Unix seconds."""

    prompt_sha256: str = ""
    sampling: Sampling = Sampling()
    budget_tokens: int = 0
    passes: int = 0
    asked_at: float = 0.0


class PassResult(msgspec.Struct, frozen=True):
    """What one pass gave. `text` cites pages as an answer does; its citations are checked as an answer's are."""

    number: int
    text: str
    pages: int = 0
    tokens: int = 0
    state: AnswerState = "complete"
    usage: Usage = Usage()
    timing: Timing = Timing()
    citations: tuple[Citation, ...] = ()
    made: PassMade = PassMade()


class Cell(msgspec.Struct, frozen=True):
    """One value of a results table, with the quotation it rests on and what the source says about it."""

    text: str = ""
    quote: str = ""
    citations: tuple[Citation, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """Rows of cells under `columns`; the first column names the document or the point compared."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
