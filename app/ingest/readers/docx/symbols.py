"""Signs set in a symbol font, as real characters. Word stores them in the private area above U+F000."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from app.ingest.readers.xml import attribute

_GREEK = dict(zip("abgdezhqiklmnxoprstufcywDFGLPQSWXY", "αβγδεζηθικλμνξοπρστυφχψωΔΦΓΛΠΘΣΩΞΨ", strict=True))
_SIGNS: dict[str, dict[int, str]] = {
    "symbol": {ord(letter): greek for letter, greek in _GREEK.items()}
    | {0xB0: "°", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xA3: "≤", 0xB3: "≥", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞", 0xB7: "•",
       0xAC: "←", 0xAE: "→", 0xDE: "⇒", 0xD6: "√", 0xCE: "∈", 0xE5: "∑"},
    "wingdings": {0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←",
                  0xE0: "→", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
    "wingdings 2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x54: "☒", 0xA3: "□", 0x2A: "□"},
}  # fmt: skip


def symbol(element: Element) -> str:
    """The character of a `<w:sym>`; empty for a sign that has none here, rather than a wrong one."""
    code = attribute(element, "char") or ""
    if not re.fullmatch("[0-9A-Fa-f]{1,4}", code):
        return ""
    number = int(code, 16)
    if number < 0x20 or 0xD800 <= number < 0xE000:
        return ""
    font = (attribute(element, "font") or "").lower()
    return _SIGNS.get(font, {}).get(number & 0xFF, "") if number >= 0xF000 else chr(number)
