"""What the splitter tells the renderer to do, in order. Plain values; no Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Commit:
    """Finished blocks: write them for good. `first_number` continues an ordered list begun earlier."""

    tokens: Sequence[Token]
    first_number: int | None = None


@dataclass(frozen=True, slots=True)
class Tail:
    """The open end: replaces what the last `Tail` wrote."""

    tokens: Sequence[Token]
    first_number: int | None = None


@dataclass(frozen=True, slots=True)
class Freeze:
    """The beginning of a long open paragraph: stays until the whole is written for good, so that only its rest is
    written again. `joint` stands between it and what follows.
    """

    tokens: Sequence[Token]
    joint: str


@dataclass(frozen=True, slots=True)
class Thaw:
    """What was frozen is written again with what follows."""


@dataclass(frozen=True, slots=True)
class Settle:
    """What was frozen stays as it is."""


@dataclass(frozen=True, slots=True)
class CodeStart:
    """A fence opened."""

    language: str


@dataclass(frozen=True, slots=True)
class CodeLines:
    """Complete lines of the open fence."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class CodePartial:
    """The unfinished last line of the open fence; replaces the one before."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeEnd:
    """The fence closed."""


@dataclass(frozen=True, slots=True)
class TableStart:
    """A table's head is complete."""

    tokens: Sequence[Token]


@dataclass(frozen=True, slots=True)
class TableRows:
    """New complete rows; the tokens repeat the head."""

    tokens: Sequence[Token]


@dataclass(frozen=True, slots=True)
class TableEnd:
    """The table is complete."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Forget everything written: what follows renders the whole text (a link definition came late)."""


Writing = Commit | Tail | Freeze | Thaw | Settle | Restart
Step = Writing | CodeStart | CodeLines | CodePartial | CodeEnd | TableStart | TableRows | TableEnd
