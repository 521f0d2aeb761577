"""Rich Text Format: paragraphs with the numbers printed before them, tables, notes, headers, and shapes' words.

Letters outside ASCII stand as bytes of the font's code page, or as numbers with a stand-in to skip (RTF 1.9.1).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

from app.ingest import markdown
from app.ingest.source import Output, Source
from app.ingest.spans import is_page_number

MAGIC = b"{\\rtf"
MAX_DEPTH = 500
REPEATED_LABEL = 60
MAX_HEADING = 6
PAGE_BREAK = "\f"
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_SIGNS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "softline": "\n", "zwnj": "\u200c",
    "zwj": "\u200d", "chdate": "", "lbr": "\n",
}  # fmt: skip
_ESCAPES = {"~": " ", "_": "-", "-": "", "{": "{", "}": "}", "\\": "\\", "\n": "\r", "\r": "\r"}
# Groups that are not part of the text. A group marked `\*` that is not known here is left out as well.
_SILENT = frozenset({
    "fonttbl", "colortbl", "info", "pict", "objdata", "themedata", "colorschememapping", "datastore",
    "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "latentstyles", "fldinst",
    "bkmkstart", "bkmkend", "sp", "sn", "sv", "nonshppict", "shppict", "atnid", "atnauthor", "atndate",
    "atnref", "atnparent", "atrfstart", "atrfend", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "pgdsctbl",
    "panose", "falt", "revtbl", "userprops", "protusertbl", "filetbl", "do", "background", "htmltag", "mmathPr",
    "template", "xe", "tc", "tcn", "rxe", "txe", "ud", "levelnumbers", "leveltext",
})  # fmt: skip
_HEARD = frozenset({"shpinst", "shptxt", "annotation", "footnote", "shp", "listtext", "pntext", "upr"})
_LABELS = ("listtext", "pntext")
_ASIDE = {
    "footnote": "note", "annotation": "comment", "header": "header", "headerf": "header", "headerl": "header",
    "headerr": "header", "footer": "footer", "footerf": "footer", "footerl": "footer", "footerr": "footer",
}  # fmt: skip
# Windows' numbers for the scripts of fonts.
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_PAGES = {"936": "gb18030", "950": "big5hkscs", "10000": "mac_roman", "65001": "utf-8"}
_HEADING = re.compile(r"(?:heading|标题|標題|見出し|제목)\s?([1-9])\s*;?$", re.IGNORECASE)


@dataclass(frozen=True)
class _State:
    """What a group inherits from the one around it."""

    silent: bool = False
    skip: int = 1
    font: str = ""
    hidden: bool = False
    aside: str = ""
    role: str = ""


@dataclass
class _Story:
    """The paragraphs and the table that are being written; notes and headers have stories of their own."""

    blocks: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def paragraph(self, *, in_table: bool, level: int) -> None:
        text = "".join(self.words).strip(" \n")
        self.words.clear()
        if in_table:
            self.cell.append(text)
            return
        self.end_table()
        if text.strip():
            self.blocks.append("#" * level + " " + " ".join(text.split()) if level else text)

    def end_cell(self) -> None:
        self.cell.append("".join(self.words).strip(" \n"))
        self.words.clear()
        self.row.append("\n".join(filter(None, self.cell)).replace(PAGE_BREAK, ""))
        self.cell.clear()

    def end_row(self, merges: list[str]) -> None:
        above = self.rows[-1] if self.rows else []
        for column, merge in enumerate(merges[: len(self.row)]):
            if merge == "down" and column < len(above) and len(above[column]) <= REPEATED_LABEL:
                self.row[column] = self.row[column] or above[column]
        self.rows.append(self.row)
        self.row = []

    def end_table(self) -> None:
        if self.row:
            self.end_row([])
        if self.rows:
            self.blocks.append(markdown.table(self.rows[: markdown.MAX_CELLS]))
        self.rows = []

    def end(self) -> list[str]:
        self.paragraph(in_table=False, level=0)
        if self.cell:
            self.blocks += [text for text in self.cell if text]
        self.end_table()
        return [block for block in self.blocks if block.strip(" \n")]


class Rtf:
    """One file, read from its first brace to the last; what is broken is left out and the rest goes on."""

    def __init__(self, data: bytes) -> None:
        self._text = data.decode("latin-1")
        self._state, self._stack = _State(), list[_State]()
        self._stories = {"": _Story()}
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
            self._add(_ESCAPES.get(sign, ""))

    def _word(self, word: str, value: str | None) -> None:
        starred, self._starred = self._starred, False
        if word in _ASIDE:
            self._begin_aside(_ASIDE[word])
        elif word == "stylesheet":
            self._state = replace(self._state, silent=True, role="styles")
        elif word == "fonttbl":
            self._state = replace(self._state, silent=True, role="fonts")
        elif word in _LABELS and not self._state.role:
            self._state = replace(self._state, role="label")
        elif word in _SILENT or (starred and word not in _HEARD):
            self._state = replace(self._state, silent=True)
        elif self._state.role == "fonts":
            self._font_word(word, value)
        elif self._state.role in ("styles", "style"):
            self._style_word(word, value)
        elif not self._state.silent:
            self._format(word, value)

    def _format(self, word: str, value: str | None) -> None:
        number = int(value) if value else 0
        if word in _SIGNS:
            self._add(_SIGNS[word])
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
        elif word in _SETTERS:
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
            self._page = _codec(_PAGES.get(value or "", f"cp{value}"), self._page)
        elif word in ("mac", "pc", "pca"):
            self._page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "deff":
            self._default_font = value or ""

    # -- tables of fonts and styles -----------------------------------------------------------------------------

    def _font_word(self, word: str, value: str | None) -> None:
        if word == "f":
            self._state = replace(self._state, font=value or "")
        elif word == "fcharset" and value and (codec := _CHARSETS.get(int(value))):
            self._fonts[self._state.font] = codec

    def _style_word(self, word: str, value: str | None) -> None:
        if word in ("s", "cs", "ts", "ds"):
            self._style_words = []
            self._state = replace(self._state, role="style", font=(value or "") if word == "s" else "none")

    def _end_style(self) -> None:
        if found := _HEADING.search("".join(self._style_words).strip()):
            self._styles.setdefault(self._last_style, min(int(found.group(1)), MAX_HEADING))

    # -- text ---------------------------------------------------------------------------------------------------

    @property
    def _story(self) -> _Story:
        return self._stories.setdefault(self._state.aside, _Story())

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
            text = _decoded(bytes(self._bytes), self._codec())
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
        self._stories[kind] = _Story()
        self._state = replace(self._state, aside=kind)

    def _end_aside(self, kind: str) -> None:
        words = " ".join(" ".join(self._stories.pop(kind, _Story()).end()).replace(PAGE_BREAK, "").split())
        if kind in self._around:
            if words and not is_page_number(words):
                self._around[kind].append(words)
        elif words:
            self._counts[kind] += 1
            label = f"[^{'c' if kind == 'comment' else ''}{self._counts[kind]}]"
            self._add(label)
            self._notes.append(f"{label}: {words}")


_SETTERS = frozenset({
    "pard", "plain", "intbl", "itap", "outlinelevel", "s", "trowd", "clvmrg", "clmrg", "cellx", "ansicpg",
    "mac", "pc", "pca", "deff",
})  # fmt: skip


def _codec(name: str, otherwise: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return otherwise


def _decoded(data: bytes, codec: str) -> str:
    """By the font's code page; Western letters where that makes no sense, as some writers mix the two."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace") if len(data) == 1 else data.decode(codec, "replace")


def recognize(source: Source) -> str | None:
    return "rtf" if source.head.lstrip()[: len(MAGIC)] == MAGIC else None


def read(source: Source, output: Output) -> None:
    pages = Rtf(source.data.lstrip()).pages()
    output.begin("rtf", len(pages))
    for page in pages:
        output.page(page)


def rtf_text(data: bytes) -> str:
    """All the text of RTF bytes, as for the body of a mail."""
    return "\n\n".join(Rtf(data).pages())
