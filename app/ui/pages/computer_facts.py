"""What this computer is, as lines a person can check: GPUs, memory, disk."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from app.core.units import format_bytes
from app.core.words import say
from app.machine.snapshot import Machine
from app.ui.pages.page import Card, fact, label
from app.ui.words import memory_words


def fill_computer(card: Card, machine: Machine) -> None:
    """Show `machine` in `card`, replacing what was there."""
    card.clear()
    _add_gpus(card.column, machine)
    column = card.column
    cores = say("{name}, {cores} cores", name=machine.cpu.name, cores=machine.cpu.cores)
    column.addLayout(fact(say("Processor"), cores))
    column.addLayout(fact(say("Memory"), memory_words(machine.ram_free_bytes, machine.ram_total_bytes)))
    column.addLayout(fact(say("Disk"), say("{free} free", free=format_bytes(machine.disk_free_bytes))))


def _add_gpus(column: QVBoxLayout, machine: Machine) -> None:
    if not machine.gpus:
        column.addLayout(fact(say("Graphics card"), say("None that Carrel can use")))
    for number, gpu in enumerate(machine.gpus, 1):
        name = say("Graphics card") if len(machine.gpus) == 1 else say("Graphics card {number}", number=number)
        column.addLayout(fact(name, gpu.name))
        column.addLayout(fact(say("Graphics memory"), memory_words(gpu.free_bytes, gpu.total_bytes)))
    if machine.gpus:
        column.addLayout(fact(say("Driver"), machine.gpus[0].driver))
    if machine.gpu_note:
        column.addWidget(label(machine.gpu_note, "care"))


def total_memory(machine: Machine) -> tuple[str, int, int]:
    """Name, used and total bytes of what models live in: all GPUs, or RAM without one."""
    if machine.gpus:
        total = sum(gpu.total_bytes for gpu in machine.gpus)
        names = machine.gpus[0].name if len(machine.gpus) == 1 else f"{len(machine.gpus)} × {machine.gpus[0].name}"
        return names, total - sum(gpu.free_bytes for gpu in machine.gpus), total
    name = say("Processor only")
    return name, machine.ram_total_bytes - machine.ram_free_bytes, machine.ram_total_bytes


