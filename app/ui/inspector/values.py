"""The sampling values as the panel groups and explains them."""

from __future__ import annotations

from app.core.words import say
from app.ui.inspector.value_row import Value

_MOST = 2**31 - 1
_LARGEST_SEED = 2**32 - 1


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
        Value("temperature", say("Temperature"), temperature, 0, 100, 0.05, 2),
        Value("top_p", say("Top-p"), top_p, 0, 1, 0.01, 2),
        Value("top_k", say("Top-k"), top_k, 0, _MOST, 1, at_lowest=say("All")),
        Value("min_p", say("Min-p"), min_p, 0, 1, 0.01, 2, at_lowest=say("Off")),
    )


def _repetition() -> tuple[Value, ...]:
    presence = say("Above 0, words that were used before become less likely. Try 1 when an answer repeats itself.")
    frequency = say("The same, more with each use.")
    repeat = say("The same as a factor; 1 is off.")
    window = say("How many tokens back the three penalties look.")
    return (
        Value("presence_penalty", say("Presence penalty"), presence, -2, 2, 0.1, 2),
        Value("frequency_penalty", say("Frequency penalty"), frequency, -2, 2, 0.1, 2),
        Value("repeat_penalty", say("Repeat penalty"), repeat, 0.01, 10, 0.05, 2),
        Value("penalty_window", say("Looks back, tokens"), window, 0, _MOST, 64, at_lowest=say("Off")),
    )


def _length() -> tuple[Value, ...]:
    seed = say("With the same seed and the same words, the answer is the same.")
    longest = say("In tokens, thinking included.")
    return (
        Value("seed", say("Seed"), seed, -1, _LARGEST_SEED, 1, at_lowest=say("Random")),
        Value("max_tokens", say("Longest answer"), longest, 0, _MOST, 256, at_lowest=say("No limit")),
    )
