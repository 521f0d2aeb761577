"""What the computer is doing: graphics memory in parts, GPU load, temperature, power, processor, memory."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.core.units import GIB
from app.core.words import say
from app.machine.live import GpuSample, Sample
from app.session.loading import last_plan
from app.session.telemetry import Telemetry
from app.ui.bridge import listen
from app.ui.conversation import Conversation
from app.ui.guide import Guide
from app.ui.pages.page import label
from app.ui.widgets.metric import MetricCard
from app.ui.widgets.vram import VramBar, VramParts


class MachineCards(QWidget):
    """One point a second on every curve. Without a graphics card its figures are not shown."""

    def __init__(
        self,
        conversation: Conversation,
        guide: Guide,
        telemetry: Telemetry,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._guide = conversation.desk, guide
        self.vram = VramBar()
        self.load = MetricCard(say("GPU load"), "%", high=100, clock=clock)
        self.temperature = MetricCard(say("Temperature"), "°C", low=20, high=100, clock=clock)
        self.power = MetricCard(say("Power"), "W", clock=clock)
        self.cpu = MetricCard(say("Processor"), "%", high=100, clock=clock)
        self.memory = MetricCard(say("Memory"), "GB", digits=1, clock=clock)
        self.engine_memory = MetricCard(say("Engine"), "GB", digits=1, clock=clock)
        self._gpu_only: tuple[QWidget, ...] = (self._vram_box(), self.load, self.temperature, self.power)
        self._lay_out()
        listen(self, lambda: telemetry.sampled.connect(self.show_sample))
        self._show_gpu(guide.vram_total_bytes > 0)

    def _vram_box(self) -> QFrame:
        box = QFrame()
        box.setProperty("ground", "sheet")
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(label(say("Graphics memory"), "quiet"))
        column.addWidget(self.vram)
        return box

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._gpu_only[0])
        grid = QGridLayout()
        grid.setSpacing(8)
        column.addLayout(grid)
        grid.addWidget(self.load, 0, 0)
        grid.addWidget(self.power, 0, 1)
        grid.addWidget(self.temperature, 1, 0, 1, 2)
        grid.addWidget(self.cpu, 2, 0, 1, 2)
        grid.addWidget(self.memory, 3, 0)
        grid.addWidget(self.engine_memory, 3, 1)

    def show_sample(self, sample: Sample) -> None:
        """One more moment."""
        gpus = [gpu for gpu in sample.gpus if gpu.total_bytes]
        self._show_gpu(bool(gpus))
        if gpus:
            self._show_cards(gpus)
        self.cpu.add(sample.cpu_percent)
        self.memory.add(_gib(sample.ram_used_bytes))
        self.engine_memory.add(_gib(sample.process_ram_bytes))

    def _show_cards(self, gpus: list[GpuSample]) -> None:
        """Several cards: loads averaged, watts added, the hottest temperature."""
        loads = [gpu.load_percent for gpu in gpus if gpu.load_percent is not None]
        watts = [gpu.power_w for gpu in gpus if gpu.power_w is not None]
        degrees = [gpu.temperature_c for gpu in gpus if gpu.temperature_c is not None]
        self.load.add(sum(loads) / len(loads) if loads else None)
        self.power.add(sum(watts) if watts else None)
        self.temperature.add(max(degrees, default=None))
        limits = [gpu.power_limit_w for gpu in gpus if gpu.power_limit_w is not None]
        if limits:
            self.power.set_ghost(sum(limits), say("The dashed line is the card's power limit."))
        self.vram.set_parts(self._parts(gpus))

    def _parts(self, gpus: list[GpuSample]) -> VramParts:
        """The plan's parts of what the engine takes; the rest of what is used belongs to other programs."""
        total, used = sum(gpu.total_bytes or 0 for gpu in gpus), sum(gpu.used_bytes or 0 for gpu in gpus)
        plan = last_plan(self._desk) if self._desk.engine.state.has_model else None
        if plan is None:
            return VramParts(other_bytes=used, total_bytes=total)
        vram = plan.vram
        return VramParts(
            weights_bytes=vram.weights_bytes,
            kv_bytes=vram.kv_bytes,
            compute_bytes=vram.compute_bytes + vram.overhead_bytes,
            other_bytes=max(0, used - vram.total_bytes),
            total_bytes=total,
        )

    def _show_gpu(self, known: bool) -> None:
        for widget in self._gpu_only:
            widget.setVisible(known)


def _gib(size_bytes: int | None) -> float | None:
    return None if size_bytes is None else size_bytes / GIB
