"""Round numbers for axes."""

from __future__ import annotations

import math


def nice_steps(highest: float, most: int = 5) -> list[float]:
    """0 and round steps up to at least `highest`: 1, 2 or 5 times a power of ten apart."""
    if highest <= 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    raw = highest / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    count = math.ceil(highest / step - 1e-9)
    return [step * number for number in range(count + 1)]


def number_words(value: float, step: float) -> str:
    """A tick's number with as many decimals as its neighbours need."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return f"{value:,.{digits}f}"
