"""One graphics card, asked once a second. What hardly changes is asked less often, what cannot be told is not asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from app.machine.nvml import Layer
from app.machine.quiet import quiet
from app.machine.throttle import Throttle, reasons_of

T = TypeVar("T")

SLOW_BEATS = 10  # what hardly changes: power limit, highest clock, the link to the computer
MISSES = 3  # a figure that failed so often in a row is not asked for until the next slow beat


class GpuSample(msgspec.Struct, frozen=True):
    """One card at one moment; None where the card or the driver does not say. `process_bytes` is the engine's part.

    `throttle` says why it runs slower than it could; `others` is how many other programs compute on it. `shared_bytes`
    is what of the engine Windows has put into the computer's memory instead of the card's. `is_lost`: the driver has
    given the card up.
    """

    name: str
    used_bytes: int | None = None
    total_bytes: int | None = None
    load_percent: float | None = None
    temperature_c: float | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    clock_mhz: float | None = None
    memory_clock_mhz: float | None = None
    process_bytes: int | None = None
    highest_clock_mhz: float | None = None
    throttle: tuple[Throttle, ...] | None = None
    pcie_generation: int | None = None
    pcie_lanes: int | None = None
    others: int | None = None
    shared_bytes: int | None = None
    is_lost: bool = False


class CardReader:
    """Reads one card through NVML. Never raises. A call takes some ten microseconds, one slow beat in ten more."""

    def __init__(self, layer: Layer, name: str, handle: object) -> None:
        self._layer, self._name, self._handle = layer, name, handle
        self._beat = 0
        self._misses: dict[str, int] = {}
        self._slow: dict[str, Any] = {}
        self._is_lost = False

    def read(self, engine_pid: int | None) -> GpuSample:
        """The card now, with the part that the process `engine_pid` takes of it."""
        layer, handle = self._layer, self._handle
        self._is_lost = False
        if self._beat % SLOW_BEATS == 0:
            self._misses.clear()
            self._slow = self._read_slow()
        self._beat += 1
        memory = self._ask("memory", lambda: layer.nvmlDeviceGetMemoryInfo(handle))
        power = self._ask("power", lambda: layer.nvmlDeviceGetPowerUsage(handle))
        mine, others = self._processes(engine_pid)
        return GpuSample(
            name=self._name,
            used_bytes=int(memory.used) if memory else None,
            total_bytes=int(memory.total) if memory else None,
            load_percent=self._ask("load", lambda: float(layer.nvmlDeviceGetUtilizationRates(handle).gpu)),
            temperature_c=self._ask("heat", lambda: _degrees(layer, handle)),
            power_w=power / 1000 if power is not None else None,
            clock_mhz=self._ask("clock", lambda: _mhz(layer, handle, layer.NVML_CLOCK_SM)),
            memory_clock_mhz=self._ask("mem", lambda: _mhz(layer, handle, layer.NVML_CLOCK_MEM)),
            process_bytes=mine,
            throttle=self._throttle(),
            others=others,
            is_lost=self._is_lost,
            **self._slow,
        )

    def _read_slow(self) -> dict[str, Any]:
        layer, handle = self._layer, self._handle
        limit = self._ask("limit", lambda: layer.nvmlDeviceGetEnforcedPowerLimit(handle))
        highest = self._ask("highest", lambda: float(layer.nvmlDeviceGetMaxClockInfo(handle, layer.NVML_CLOCK_SM)))
        return {
            "power_limit_w": limit / 1000 if limit is not None else None,
            "highest_clock_mhz": highest,
            "pcie_generation": self._ask("pcie", lambda: int(layer.nvmlDeviceGetCurrPcieLinkGeneration(handle))),
            "pcie_lanes": self._ask("lanes", lambda: int(layer.nvmlDeviceGetCurrPcieLinkWidth(handle))),
        }

    def _throttle(self) -> tuple[Throttle, ...] | None:
        """Drivers before 535 know the bits by their older name."""
        layer, handle = self._layer, self._handle
        bits = self._ask("throttle", lambda: int(layer.nvmlDeviceGetCurrentClocksEventReasons(handle)))
        if bits is None:
            bits = self._ask("older", lambda: int(layer.nvmlDeviceGetCurrentClocksThrottleReasons(handle)))
        return None if bits is None else reasons_of(bits)

    def _processes(self, pid: int | None) -> tuple[int | None, int | None]:
        """What the process takes on this card, and how many others compute on it; Windows tells no sizes.

        In a container the driver numbers processes otherwise: where ours is not found nobody can be called another.
        """
        running = self._ask("running", lambda: self._layer.nvmlDeviceGetComputeRunningProcesses(self._handle))
        mine = next((process for process in running or () if process.pid == pid), None)
        if running is None or (mine is None and pid is not None):
            return None, None
        used = mine.usedGpuMemory if mine is not None else None
        return (int(used) if used is not None else None), len(running) - (mine is not None)

    def _ask(self, key: str, ask: Callable[[], T]) -> T | None:
        """The answer, or None; what failed again and again is left alone for a while."""
        if self._misses.get(key, 0) >= MISSES or self._is_lost:
            return None
        try:
            answer = ask()
        except Exception as error:
            if _says_lost(self._layer, error):
                self._is_lost = True
            else:
                self._misses[key] = self._misses.get(key, 0) + 1
            return None
        self._misses.pop(key, None)
        return answer


def _degrees(layer: Layer, handle: object) -> float:
    return float(layer.nvmlDeviceGetTemperature(handle, layer.NVML_TEMPERATURE_GPU))


def _mhz(layer: Layer, handle: object, clock: int) -> float:
    return float(layer.nvmlDeviceGetClockInfo(handle, clock))


def _says_lost(layer: Layer, error: Exception) -> bool:
    lost = (layer.NVML_ERROR_GPU_IS_LOST, layer.NVML_ERROR_RESET_REQUIRED)
    return quiet(lambda: error.value in lost) or False  # type: ignore[attr-defined]
