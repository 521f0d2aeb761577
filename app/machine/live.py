"""Live figures of the computer, one value a call, meant for once a second."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
import psutil

from app.machine.nvml import Layer, system_layer, text

T = TypeVar("T")

RETRY_S = 30.0  # after a failed start of NVML: a driver may be installed or come back


class GpuSample(msgspec.Struct, frozen=True):
    """One card at one moment; None where the card or the driver does not say. `process_bytes` is the engine's part."""

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


class Sample(msgspec.Struct, frozen=True):
    """The computer at one moment. `time_s` is monotonic; `process_ram_bytes` is the engine's resident memory."""

    time_s: float
    gpus: tuple[GpuSample, ...] = ()
    cpu_percent: float | None = None
    ram_used_bytes: int | None = None
    ram_total_bytes: int | None = None
    process_ram_bytes: int | None = None


class Sampler:
    """Takes samples. Never raises. One thread at a time."""

    def __init__(self, layer: Layer | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._layer = layer
        self._clock = clock
        self._handles: list[tuple[str, object]] = []
        self._retry_at = 0.0
        quiet(lambda: psutil.cpu_percent(None))  # the first call only starts the count

    def sample(self, engine_pid: int | None = None) -> Sample:
        """The computer now, with the parts the process `engine_pid` takes."""
        memory = quiet(psutil.virtual_memory)
        return Sample(
            time_s=self._clock(),
            gpus=tuple(self._sample_gpu(name, handle, engine_pid) for name, handle in self._open()),
            cpu_percent=quiet(lambda: psutil.cpu_percent(None)),
            ram_used_bytes=memory.total - memory.available if memory else None,
            ram_total_bytes=memory.total if memory else None,
            process_ram_bytes=quiet(lambda: psutil.Process(engine_pid).memory_info().rss) if engine_pid else None,
        )

    def close(self) -> None:
        """Let go of NVML; sampling again opens it again."""
        if self._handles and self._layer:
            quiet(self._layer.nvmlShutdown)
        self._handles, self._retry_at = [], 0.0

    def _open(self) -> list[tuple[str, object]]:
        """The cards, opened once; when there are none, tried again after a while."""
        if not self._handles and self._clock() >= self._retry_at:
            self._retry_at = self._clock() + RETRY_S
            self._handles = quiet(self._find) or []
        return self._handles

    def _find(self) -> list[tuple[str, object]]:
        layer = self._layer = self._layer or system_layer()
        layer.nvmlInit()
        handles = [layer.nvmlDeviceGetHandleByIndex(index) for index in range(layer.nvmlDeviceGetCount())]
        return [(text(layer.nvmlDeviceGetName(handle)).removeprefix("NVIDIA "), handle) for handle in handles]

    def _sample_gpu(self, name: str, handle: object, engine_pid: int | None) -> GpuSample:
        layer = self._layer
        assert layer is not None
        memory = quiet(lambda: layer.nvmlDeviceGetMemoryInfo(handle))
        power = quiet(lambda: layer.nvmlDeviceGetPowerUsage(handle))
        limit = quiet(lambda: layer.nvmlDeviceGetEnforcedPowerLimit(handle))
        return GpuSample(
            name=name,
            used_bytes=int(memory.used) if memory else None,
            total_bytes=int(memory.total) if memory else None,
            load_percent=quiet(lambda: float(layer.nvmlDeviceGetUtilizationRates(handle).gpu)),
            temperature_c=quiet(lambda: float(layer.nvmlDeviceGetTemperature(handle, layer.NVML_TEMPERATURE_GPU))),
            power_w=power / 1000 if power is not None else None,
            power_limit_w=limit / 1000 if limit is not None else None,
            clock_mhz=quiet(lambda: float(layer.nvmlDeviceGetClockInfo(handle, layer.NVML_CLOCK_SM))),
            memory_clock_mhz=quiet(lambda: float(layer.nvmlDeviceGetClockInfo(handle, layer.NVML_CLOCK_MEM))),
            process_bytes=self._process_bytes(handle, engine_pid),
        )

    def _process_bytes(self, handle: object, pid: int | None) -> int | None:
        """What the process takes on this card; Windows does not tell."""
        layer = self._layer
        if pid is None or layer is None:
            return None
        running = quiet(lambda: layer.nvmlDeviceGetComputeRunningProcesses(handle)) or []
        used = next((process.usedGpuMemory for process in running if process.pid == pid), None)
        return int(used) if used is not None else None


def quiet(ask: Callable[[], T]) -> T | None:
    """The answer, or None whatever went wrong: a missing figure is no reason to stop."""
    with contextlib.suppress(Exception):
        return ask()
    return None
