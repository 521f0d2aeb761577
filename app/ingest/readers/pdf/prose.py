"""The lines of a PDF page as running text: hyphens closed, Chinese lines joined, radicals folded to characters."""

from __future__ import annotations

import re

from app.core.radicals import fold_radicals

CJK = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uff65\u3000-\u303f"
_CJK_END, _CJK_START = re.compile(f"[{CJK}]$"), re.compile(f"^[{CJK}]")
_WIDE = re.compile(f"[{CJK}\uac00-\ud7a3]")
# PDFium puts one of these for a hyphen at a line's end. Between small letters it only broke the word.
_BROKEN_WORD = re.compile("(?<=[a-zß-ÿ])[\x02\ufffe]\n?(?=[a-zß-ÿ])")
_KEPT_HYPHEN = re.compile("[\x02\ufffe]\n?")
# A line that begins like this opens something new and is never glued to the one before.
_OPENING = re.compile(
    r"^(第[〇零一二三四五六七八九十百千\d]+[章节節条條款编編篇部]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]"
    r"|[•●○■□◆◇▪➢]|[图圖表][ \d]|附[录錄件])"
)
_STOP = re.compile("[。！？；：，、…”’」』）》.!?;:,)]$")
FULL_LINE = 0.85


def running_text(raw: str) -> str:
    """A page's text as PDFium gives it, made readable; line structure stays where it may carry meaning."""
    text = fold_radicals(raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    return _join_chinese_lines(_close_hyphens(text)).strip("\n")


def joined(text: str) -> str:
    """Several lines of one table cell as one: Chinese without a space, others with one."""
    lines = [line.strip() for line in _close_hyphens(text).split("\n") if line.strip()]
    out = lines[0] if lines else ""
    for line in lines[1:]:
        glue = "" if _CJK_END.search(out) and _CJK_START.search(line) else " "
        out += glue + line
    return re.sub(r"\s+", " ", out)


def _close_hyphens(text: str) -> str:
    return _KEPT_HYPHEN.sub("-", _BROKEN_WORD.sub("", text))


def _join_chinese_lines(text: str) -> str:
    """Glue a Chinese line to the next when it fills the column; a short line ends its paragraph."""
    lines = [line.rstrip() for line in text.split("\n")]
    full = FULL_LINE * _column_width(lines)
    out: list[str] = []
    open_line = False
    for line in lines:
        stripped = line.lstrip()
        if open_line and _continues(stripped, full):
            out[-1] += stripped
        else:
            out.append(line)
        open_line = bool(full and _CJK_END.search(line) and _width(line) >= full)
    return "\n".join(out)


def _continues(line: str, full: float) -> bool:
    """Whether a line after a full one goes on with its paragraph: it fills the column as well, or ends at a stop.

    A short line without a stop is a heading or a note in the margin that the reading order put there.
    """
    if not _CJK_START.search(line) or _OPENING.search(line):
        return False
    return _width(line) >= full or bool(_STOP.search(line))


def _column_width(lines: list[str]) -> float:
    """The usual width of a full line, in Latin characters; 0 for a page without Chinese."""
    widths = sorted(_width(line) for line in lines if _CJK_END.search(line))
    return widths[int(0.8 * len(widths))] if len(widths) > 1 and widths[-1] >= 20 else 0.0


def _width(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))
