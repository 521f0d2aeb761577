"""The colours of the light and the dark theme by their role, and how well one is read on another."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme by their role, as `#RRGGBB`."""

    name: str
    page: str
    panel: str
    border: str
    text: str
    quiet: str
    faint: str
    accent: str
    good: str
    care: str
    bad: str
    bubble: str
    hover: str
    selection: str
    on_accent: str
    accent_hover: str
    code_head: str
    inline_code: str
    track: str
    syntax_keyword: str
    syntax_name: str
    syntax_type: str
    syntax_string: str
    syntax_number: str
    syntax_comment: str
    syntax_operator: str


LIGHT = Tokens(
    name="light",
    page="#FFFFFF",
    panel="#F6F7F9",
    border="#E1E5EA",
    text="#14171C",
    quiet="#5C6673",
    faint="#848D99",
    accent="#3457D5",
    good="#1B7F57",
    care="#8F5B0B",
    bad="#B3372F",
    bubble="#EEF1F6",
    hover="#E9ECF1",
    selection="#CBD7FF",
    on_accent="#FFFFFF",
    accent_hover="#2A48B8",
    code_head="#ECEFF3",
    inline_code="#ECEFF3",
    track="#DDE2E9",
    syntax_keyword="#7C3AC4",
    syntax_name="#2457C5",
    syntax_type="#8A5500",
    syntax_string="#217326",
    syntax_number="#A8480A",
    syntax_comment="#5C6673",
    syntax_operator="#0F6C75",
)

DARK = Tokens(
    name="dark",
    page="#14171C",
    panel="#1B1F26",
    border="#2B313B",
    text="#E7EAEE",
    quiet="#98A2B0",
    faint="#667080",
    accent="#8AA4FF",
    good="#4CC38A",
    care="#E0A33E",
    bad="#F0766D",
    bubble="#232933",
    hover="#262C36",
    selection="#2F4380",
    on_accent="#14171C",
    accent_hover="#A3B8FF",
    code_head="#222730",
    inline_code="#262C36",
    track="#343B47",
    syntax_keyword="#C9A0F5",
    syntax_name="#8AB4FF",
    syntax_type="#F0C674",
    syntax_string="#A5D68C",
    syntax_number="#F2A272",
    syntax_comment="#98A2B0",
    syntax_operator="#7FD6DF",
)


def blend(over: str, ground: str, share: float) -> QColor:
    """`share` (0 to 1) of colour `over` laid on `ground`, opaque."""
    mix = [round(a * share + b * (1 - share)) for a, b in zip(_channels(over), _channels(ground), strict=True)]
    return QColor(*mix)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    channels = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("text", "quiet", "accent", "good", "care", "bad") for ground in ("page", "panel")),
    *(("text", ground) for ground in ("bubble", "hover", "selection", "inline_code", "code_head")),
    *(("quiet", ground) for ground in ("bubble", "hover", "code_head", "inline_code")),
    *(("accent", ground) for ground in ("bubble", "hover", "code_head")),
    *(("bad", ground) for ground in ("bubble", "hover")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    *((f"syntax_{kind}", "panel") for kind in ("keyword", "name", "type", "string", "number", "comment", "operator")),
)
"""Every pair of text and ground that is painted, by token name; the contrast test walks it."""
