"""Costs of a step on real cards, to decide by in tests."""

from __future__ import annotations

from app.engine.messages import Cost


def curve(depth: int, **ms_by_rows: float) -> tuple[Cost, ...]:
    return tuple(Cost(int(rows[1:]), depth, ms) for rows, ms in ms_by_rows.items())


# One H200, 32B Q4_K_M, f16 KV: measured at depth 512; at 32,768 one row was measured, the rest moved up by as much.
_H200 = {"r1": 12.6, "r2": 13.3, "r3": 16.1, "r4": 19.3, "r8": 29.3, "r9": 23.5, "r16": 24.5, "r32": 31.2, "r64": 43.7}
H200 = curve(512, **_H200) + curve(32768, **{rows: ms + 2.4 for rows, ms in _H200.items()})

# A consumer card: memory is the limit, so rows are nearly free up to the cliff and cheap after it.
CONSUMER = curve(512, r1=25.0, r2=25.8, r4=28.0, r8=36.0, r9=31.0, r16=33.0, r32=39.0, r64=54.0)

# Quantized KV at depth: more than one row converts the whole cache first.
QUANTIZED_DEEP = curve(512, r1=13.6, r2=14.5, r8=31.0, r9=25.0, r16=26.0, r64=46.0) + curve(
    32768, r1=28.8, r2=52.0, r8=66.0, r9=61.0, r16=63.0, r64=88.0
)

# A processor: a row more costs nearly a row more.
PROCESSOR = curve(256, r1=40.0, r2=62.0, r4=100.0, r8=170.0, r16=320.0, r64=1250.0)

ALL = {"H200": H200, "consumer": CONSUMER, "quantized": QUANTIZED_DEEP, "processor": PROCESSOR}
