"""Days as a person writes them."""

from __future__ import annotations

import math
from datetime import datetime

from app.core.words import language, say

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_S = 86_400.0


def date_words(at_s: float) -> str:
    """The day of a moment (Unix seconds): "20 Nov 2026", in Chinese "2026 年 11 月 20 日"."""
    day = datetime.fromtimestamp(at_s).astimezone().date()
    if language() == "zh_CN":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_until_words(at_s: float, now_s: float) -> str:
    """How far away a moment is: "today", "tomorrow", "in 12 days"."""
    days = math.ceil((at_s - now_s) / DAY_S)
    if days <= 0:
        return say("today")
    return say("tomorrow") if days == 1 else say("in {count} days", count=days)
