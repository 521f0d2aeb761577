"""Files inside a file: each is read by its own kind, and a map that names every one of them stands first.

What is one file on the disk becomes one document, whose path can be opened and whose hash can be checked again. The
pages carry the name of the file they come from, so an archive of contracts is one line to tick, and every quote
from it names its contract.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from app.core.chat import PageFlag
from app.core.errors import CarrelError
from app.core.units import format_bytes
from app.core.words import mark
from app.ingest import lines, markdown
from app.ingest.messages import Message, Moved, PageRead, Started, Warned
from app.ingest.refusal import damaged, too_much_memory
from app.ingest.source import Output, OutputFull, Source

if TYPE_CHECKING:
    from app.ingest.readers import Reader

MAX_WARNINGS = 20
Read = Callable[[Source, Output], None]
MAX_NAMES = 12
MAX_NAME = 300
MAX_PAGES = 50_000
NESTING_KINDS = frozenset({"zip", "tar", "7z", "gz", "eml", "msg", "mbox"})
NOT_READ = mark("Not read in {name}: {files}.")
MORE_WARNINGS = mark("More files in {name} have something wrong with them; the map on page 1 names what was not read.")
TOO_MUCH_INSIDE = mark("{name} holds more text than may be taken; the map on page 1 says what was left out.")


@dataclass
class Part:
    """A file inside, its pages as (label, text, flag), or the reason why there are none.

    `is_expected` when that reason needs no warning: the user wished it so, or nobody misses it.
    """

    name: str
    size_bytes: int
    pages: list[tuple[str, str, PageFlag]] = field(default_factory=list)
    why_not: str = ""
    is_expected: bool = False

    @property
    def characters(self) -> int:
        return sum(len(text) for _, text, _ in self.pages)

    @property
    def lines(self) -> int:
        return sum(lines.line_count(text) for _, text, _ in self.pages)


class Gathering(Output):
    """Holds the pages of one part back until the map can be made."""

    def __init__(self, part: Part, outer: Output, warn: Callable[[Warned], None], pages_before: int) -> None:
        super().__init__(self._take, part.name, outer.left)
        self.kind = ""
        self._part, self._outer, self._warn, self._before = part, outer, warn, pages_before

    def _take(self, message: Message) -> None:
        if isinstance(message, Started):
            self.kind = message.kind
        elif isinstance(message, PageRead):
            self._part.pages.append((message.label, message.text, message.flag))
            self._outer.move(self._before + len(self._part.pages))
            if self._before + len(self._part.pages) >= MAX_PAGES:
                raise OutputFull
        elif isinstance(message, Warned):
            self._warn(message)
        elif isinstance(message, Moved):
            self._outer.move(self._before + message.pages)


class Container:
    """The parts of one file that holds others."""

    HEAD: ClassVar = ["file", "lines", "characters", "pages"]

    def __init__(self, source: Source, output: Output, find: Callable[[Source], Reader] | None = None) -> None:
        from app.ingest.readers import find_reader

        self._source, self._output, self._find = source, output, find or find_reader
        self.parts: list[Part] = []
        self._warnings: list[Warned] = []
        self._characters = self._pages = 0
        self.is_full = False

    def add(self, name: str, size_bytes: int, load: Callable[[], bytes], read: Read | None = None) -> Part:
        """Read one file by its own kind. What cannot be read is named with its reason; nothing is raised for it.

        `read` reads a file whose kind the container itself knows.
        """
        part = Part(shown_name(name), size_bytes)
        self.parts.append(part)
        if self.is_full:
            part.why_not = "left out, there is too much text before it"
        elif not self._source.trace.enter():
            part.why_not = "damaged"
            self._warn_of(damaged(part.name))
        else:
            self._read(part, load, read)
        self._characters += part.characters
        self._pages += len(part.pages)
        return part

    def skip(self, name: str, size_bytes: int, why_not: str) -> None:
        """Name a file that is not read."""
        self.parts.append(Part(shown_name(name), size_bytes, why_not=why_not))
        self._output.move(self._pages)

    def leave_out(self, name: str, size_bytes: int, why_not: str) -> None:
        """Name a file that nobody expects to be read; only the map tells."""
        self.parts.append(Part(shown_name(name), size_bytes, why_not=why_not, is_expected=True))
        self._output.move(self._pages)

    def send(self, kind: str) -> None:
        """Send the map and then the pages of every part."""
        maps = self.map_pages()
        self._output.begin(kind, len(maps) + sum(len(part.pages) for part in self.parts))
        for index, text in enumerate(maps, 1):
            self._output.page(text, "map" if len(maps) == 1 else f"map {index}")
        self.send_parts()

    def send_parts(self) -> None:
        """Say what was not read, and send the pages, of which the last may be one too many."""
        self._send_warnings()
        for part in self.parts:
            for label, text, flag in part.pages:
                self._output.page(text, label, flag)

    def _send_warnings(self) -> None:
        for warning in self._warnings[:MAX_WARNINGS]:
            self._output.warn(warning.template, **warning.params)
        if len(self._warnings) > MAX_WARNINGS:
            self._output.warn(MORE_WARNINGS)
        if self.is_full:
            self._output.warn(TOO_MUCH_INSIDE)
        missing = [part.name for part in self.parts if part.why_not and not part.is_expected]
        if missing:
            files = ", ".join(missing[:MAX_NAMES]) + (f" … ({len(missing)})" if len(missing) > MAX_NAMES else "")
            self._output.warn(NOT_READ, files=files)

    def map_pages(self) -> list[str]:
        """Every file by name, with its lines, its characters and the pages it stands on, or why it is not read."""
        count = -(-max(1, len(self.parts)) // lines.PAGE_LINES)
        rows = list(self.rows(count + 1))
        read = sum(1 for part in self.parts if not part.why_not)
        title = f"# Files in {shown_name(self._source.name)}: {len(self.parts)}, of them read: {read}\n\n"
        return [
            title + markdown.table([self.HEAD, *rows[start : start + lines.PAGE_LINES]])
            for start in range(0, max(1, len(rows)), lines.PAGE_LINES)
        ]

    def rows(self, first_page: int) -> Iterator[list[str]]:
        """The map's rows under `HEAD`; the pages of the parts begin at `first_page`."""
        page = first_page
        for part in self.parts:
            size = format_bytes(part.size_bytes)
            if part.why_not:
                yield [part.name, "", "", f"{part.why_not} ({size})" if part.size_bytes else part.why_not]
                continue
            last = page + len(part.pages) - 1
            where = str(page) if last == page else f"{page}-{last}" if last > page else "no text"
            yield [part.name, str(part.lines), str(part.characters), where]
            page = last + 1

    def _read(self, part: Part, load: Callable[[], bytes], read: Read | None) -> None:
        self._output.move(self._pages)
        gathering = Gathering(part, self._output, self._warnings.append, self._pages)
        gathering.leave(self._characters)
        try:
            inner = self._source.inside(part.name, load())
            if not inner.data:
                part.why_not, part.is_expected = "empty", True
                return
            (read or self._find(inner).read)(inner, gathering)
        except OutputFull:
            self.is_full = True
        except CarrelError as error:
            self._refuse(part, error)
        except RecursionError:
            self._refuse(part, damaged(part.name))
        except MemoryError:
            self._refuse(part, too_much_memory(part.name))
        except Exception as error:  # a reader met a file nobody thought of; the cause goes to the log
            print(f"{part.name}: {type(error).__name__}: {error}", file=sys.stderr)
            self._refuse(part, damaged(part.name))
        part.pages = _labelled(part, gathering.kind)

    def _refuse(self, part: Part, error: CarrelError) -> None:
        part.pages.clear()
        part.why_not = WHY.get(error.code, "not readable")
        if error.code != "unknown_kind":
            self._warn_of(error)

    def _warn_of(self, error: CarrelError) -> None:
        self._warnings.append(Warned(error.template, error.params))


WHY = {
    "unknown_kind": "skipped, holds no text",
    "encrypted": "encrypted",
    "needs_password": "encrypted",
    "wrong_password": "encrypted",
    "damaged": "damaged",
    "old_office": "old Office format",
    "zip_bomb": "refused, unpacks too far",
    "too_much_memory": "needs too much memory",
    "too_deep": "not opened, nested too deeply",
    "unknown_packing": "packed in a way that cannot be opened",
}


def shown_name(name: str) -> str:
    """The name of a file inside as it may be shown: no way up, no drive, no control or direction characters."""
    pieces = [piece for piece in name.replace("\\", "/").split("/") if piece not in ("", ".", "..")]
    if pieces and len(pieces[0]) == 2 and pieces[0][1] == ":":
        pieces = pieces[1:]
    plain = "/".join(pieces)
    plain += "/" if plain and name.endswith("/") else ""
    plain = plain if len(plain) <= MAX_NAME else "…" + plain[-MAX_NAME:]
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in plain) or "?"


def _labelled(part: Part, kind: str) -> list[tuple[str, str, PageFlag]]:
    """Pages whose labels name the file: "a.pdf p3", "src/main.py L1-400", "inner.zip/a.docx"."""
    pages = part.pages
    if len(pages) == 1 and not pages[0][0]:
        return [(part.name, pages[0][1], pages[0][2])]
    joint = "/" if kind in NESTING_KINDS else " "
    return [
        (part.name + joint + (_paged(label) if label else f"p{number}"), text, flag)
        for number, (label, text, flag) in enumerate(pages, 1)
    ]


def _paged(label: str) -> str:
    """A printed page number says that it is one."""
    return f"p{label}" if label.isdecimal() else label
