"""Days and moments as a person writes them, in local time: "20 Nov 2026, 14:05", "2026 年 11 月 20 日 14:05"."""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.words import language

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_words(at_s: float) -> str:
    """The day of a moment (Unix seconds)."""
    day = datetime.fromtimestamp(at_s).astimezone().date()
    if language() == "zh_CN":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def utc_iso(at_s: float) -> str:
    """The same moment everywhere and for programs: "2026-11-20T13:05:09Z"."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact_words(at_s: float) -> str:
    """To the second, and beside it in UTC, for what others check: "20 Nov 2026, 14:05:09 (2026-11-20T13:05:09Z)"."""
    here = f"{moment_words(at_s)}:{datetime.fromtimestamp(at_s).astimezone():%S}"
    return f"{here}（{utc_iso(at_s)}）" if language() == "zh_CN" else f"{here} ({utc_iso(at_s)})"


def clock_words(at_s: float) -> str:
    """The time of day, "14:05": read alike in both languages."""
    return datetime.fromtimestamp(at_s).astimezone().strftime("%H:%M")


def moment_words(at_s: float) -> str:
    """Day and time."""
    between = " " if language() == "zh_CN" else ", "
    return f"{date_words(at_s)}{between}{clock_words(at_s)}"
