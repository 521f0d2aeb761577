"""Why writing is slower than this computer can: one sentence, or none."""

from __future__ import annotations

from app.core.words import say
from app.machine.live import Sample

SLOW_SHARE = 0.6  # of the expected speed
HOT_C = 84.0
IDLE_PERCENT = 60.0
BUSY_CPU_PERCENT = 85.0


def slow_words(tok_s: float | None, expected_tok_s: float | None, sample: Sample | None) -> str:
    """The likeliest cause, from the load and the heat of the moment."""
    if tok_s is None or not expected_tok_s or tok_s >= SLOW_SHARE * expected_tok_s:
        return ""
    gpus = [gpu for gpu in sample.gpus if gpu.total_bytes] if sample else []
    hottest = max((gpu.temperature_c for gpu in gpus if gpu.temperature_c is not None), default=0.0)
    load = max((gpu.load_percent for gpu in gpus if gpu.load_percent is not None), default=None)
    if hottest >= HOT_C:
        return say(
            "Slower than it could be: the graphics card is hot, {degrees} °C. Give it air.", degrees=f"{hottest:.0f}"
        )
    if gpus and load is not None and load < IDLE_PERCENT:
        return say("Slower than it could be: the graphics card waits for the processor. Close other programs.")
    if gpus:
        return say("Slower than it could be: another program may be using the graphics card.")
    if sample is not None and (sample.cpu_percent or 0.0) >= BUSY_CPU_PERCENT:
        return say("Slower than it could be: other programs may be using the processor.")
    return ""
