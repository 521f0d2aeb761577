"""Whether the computer saves power, which slows the model: on battery, or by how the system runs the processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil

from app.machine.quiet import quiet

LOOK_S = 15.0
_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


class Thrift(msgspec.Struct, frozen=True):
    """None where it is not known. `governor` is Linux' word for how the processor's clock is chosen, "" elsewhere."""

    on_battery: bool | None = None
    governor: str = ""

    @property
    def saves_power(self) -> bool:
        return bool(self.on_battery) or self.governor == "powersave_fixed" or self.governor == "conservative"


class ThriftReader:
    """Looks now and then; between looks it says what it saw."""

    def __init__(self, governor: Path = _GOVERNOR, clock: Callable[[], float] = time.monotonic) -> None:
        self._governor, self._clock = governor, clock
        self._due_s = float("-inf")
        self._last = Thrift()

    def read(self) -> Thrift:
        if self._clock() >= self._due_s:
            self._due_s = self._clock() + LOOK_S
            self._last = Thrift(quiet(_on_battery), quiet(self._read_governor) or "")
        return self._last

    def _read_governor(self) -> str:
        """The drivers intel_pstate and amd-pstate call their usual, quick way "powersave"; elsewhere that is slow."""
        name = self._governor.read_text("ascii").strip()
        driver = quiet(lambda: self._governor.with_name("scaling_driver").read_text("ascii").strip()) or ""
        is_usual = name == "powersave" and ("pstate" in driver or not driver)
        return name if name != "powersave" or is_usual else "powersave_fixed"


def _on_battery() -> bool | None:
    battery = psutil.sensors_battery()
    return None if battery is None or battery.power_plugged is None else not battery.power_plugged
