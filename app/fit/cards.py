"""How fast graphics cards read memory while they decode, by name: only for guesses and priors, never for fitting.

Bytes per second that llama.cpp really moves with one answer, where it was measured or published for models of this
class (H200, RTX 3090, 4090, 5090, A100), else three quarters of the maker's figure; data-centre cards stay far
below theirs with one answer.
"""

from __future__ import annotations

USUAL_BYTES_PER_S = 500e9
_GB = 1e9

READING = {
    "H200": 1540, "H100": 1200, "A100": 1000, "B200": 1800, "L40S": 650, "L40": 650, "L4": 225, "A10": 450, "T4": 230,
    "V100": 650, "RTX PRO 6000": 1250, "RTX 6000 Ada": 720, "RTX A6000": 570, "RTX A5000": 570, "RTX A4000": 330,
    "RTX 5090": 1150, "RTX 5080": 720, "RTX 5070 Ti": 670, "RTX 5070": 500, "RTX 5060": 330, "RTX 4090": 780,
    "RTX 4080": 540, "RTX 4070 Ti SUPER": 500, "RTX 4070": 380, "RTX 4060": 210, "RTX 3090": 730, "RTX 3080": 570,
    "RTX 3070": 330, "RTX 3060": 270, "RTX 2080 Ti": 460, "RTX 2080": 330, "RTX 5090 Laptop": 670,
    "RTX 5080 Laptop": 670, "RTX 5070 Laptop": 290, "RTX 4090 Laptop": 430, "RTX 4080 Laptop": 320,
    "RTX 4070 Laptop": 190, "RTX 4060 Laptop": 190, "RTX 3080 Laptop": 330, "RTX 3070 Laptop": 330,
}  # fmt: skip


def reading_speed(name: str) -> float:
    """Bytes a second of the card of this name; the usual for one that is not known."""
    known = [model for model in READING if model.lower() in name.lower()]
    return READING[max(known, key=len)] * _GB if known else USUAL_BYTES_PER_S


# An f16 cache is read nearer to the maker's figure than weights, which must be unpacked: the H200 was measured (12.98
# ms a token at a depth of 508, 15.62 at 32,763, of 262,144 bytes each), the others are in proportion.
CACHE_READING = {"H200": 3200, "H100": 2200, "A100": 1350, "B200": 5300}


def cache_reading_speed(name: str) -> float:
    """Bytes a second of the cache, on the card of this name."""
    known = next((speed for model, speed in CACHE_READING.items() if model in name), None)
    return known * _GB if known else reading_speed(name)
