"""Live figures of the computer, one value a call, meant for once a second.

What NVIDIA's driver does not tell on Windows: how much of a card a process takes, and what of it lies in the
computer's memory ("shared GPU memory"). There the system's own counters are asked (`wddm`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import psutil

from app.machine.card import CardReader, GpuSample
from app.machine.disk import DiskMeter, DiskSample
from app.machine.nvml import Layer, system_layer, text
from app.machine.quiet import quiet
from app.machine.thrift import Thrift, ThriftReader
from app.machine.wddm import EngineMemory, system_counter

__all__ = ["GpuSample", "Sample", "Sampler"]

RETRY_S = 30.0  # after a failed start of NVML, or a lost card: a driver may be installed or come back


class Sample(msgspec.Struct, frozen=True):
    """The computer at one moment. `time_s` is monotonic; `process_ram_bytes` is the engine's resident memory."""

    time_s: float
    gpus: tuple[GpuSample, ...] = ()
    cpu_percent: float | None = None
    ram_used_bytes: int | None = None
    ram_total_bytes: int | None = None
    process_ram_bytes: int | None = None
    disk: DiskSample = DiskSample()
    thrift: Thrift = Thrift()

    @property
    def cards(self) -> tuple[GpuSample, ...]:
        """The cards that say how much memory they have."""
        return tuple(gpu for gpu in self.gpus if gpu.total_bytes)

    @property
    def vram_share(self) -> float | None:
        """How full the fullest card is, 0 to 1; None without a card."""
        shares = [(gpu.used_bytes or 0) / (gpu.total_bytes or 1) for gpu in self.cards]
        return max(shares, default=None)

    @property
    def hottest_c(self) -> float | None:
        """The temperature of the hottest card."""
        return max((gpu.temperature_c for gpu in self.gpus if gpu.temperature_c is not None), default=None)


class Sampler:
    """Takes samples. Never raises. One thread at a time. `folder` is where free disk is looked for."""

    def __init__(
        self, layer: Layer | None = None, clock: Callable[[], float] = time.monotonic, folder: Path | None = None
    ) -> None:
        self._layer = layer
        self._clock = clock
        self._cards: list[CardReader] = []
        self._retry_at = 0.0
        self._is_open = False
        self._engine: psutil.Process | None = None
        self._disk = DiskMeter(folder or Path.home(), clock)
        self._thrift = ThriftReader(clock=clock)
        self._engine_memory = EngineMemory(system_counter())
        quiet(lambda: psutil.cpu_percent(None))  # the first call only starts the count

    def sample(self, engine_pid: int | None = None) -> Sample:
        """The computer now, with the parts the process `engine_pid` takes."""
        memory = quiet(psutil.virtual_memory)
        return Sample(
            time_s=self._clock(),
            gpus=self._gpus(engine_pid),
            cpu_percent=quiet(lambda: psutil.cpu_percent(None)),
            ram_used_bytes=memory.total - memory.available if memory else None,
            ram_total_bytes=memory.total if memory else None,
            process_ram_bytes=quiet(lambda: self._process(engine_pid).memory_info().rss) if engine_pid else None,
            disk=self._disk.read(),
            thrift=self._thrift.read(),
        )

    def close(self) -> None:
        """Let go of NVML; sampling again opens it again."""
        if self._is_open and self._layer:
            quiet(self._layer.nvmlShutdown)
        self._cards, self._retry_at, self._is_open = [], 0.0, False
        self._engine_memory.close()

    def _gpus(self, engine_pid: int | None) -> tuple[GpuSample, ...]:
        found = tuple(card.read(engine_pid) for card in self._open())
        if any(gpu.is_lost for gpu in found):
            self._open_again()
        return self._engine_memory.add_to(found, engine_pid)

    def _open_again(self) -> None:
        """A lost card may come back with its driver. Until then the readers of before go on saying that it is lost."""
        if self._clock() >= self._retry_at:
            self._retry_at = self._clock() + RETRY_S
            if self._layer:
                quiet(self._layer.nvmlShutdown)
            self._cards = quiet(self._find) or self._cards

    def _process(self, pid: int | None) -> psutil.Process:
        """Looking a process up costs more than asking it."""
        if self._engine is None or self._engine.pid != pid:
            self._engine = psutil.Process(pid)
        return self._engine

    def _open(self) -> list[CardReader]:
        """The cards, opened once; when there are none, tried again after a while."""
        if not self._cards and self._clock() >= self._retry_at:
            self._retry_at = self._clock() + RETRY_S
            self._cards = quiet(self._find) or []
        return self._cards

    def _find(self) -> list[CardReader]:
        layer = self._layer = self._layer or system_layer()
        layer.nvmlInit()
        self._is_open = True
        readers = (quiet(partial(_reader, layer, index)) for index in range(layer.nvmlDeviceGetCount()))
        return [reader for reader in readers if reader is not None]


def _reader(layer: Layer, index: int) -> CardReader:
    handle = layer.nvmlDeviceGetHandleByIndex(index)
    return CardReader(layer, text(layer.nvmlDeviceGetName(handle)).removeprefix("NVIDIA "), handle)
