"""A walk through the words and groups of one file."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from app.ingest.readers.rtf.story import PAGE_BREAK, Story
from app.ingest.readers.rtf.vocabulary import (
    ASIDE,
    CHARSETS,
    ESCAPES,
    HEADING,
    HEARD,
    LABELS,
    PAGES,
    SETTERS,
    SIGNS,
    SILENT,
    decoded,
    known_codec,
)
from app.ingest.spans import is_page_number

MAX_DEPTH = 500
MAX_HEADING = 6
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)


@dataclass(frozen=True)
class _State:
    """What a group inherits from the one around it."""

    silent: bool = False
    skip: int = 1
    font: str = ""
    hidden: bool = False
    aside: str = ""
    role: str = ""


class Rtf:
    """One file, read from its first brace to the last; what is broken is left out and the rest goes on."""

    def __init__(self, data: bytes) -> None:
        self._text = data.decode("latin-1")
        self._state, self._stack = _State(), list[_State]()
        self._stories = {"": Story()}
        self._notes: list[str] = []
        self._counts = {"note": 0, "comment": 0}
        self._fonts: dict[str, str] = {}
        self._styles: dict[str, int] = {}
        self._page, self._default_font = "cp1252", ""
        self._bytes = bytearray()
        self._left_to_skip = self._level = 0
        self._in_table = self._starred = False
        self._merges, self._merge = list[str](), ""
        self._style_words, self._last_style = list[str](), ""
        self._around = {"header": list[str](), "footer": list[str]()}
        self._walk()
        self._flush_bytes()

    def pages(self) -> list[str]:
        """The pages the author broke the text into, each with the notes it refers to."""
        blocks = self._stories[""].end()
        blocks[:0] = [f"[Header: {words}]" for words in dict.fromkeys(self._around["header"])]
        blocks += [f"[Footer: {words}]" for words in dict.fromkeys(self._around["footer"])]
        pages = "\n\n".join(blocks).strip("\n" + PAGE_BREAK).split(PAGE_BREAK)
        if self._notes:
            pages[-1] = "\n\n".join(filter(None, [pages[-1].strip("\n"), "\n".join(self._notes)]))
        return [page.strip("\n") for page in pages]

    # -- the walk -----------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        at, text = 0, self._text
        while found := _TOKEN.match(text, at):
            at = found.end()
            word, value, byte, sign, brace, plain = found.groups()
            if byte:
                self._add_byte(int(byte, 16))
                continue
            if plain:
                plain = self._finish_letter(plain)
            self._flush_bytes()
            if word == "bin" and value:
                at += max(0, int(value))
            elif brace == "{":
                self._open()
            elif brace == "}":
                if not self._close():
                    return
            elif word:
                self._word(word, value)
            elif sign:
                self._sign(sign)
            elif plain:
                self._add(plain)

    def _open(self) -> None:
        self._left_to_skip = 0
        if len(self._stack) < MAX_DEPTH:
            self._stack.append(self._state)

    def _close(self) -> bool:
        """False at the end of the outermost group."""
        self._left_to_skip = 0
        before = self._state
        self._state = self._stack.pop() if self._stack else _State()
        if before.role == "style" and self._state.role != "style":
            self._end_style()
        if before.aside and before.aside != self._state.aside:
            self._end_aside(before.aside)
        return bool(self._stack)

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._starred = True
        elif sign in "\r\n":
            self._paragraph()
        else:
            self._add(ESCAPES.get(sign, ""))

    def _word(self, word: str, value: str | None) -> None:
        starred, self._starred = self._starred, False
        if word in ASIDE:
            self._begin_aside(ASIDE[word])
        elif word == "stylesheet":
            self._state = replace(self._state, silent=True, role="styles")
        elif word == "fonttbl":
            self._state = replace(self._state, silent=True, role="fonts")
        elif word in LABELS and not self._state.role:
            self._state = replace(self._state, role="label")
        elif word in SILENT or (starred and word not in HEARD):
            self._state = replace(self._state, silent=True)
        elif self._state.role == "fonts":
            self._font_word(word, value)
        elif self._state.role in ("styles", "style"):
            self._style_word(word, value)
        elif not self._state.silent:
            self._format(word, value)

    def _format(self, word: str, value: str | None) -> None:
        number = int(value) if value else 0
        if word in SIGNS:
            self._add(SIGNS[word])
        elif word == "u" and value:
            self._add(chr(number & 0xFFFF))
            self._left_to_skip = self._state.skip
        elif word in ("par", "sect"):
            self._paragraph()
        elif word in ("page", "pagebb"):
            self._add(PAGE_BREAK)
        elif word in ("cell", "nestcell"):
            self._story.end_cell() if word == "cell" else self._add("  ")
        elif word == "row":
            self._story.end_row(self._merges)
        elif word == "nestrow":
            self._add("\n")
        elif word == "uc":
            self._state = replace(self._state, skip=max(0, min(number, 8)))
        elif word == "f":
            self._state = replace(self._state, font=value or "")
        elif word in ("v", "deleted"):
            self._state = replace(self._state, hidden=value != "0")
        elif word in SETTERS:
            self._set(word, value, number)

    def _set(self, word: str, value: str | None, number: int) -> None:
        if word == "pard":
            self._in_table, self._level = False, 0
        elif word == "plain":
            self._state = replace(self._state, font=self._default_font, hidden=False)
        elif word in ("intbl", "itap"):
            self._in_table = word == "intbl" or number > 0
        elif word == "outlinelevel":
            self._level = number + 1 if number < MAX_HEADING else 0
        elif word == "s":
            self._level = self._styles.get(value or "", 0)
        elif word == "trowd":
            self._merges, self._merge = [], ""
        elif word in ("clvmrg", "clmrg"):
            self._merge = "down" if word == "clvmrg" else "across"
        elif word == "cellx":
            self._merges.append(self._merge)
            self._merge = ""
        elif word == "ansicpg":
            self._page = known_codec(PAGES.get(value or "", f"cp{value}"), self._page)
        elif word in ("mac", "pc", "pca"):
            self._page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "deff":
            self._default_font = value or ""

    # -- tables of fonts and styles -----------------------------------------------------------------------------

    def _font_word(self, word: str, value: str | None) -> None:
        if word == "f":
            self._state = replace(self._state, font=value or "")
        elif word == "fcharset" and value and (codec := CHARSETS.get(int(value))):
            self._fonts[self._state.font] = codec

    def _style_word(self, word: str, value: str | None) -> None:
        if word in ("s", "cs", "ts", "ds"):
            self._style_words = []
            self._state = replace(self._state, role="style", font=(value or "") if word == "s" else "none")

    def _end_style(self) -> None:
        if found := HEADING.search("".join(self._style_words).strip()):
            self._styles.setdefault(self._last_style, min(int(found.group(1)), MAX_HEADING))

    # -- text ---------------------------------------------------------------------------------------------------

    @property
    def _story(self) -> Story:
        return self._stories.setdefault(self._state.aside, Story())

    def _add(self, text: str) -> None:
        if self._left_to_skip:
            skipped = min(self._left_to_skip, len(text))
            self._left_to_skip -= skipped
            text = text[skipped:]
        if self._state.role == "style":
            self._style_words.append(text)
            self._last_style = self._state.font
        elif text and not self._state.silent and not self._state.hidden:
            self._story.words.append(text.replace("\t", " ") if self._state.role == "label" else text)

    def _paragraph(self) -> None:
        if not self._state.silent:
            self._story.paragraph(in_table=self._in_table and not self._state.aside, level=self._level)

    def _add_byte(self, byte: int) -> None:
        if self._left_to_skip:
            self._left_to_skip -= 1
        elif not self._state.silent or self._state.role == "style":
            self._bytes.append(byte)

    def _finish_letter(self, plain: str) -> str:
        """The second byte of a letter may stand as a plain sign: `\\'b0A`."""
        if self._bytes and not self._left_to_skip:
            decoder = codecs.getincrementaldecoder(self._codec())("ignore")
            decoder.decode(bytes(self._bytes))
            if decoder.getstate()[0]:
                self._bytes += plain[0].encode("latin-1", "replace")
                return plain[1:]
        return plain

    def _flush_bytes(self) -> None:
        if self._bytes:
            text = decoded(bytes(self._bytes), self._codec())
            self._bytes.clear()
            left, self._left_to_skip = self._left_to_skip, 0
            self._add(text)
            self._left_to_skip = left

    def _codec(self) -> str:
        return self._fonts.get(self._state.font or self._default_font, self._page)

    # -- notes, headers -----------------------------------------------------------------------------------------

    def _begin_aside(self, kind: str) -> None:
        if self._state.silent or self._state.aside:
            return
        self._stories[kind] = Story()
        self._state = replace(self._state, aside=kind)

    def _end_aside(self, kind: str) -> None:
        words = " ".join(" ".join(self._stories.pop(kind, Story()).end()).replace(PAGE_BREAK, "").split())
        if kind in self._around:
            if words and not is_page_number(words):
                self._around[kind].append(words)
        elif words:
            self._counts[kind] += 1
            label = f"[^{'c' if kind == 'comment' else ''}{self._counts[kind]}]"
            self._add(label)
            self._notes.append(f"{label}: {words}")
