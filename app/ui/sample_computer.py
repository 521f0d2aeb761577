"""A computer that is not here: an RTX 4090 and three minutes of its figures, for pictures and tests."""

from __future__ import annotations

import math
from collections.abc import Callable

from app.core.emitter import Emitter
from app.core.units import GIB, MIB
from app.machine.cpu import Cpu
from app.machine.gate import Gpu
from app.machine.live import GpuSample, Sample
from app.machine.snapshot import Machine

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
        self.now_s = 0.0

    def start(self) -> None:
        """Nothing runs by itself in a picture."""

    pause = resume = stop = start

    def play(self, add_speed: Callable[[float | None], object]) -> None:
        for second in range(180):
            self.now_s = float(second)
            busy = 1.0 if second % 75 > 18 else 0.12
            self.sampled.emit(_sample(second, busy))
            speed = 58.0 + 7 * math.sin(second / 6) - second / 60 if busy == 1.0 else None
            add_speed(speed)


def _sample(second: int, busy: float) -> Sample:
    wave = math.sin(second / 5) + 0.4 * math.sin(second / 1.7)
    gpu = GpuSample(
        name="GeForce RTX 4090",
        used_bytes=23 * GIB,
        total_bytes=24 * GIB,
        load_percent=min(100.0, max(0.0, 94 * busy + 2 * wave)),
        temperature_c=48 + 17 * busy * min(1.0, second % 75 / 40) + 0.4 * wave,
        power_w=70 + 300 * busy + 6 * wave,
        power_limit_w=450.0,
    )
    return Sample(
        time_s=float(second),
        gpus=(gpu,),
        cpu_percent=9 + 3 * wave + 4 * busy,
        ram_used_bytes=int((13.4 + 0.05 * wave) * GIB),
        ram_total_bytes=64 * GIB,
        process_ram_bytes=int(1.3 * GIB),
    )
