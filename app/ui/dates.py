"""Days as a person writes them."""

from __future__ import annotations

import math

from app.core.words import say

DAY_S = 86_400.0


def days_until_words(at_s: float, now_s: float) -> str:
    """How far away a moment is: "today", "tomorrow", "in 12 days"."""
    days = math.ceil((at_s - now_s) / DAY_S)
    if days <= 0:
        return say("today")
    return say("tomorrow") if days == 1 else say("in {count} days", count=days)
