"""Bytes to text by a ladder of evidence: byte order mark, escape sequences, strict UTF-8, a declaration inside,
the pattern of zero bytes or of East Asian 16-bit text, and last a statistical guess.

A guess is widened to the encoding's superset (GB2312 to GB18030, Shift-JIS to Windows-932 ...), because files
are labelled with the narrow name and written with the wide one.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from app.ingest.plausible import common_share, is_east_asian, written_share

GUESS_BYTES = 60_000
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ESCAPED = (
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"\x1b(\$[@B]|\([JI]|\$\([DOPQ])"), "iso2022_jp_ext"),
)
WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-11": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
    "iso-8859-8-i": "iso-8859-8",
}
JAPANESE = ("cp932", "euc-jp", "euc_jp", "iso2022_jp_ext")
EAST_ASIAN = ("gb18030", "big5hkscs", "cp932")
SHORT_BYTES = 2_000
FEWEST_WIDE_BYTES = 8
CLEAR, MOSTLY, WRITTEN = 0.2, 0.55, 0.9  # shares of the characters
ASCII_PAIRS = 0.7
STRAY_CONTROLS = 0.03  # of the bytes
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ASCII_PAIR = re.compile(
    "[" + "".join(f"{chr(high << 8 | 0x20)}-{chr(high << 8 | 0x7E)}" for high in range(0x20, 0x7F)) + "]"
)
DECLARATIONS = (
    re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding=["']([\w.:-]+)"""),
    re.compile(rb"""<meta[^>]{0,200}?charset=["']?\s*([\w.:-]+)""", re.IGNORECASE),
    re.compile(rb"""^(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([\w.-]+)"""),  # PEP 263
    re.compile(rb"""^@charset "([\w.-]+)";"""),
)
# Control characters that no text has; form feed, escape and the editors' end mark 0x1A do occur.
CONTROL = re.compile("[\0-\x08\x0e-\x19\x1c-\x1f\x7f\ufffd\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`undecoded` counts the replacement characters that decoding put in."""

    text: str
    encoding: str
    undecoded: int = 0

    @property
    def is_text(self) -> bool:
        """False when so much is control characters that these bytes were never text."""
        sample = self.text[:200_000]
        return len(CONTROL.findall(sample)) <= 0.02 * len(sample)


def decode(data: bytes) -> Decoded:
    """The text of `data`, without its byte order mark. Never raises; check `is_text`."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], encoding)
    encoding = (
        _escaped(data)
        or _utf8(data)
        or _declared(data)
        or _zero_pattern(data)
        or _wide_pattern(data)
        or _nearly_utf8(data)
        or _guess(data)
    )
    return _decode(data, encoding)


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes of a file decode to text; the cut at their end is forgiven."""
    whole_units = len(head) - len(head) % 4 if b"\0" in head else len(head)  # of UTF-16 and UTF-32
    return bool(head) and decode(head[:whole_units] or head).is_text


def _decode(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        return Decoded(text, encoding, text.count("\ufffd"))


def _decodes(data: bytes, encoding: str) -> bool:
    """Strictly, but for a character cut off at the end."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _is_whole(data: bytes, encoding: str) -> bool:
    """Strictly, to the last byte."""
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _escaped(data: bytes) -> str:
    if b"\x1b" not in data[:GUESS_BYTES]:
        return ""
    names = (name for pattern, name in ESCAPED if pattern.search(data[:GUESS_BYTES]))
    return next((name for name in names if _decodes(data, name)), "")


def _utf8(data: bytes) -> str:
    """Valid UTF-8, a stray zero byte forgiven: in UTF-16 either half of all bytes are zero or UTF-8 fails."""
    head = data[:GUESS_BYTES]
    if head.count(0) * 5 >= len(head) or not _decodes(data, "utf-8"):
        return ""
    return "" if _has_controls(head) and (_sixteen_bit(head) or _wide_pattern(data)) else "utf-8"


def _declared(data: bytes) -> str:
    for pattern in DECLARATIONS:
        if found := pattern.search(data[:8192]):
            encoding = _widened(found.group(1).decode("ascii", "replace"))
            if not encoding.lower().startswith(("utf-16", "utf-32")) and _is_text_codec(encoding):
                return encoding if _decodes(data, encoding) else ""
    return ""


def _zero_pattern(data: bytes) -> str:
    """UTF-16 and UTF-32 without a mark: zero bytes stand at the high end of each unit."""
    head = data[: GUESS_BYTES - GUESS_BYTES % 4]
    if b"\0" not in head:
        return ""
    zeros = [head[offset::4].count(0) for offset in range(4)]
    quarter = max(1, len(head) // 4)
    if zeros[0] + zeros[1] > 1.8 * quarter:
        order = ("utf-32-be",)
    elif zeros[2] + zeros[3] > 1.8 * quarter:
        order = ("utf-32-le",)
    else:
        # Zero bytes alone mislead: the commonest Chinese character has one at the other end.
        by_zeros = "utf-16-be" if zeros[0] + zeros[2] > zeros[1] + zeros[3] else "utf-16-le"
        order = (_sixteen_bit(head) or by_zeros,)
    return next((name for name in order if _decodes(data, name)), "")


def _has_controls(head: bytes) -> bool:
    """Whether control characters are more than a stray one, as the halves of 16-bit units make them."""
    return len(_CONTROL_BYTE.findall(head)) >= STRAY_CONTROLS * len(head)


def _sixteen_bit(head: bytes) -> str:
    """The byte order in which 16-bit units are letters of scripts in use, when only one of the two is."""
    even = head[: len(head) - len(head) % 2]
    little, big = (written_share(even.decode(name, "replace")) for name in ("utf-16-le", "utf-16-be"))
    if abs(little - big) <= CLEAR or max(little, big) < WRITTEN:
        return ""
    return "utf-16-le" if little > big else "utf-16-be"


def _wide_pattern(data: bytes) -> str:
    """UTF-16 without a mark and without a zero byte, as Chinese or Thai without a single ASCII sign are."""
    head = data[: GUESS_BYTES - GUESS_BYTES % 2]
    if len(data) % 2 or len(head) < FEWEST_WIDE_BYTES:
        return ""
    if _has_controls(head) and (name := _sixteen_bit(head)) and _decodes(data, name):
        return name
    if 2 * len(_ASCII_PAIR.findall(head.decode("utf-16-le", "replace"))) > ASCII_PAIRS * len(head):
        return ""  # letters of one byte each make Chinese characters two by two
    names = ("utf-16-le", "utf-16-be")
    found = [name for name in names if is_east_asian(head.decode(name, "replace")) and _decodes(data, name)]
    return max(found, key=lambda name: common_share(head.decode(name, "replace"), japanese=True), default="")


def _nearly_utf8(data: bytes) -> str:
    """UTF-8 with a few broken bytes, as cut and concatenated logs have: whole sequences outnumber them by far."""
    head = data[: 1 << 20]
    if b"\0" in head:
        return ""
    text = head.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for character in text if character > "\x7f") - broken
    return "utf-8" if whole > 20 * broken else ""


def _guess(data: bytes) -> str:
    """By statistics over the part that is not ASCII; Windows-1252 when nothing speaks for another."""
    from turbohtml.detect import detect

    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, data.rfind(b"\n", 0, first.start()) + 1 if first else 0)
    sample = data[start : start + GUESS_BYTES]
    encoding = _widened(detect(sample).encoding or "cp1252")
    return _better(sample, encoding if _is_text_codec(encoding) else "cp1252")


def _better(sample: bytes, guessed: str) -> str:
    """Another encoding when its reading consists of common characters and the guess's does not: for short texts."""
    if len(sample) > SHORT_BYTES:
        return guessed
    shares = {
        name: common_share(sample.decode(name), japanese=name in JAPANESE) if _is_whole(sample, name) else 0.0
        for name in (guessed, *EAST_ASIAN)
    }
    best = max(EAST_ASIAN, key=lambda name: shares[name])
    return best if shares[best] >= MOSTLY and shares[best] > shares[guessed] + CLEAR else guessed


def _widened(label: str) -> str:
    return WIDER.get(label.lower(), label.lower())


def _is_text_codec(encoding: str) -> bool:
    """Python also knows codecs such as "hex" and "zip", which a file must not choose."""
    try:
        return bool(codecs.lookup(encoding)._is_text_encoding)
    except (LookupError, ValueError):
        return False
