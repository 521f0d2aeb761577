"""What this computer is, as lines a person can check: GPUs, memory, disk."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout

from app.core.units import format_bytes
from app.core.words import say
from app.machine.live import Sample
from app.machine.snapshot import Machine
from app.ui.pages.page import Card, fact, label
from app.ui.words import memory_words


def fill_computer(card: Card, machine: Machine) -> None:
    """Show `machine` in `card`, replacing what was there: the cards at the left, the rest at the right, in one grid."""
    card.clear()
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(8)
    for column, facts in enumerate((_gpu_facts(machine), _other_facts(machine))):
        grid.setColumnStretch(column, 1)
        for row, (name, value) in enumerate(facts):
            grid.addLayout(fact(name, value, wrap=False), row, column)
    card.column.addLayout(grid)
    if machine.gpu_note:
        card.column.addWidget(label(machine.gpu_note, "care"))


def _gpu_facts(machine: Machine) -> list[tuple[str, str]]:
    if not machine.gpus:
        return [(say("Graphics card"), say("None that Carrel can use"))]
    facts = []
    for number, gpu in enumerate(machine.gpus, 1):
        name = say("Graphics card") if len(machine.gpus) == 1 else say("Graphics card {number}", number=number)
        facts += [(name, gpu.name), (say("Graphics memory"), memory_words(gpu.free_bytes, gpu.total_bytes))]
    return [*facts, (say("Driver"), machine.gpus[0].driver)]


def _other_facts(machine: Machine) -> list[tuple[str, str]]:
    return [
        (say("Processor"), say("{name}, {cores} cores", name=machine.cpu.name, cores=machine.cpu.cores)),
        (say("Memory"), memory_words(machine.ram_free_bytes, machine.ram_total_bytes)),
        (say("Disk"), say("{free} free", free=format_bytes(machine.disk_free_bytes))),
    ]


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
