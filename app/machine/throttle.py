"""Why a graphics card runs slower than it could, from the bits that NVIDIA's driver reports, and in words."""

from __future__ import annotations

from typing import Literal

from app.core.words import mark, say

Throttle = Literal["power", "heat", "slowdown", "power_brake", "sync", "set", "display", "reliability"]

# nvml.h, nvmlClocksEventReason*: bit 0 (idle) is no reason to worry; software and hardware heat are one for a person.
_BITS: tuple[tuple[int, Throttle], ...] = (
    (0x20 | 0x40, "heat"),
    (0x4 | 0x200, "power"),
    (0x80, "power_brake"),
    (0x8, "slowdown"),
    (0x400, "reliability"),
    (0x10, "sync"),
    (0x2, "set"),
    (0x100, "display"),
)
_WORDS: dict[Throttle, str] = {
    "heat": mark("slowed by heat"),
    "power": mark("held by its power limit"),
    "power_brake": mark("slowed by the power supply"),
    "slowdown": mark("slowed by its own protection"),
    "reliability": mark("held by its voltage limit"),
    "sync": mark("in step with another card"),
    "set": mark("clocks set by hand"),
    "display": mark("clocks set for the display"),
}
# Those that cost speed which somebody could have back; a power limit is how every card ends under full load.
SERIOUS: frozenset[Throttle] = frozenset({"heat", "power_brake", "slowdown"})


def reasons_of(bits: int) -> tuple[Throttle, ...]:
    """The reasons in a bit mask, the most serious first. A hardware slowdown that is named further counts once."""
    found = tuple(name for mask, name in _BITS if bits & mask)
    if "slowdown" in found and ("heat" in found or "power_brake" in found):
        return tuple(name for name in found if name != "slowdown")
    return found


def throttle_words(reasons: tuple[Throttle, ...]) -> str:
    """ "slowed by heat, held by its power limit"; empty without a reason."""
    return say(", ").join(say(_WORDS[reason]) for reason in reasons)
