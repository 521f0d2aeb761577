"""A computer that is not here: an RTX 4090 and three minutes of its figures, for pictures and tests."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from app.core.emitter import Emitter
from app.core.units import GIB, MIB
from app.machine.cpu import Cpu
from app.machine.disk import DiskSample
from app.machine.gate import Gpu
from app.machine.live import GpuSample, Sample
from app.machine.snapshot import Machine
from app.perf.flow import Flow
from app.perf.meter import Figures

SAMPLE_MACHINE = Machine(
    os="Debian GNU/Linux 12 (bookworm)",
    gpus=(Gpu("GeForce RTX 4090", 24 * GIB, 23 * GIB + 400 * MIB, "570.86.15", "8.9", "GPU-sample"),),
    cpu=Cpu("AMD Ryzen 9 7950X", 16),
    ram_total_bytes=64 * GIB,
    ram_free_bytes=52 * GIB,
    disk_free_bytes=812_000_000_000,
)


class SampleTelemetry:
    """Stands in for the live figures: `play` tells three minutes of them, second by second."""

    def __init__(self) -> None:
        self.sampled: Emitter[[Sample]] = Emitter()
        self.now_s = -1.0
        self.gpu: dict[str, Any] = {}  # what is otherwise about the card
        self.flow = SampleFlow(self)

    def start(self) -> None:
        """Nothing runs by itself in a picture."""

    pause = resume = stop = start

    @property
    def busy(self) -> float:
        """How hard the card works: answers come and go."""
        return 1.0 if self.now_s % 75 > 18 else 0.12

    def play(self, each: Callable[[], object] = lambda: None, seconds: int = 180, step_s: int = 1) -> None:
        """`seconds` more, one sample every `step_s`."""
        for _ in range(0, seconds, step_s):
            self.now_s += step_s
            self.sampled.emit(_sample(self.now_s, self.busy, self.gpu))
            each()


class SampleFlow(Flow):
    """Answers that are not written: speeds after the same clock."""

    def __init__(self, telemetry: SampleTelemetry) -> None:
        super().__init__()
        self._telemetry = telemetry
        self.slowness = 1.0

    def decode_tok_s(self, at_s: float) -> float | None:
        now = self._telemetry.now_s
        speed = 46.0 + 3 * math.sin(now / 6) + 1.5 * math.sin(now / 1.9)
        return self.slowness * speed if self._telemetry.busy == 1.0 and now % 75 > 22 else None

    def prefill_tok_s(self, at_s: float) -> float | None:
        now = self._telemetry.now_s
        return 2410 + 60 * math.sin(now) if 18 < now % 75 <= 22 else None

    def writing(self, at_s: float) -> Figures | None:
        speed = self.decode_tok_s(at_s)
        return Figures(tok_s=speed, prefill_done=1912, answer_tokens=326) if speed is not None else None


def _sample(second: float, busy: float, gpu: dict[str, Any]) -> Sample:
    wave = math.sin(second / 5) + 0.4 * math.sin(second / 1.7)
    card = GpuSample(
        name="GeForce RTX 4090",
        used_bytes=int((22.6 + 0.02 * wave) * GIB),
        total_bytes=24 * GIB,
        load_percent=min(100.0, max(0.0, 94 * busy + 2 * wave)),
        temperature_c=48 + 17 * busy * min(1.0, second % 75 / 40) + 0.4 * wave,
        power_w=70 + 300 * busy + 6 * wave,
        power_limit_w=450.0,
        clock_mhz=2520 + 60 * wave if busy == 1.0 else 480,
        memory_clock_mhz=10_501,
        highest_clock_mhz=3_105,
        throttle=(),
        pcie_generation=4,
        pcie_lanes=16,
    )
    return Sample(
        time_s=float(second),
        gpus=(msgspec.structs.replace(card, **gpu),),
        cpu_percent=9 + 3 * wave + 4 * busy,
        ram_used_bytes=int((13.4 + 0.05 * wave) * GIB),
        ram_total_bytes=64 * GIB,
        process_ram_bytes=int(1.3 * GIB),
        disk=DiskSample(max(0.0, 2e6 * wave), 0.4e6, 812_000_000_000, 0.0, 0),
    )
