"""What this computer is, as lines a person can check: GPUs, memory, disk."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.core.units import format_bytes
from app.core.words import say
from app.machine.live import Sample
from app.machine.snapshot import Machine
from app.ui.pages.page import Card, fact, label
from app.ui.words import memory_words


def fill_computer(card: Card, machine: Machine) -> None:
    """Show `machine` in `card`, replacing what was there: the cards at the left, the rest at the right."""
    card.clear()
    left, right = QVBoxLayout(), QVBoxLayout()
    left.setSpacing(8)
    right.setSpacing(8)
    both = QHBoxLayout()
    both.setSpacing(24)
    both.addLayout(left, 1)
    both.addLayout(right, 1)
    card.column.addLayout(both)
    _add_gpus(left, machine)
    cores = say("{name}, {cores} cores", name=machine.cpu.name, cores=machine.cpu.cores)
    right.addLayout(fact(say("Processor"), cores, wrap=False))
    right.addLayout(fact(say("Memory"), memory_words(machine.ram_free_bytes, machine.ram_total_bytes), wrap=False))
    right.addLayout(fact(say("Disk"), say("{free} free", free=format_bytes(machine.disk_free_bytes)), wrap=False))
    left.addStretch(1)
    right.addStretch(1)
    if machine.gpu_note:
        card.column.addWidget(label(machine.gpu_note, "care"))


def _add_gpus(column: QVBoxLayout, machine: Machine) -> None:
    if not machine.gpus:
        column.addLayout(fact(say("Graphics card"), say("None that Carrel can use"), wrap=False))
    for number, gpu in enumerate(machine.gpus, 1):
        name = say("Graphics card") if len(machine.gpus) == 1 else say("Graphics card {number}", number=number)
        column.addLayout(fact(name, gpu.name, wrap=False))
        column.addLayout(fact(say("Graphics memory"), memory_words(gpu.free_bytes, gpu.total_bytes), wrap=False))
    if machine.gpus:
        column.addLayout(fact(say("Driver"), machine.gpus[0].driver, wrap=False))


def total_memory(machine: Machine) -> tuple[str, int, int]:
    """Name, used and total bytes of what models live in: all GPUs, or RAM without one."""
    if machine.gpus:
        total = sum(gpu.total_bytes for gpu in machine.gpus)
        names = machine.gpus[0].name if len(machine.gpus) == 1 else f"{len(machine.gpus)} × {machine.gpus[0].name}"
        return names, total - sum(gpu.free_bytes for gpu in machine.gpus), total
    name = say("Processor only")
    return name, machine.ram_total_bytes - machine.ram_free_bytes, machine.ram_total_bytes


def sample_memory(sample: Sample) -> tuple[str, int, int] | None:
    """The same of a live sample; None when it does not say."""
    gpus = [gpu for gpu in sample.gpus if gpu.total_bytes]
    if gpus:
        name = gpus[0].name if len(gpus) == 1 else f"{len(gpus)} × {gpus[0].name}"
        return name, sum(gpu.used_bytes or 0 for gpu in gpus), sum(gpu.total_bytes or 0 for gpu in gpus)
    if sample.ram_used_bytes is None or not sample.ram_total_bytes:
        return None
    return say("Processor only"), sample.ram_used_bytes, sample.ram_total_bytes
