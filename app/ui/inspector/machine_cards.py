"""What the computer is doing: graphics memory in parts, the card, the processor, memory and disk."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.core.units import GIB, format_bytes, format_gib
from app.core.words import say
from app.machine.live import GpuSample, Sample
from app.machine.throttle import SERIOUS, throttle_words
from app.perf.vram import VramParts
from app.session.monitor import Moment, Monitor
from app.ui.bridge import listen
from app.ui.guide import Guide
from app.ui.inspector.card_rows import CardRows
from app.ui.inspector.metrics import Metric, computer_metrics, gpu_metrics
from app.ui.pages.page import label
from app.ui.widgets.metric import MetricCard
from app.ui.widgets.vram import VramBar


class MachineCards(QWidget):
    """One point a second on every curve while it is seen; shown again, it draws what was missed. Without a graphics
    card its figures are not shown, and the processor takes their place."""

    def __init__(
        self,
        monitor: Monitor,
        guide: Guide,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._monitor, self._clock = monitor, clock
        self.vram = VramBar()
        self._gpu = {metric: metric.make(clock) for metric in gpu_metrics()}
        self._computer = {metric: metric.make(clock) for metric in computer_metrics()}
        self.load, self.clock, self.temperature, self.power = self._gpu.values()
        self.cpu, self.memory, self.engine_memory, self.disk = self._computer.values()
        self.rows = CardRows()
        self._vram_box = self._make_vram_box()
        self._grid = QGridLayout()
        self._has_gpu: bool | None = None
        self._lay_out()
        listen(self, lambda: monitor.sampled.connect(self._on_sampled))
        moment = monitor.moment
        self._show_gpu(known=bool(moment.sample.gpus) if moment else guide.vram_total_bytes > 0)

    def _make_vram_box(self) -> QFrame:
        box = QFrame()
        box.setProperty("ground", "sheet")
        column = QVBoxLayout(box)
        column.setContentsMargins(11, 10, 11, 10)
        column.addWidget(label(say("Graphics memory"), "quiet"))
        column.addWidget(self.vram)
        column.addWidget(self.rows)
        self.rows.hide()
        return box

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._vram_box)
        column.addLayout(self._grid)
        self._grid.setSpacing(8)
        for card in (*self._gpu.values(), *self._computer.values()):
            card.setParent(self)

    def _show_gpu(self, *, known: bool) -> None:
        """Two cards in a row; the processor takes a whole one where it is all there is."""
        if known == self._has_gpu:
            return
        self._has_gpu = known
        places: list[tuple[MetricCard, int]] = [(card, 1) for card in self._gpu.values() if known]
        places += [(card, 2 if card is self.cpu and not known else 1) for card in self._computer.values()]
        if not known:
            places[-1] = (self.disk, 2)
        at = 0
        for card, width in places:
            at += at % 2 if width == 2 else 0
            self._grid.addWidget(card, at // 2, at % 2, 1, width)
            at += width
        for shown in (*self._gpu.values(), self._vram_box):
            shown.setVisible(known)

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while nobody looked."""
        super().showEvent(event)
        now = self._clock()
        for metric, card in self._all():
            card.fill(metric.points(self._monitor.history, now))
        if self._monitor.moment is not None:
            self._show(self._monitor.moment)

    def _on_sampled(self, moment: Moment) -> None:
        if not self.isVisible():
            return
        for metric, card in self._all():
            card.add(metric.latest(self._monitor.history))
        self._show(moment)

    def _all(self) -> list[tuple[Metric, MetricCard]]:
        return [*(self._gpu.items() if self._has_gpu else ()), *self._computer.items()]

    def _show(self, moment: Moment) -> None:
        """What is not a curve."""
        sample = moment.sample
        self._show_gpu(known=bool(sample.gpus))
        self._show_limits(sample)
        self.vram.set_parts(moment.parts or VramParts())
        free = sample.disk.free_bytes
        self.disk.set_ghost(None, say("{free} free", free=format_bytes(free)) if free is not None else "")
        swap = sample.disk.swap_used_bytes
        self.memory.set_ghost(
            sample.ram_total_bytes / GIB if sample.ram_total_bytes else None,
            say("Swapped to disk: {size}", size=format_gib(swap)) if swap else "",
        )

    def _show_limits(self, sample: Sample) -> None:
        gpus = sample.gpus
        limits = [gpu.power_limit_w for gpu in gpus if gpu.power_limit_w is not None]
        all_of = say("All {count} cards together.", count=len(gpus)) if len(gpus) > 1 else ""
        limit = say("The dashed line is the card's power limit.") if limits else ""
        self.power.set_ghost(sum(limits) or None, "\n".join(filter(None, (all_of, limit))))
        clocks = [gpu.highest_clock_mhz / 1000 for gpu in gpus if gpu.highest_clock_mhz]
        reasons = tuple(dict.fromkeys(reason for gpu in gpus for reason in gpu.throttle or ()))
        note = say("The dashed line is the card's highest clock.") if clocks else ""
        self.clock.set_ghost(max(clocks, default=None), "\n".join(filter(None, (note, throttle_words(reasons)))))
        lost = any(gpu.is_lost for gpu in gpus)
        serious = tuple(reason for reason in reasons if reason in SERIOUS)
        self.clock.set_care(throttle_words(serious))
        self.load.set_care(say("stopped answering") if lost else "")
        several = len(gpus) > 1
        mean = say("The mean of {count} cards.", count=len(gpus)) if several else ""
        self.load.set_ghost(None, "\n".join(filter(None, (mean, _link_words(gpus)))))
        self.temperature.set_ghost(None, say("The hottest of {count} cards.", count=len(gpus)) if several else "")
        self.rows.setVisible(several)
        self.rows.show_cards(gpus)


def _link_words(gpus: tuple[GpuSample, ...]) -> str:
    """How the cards hang on the computer; a narrow link makes loading and spread models slow."""
    links = dict.fromkeys(
        f"PCIe {gpu.pcie_generation} × {gpu.pcie_lanes}" for gpu in gpus if gpu.pcie_generation and gpu.pcie_lanes
    )
    return ", ".join(links)
