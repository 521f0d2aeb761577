"""The sampling values as the panel groups and explains them."""

from __future__ import annotations

from app.core.words import say
from app.ui.inspector.scales import Scale
from app.ui.inspector.value_row import Value

_MOST = 2**31 - 1
_LARGEST_SEED = 2**32 - 1

_TOP_K = Scale(1, 256, 48, log=True, zero="last")
_PENALTY = Scale(-2, 2, 40, 2)
_WINDOW = Scale(32, 32_768, 60, log=True, zero="first")
_LONGEST = Scale(64, 32_768, 54, log=True, zero="last")


def value_groups() -> tuple[tuple[str, tuple[Value, ...]], ...]:
    """Heading and values of each group, in the language spoken now."""
    return (
        (say("Choice of words"), _choice()),
        (say("Repetition"), _repetition()),
        (say("Length and chance"), _length()),
    )


def _choice() -> tuple[Value, ...]:
    top_k = say("Only so many of the likeliest words are considered.")
    top_p = say("Only the likeliest words that together make up this share are considered.")
    min_p = say("Words less likely than this share of the likeliest are left out.")
    temperature = say("Low is exact, high is varied. At 0 the likeliest word is always taken.")
    return (
        Value("temperature", say("Temperature"), temperature, 0, 100, 0.05, 2, scale=Scale(0, 2, 40, 2)),
        Value("top_p", say("Top-p"), top_p, 0, 1, 0.01, 2, scale=Scale(0, 1, 100, 2)),
        Value("top_k", say("Top-k"), top_k, 0, _MOST, 1, at_lowest=say("All"), scale=_TOP_K),
        Value("min_p", say("Min-p"), min_p, 0, 1, 0.01, 2, at_lowest=say("Off"), scale=Scale(0, 0.5, 50, 2)),
    )


def _repetition() -> tuple[Value, ...]:
    presence = say("Above 0, words that were used before become less likely. Try 1 when an answer repeats itself.")
    frequency = say("Like the presence penalty, and more with each use of a word.")
    repeat = say("Like the presence penalty, as a factor: 1 is off, 1.1 is gentle.")
    window = say("How many tokens back the three penalties look.")
    return (
        Value("presence_penalty", say("Presence penalty"), presence, -2, 2, 0.1, 2, scale=_PENALTY),
        Value("frequency_penalty", say("Frequency penalty"), frequency, -2, 2, 0.1, 2, scale=_PENALTY),
        Value("repeat_penalty", say("Repeat penalty"), repeat, 0.01, 10, 0.05, 2, scale=Scale(0.8, 1.6, 80, 2)),
        Value("penalty_window", say("Looks back, tokens"), window, 0, _MOST, 64, at_lowest=say("Off"), scale=_WINDOW),
    )


def _length() -> tuple[Value, ...]:
    seed = say("With the same seed and the same words, the answer is the same.")
    longest = say("In tokens, thinking included.")
    return (
        Value("seed", say("Seed"), seed, -1, _LARGEST_SEED, 1, at_lowest=say("Random")),
        Value("max_tokens", say("Longest answer"), longest, 0, _MOST, 256, at_lowest=say("No limit"), scale=_LONGEST),
    )
