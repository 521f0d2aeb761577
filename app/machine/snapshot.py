"""What this computer is, as one value that can be saved here and planned for elsewhere."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import msgspec
import psutil

from app.core.errors import CarrelError
from app.core.files import write_durably
from app.core.words import say
from app.machine import nvml
from app.machine.cpu import Cpu, read_cpu
from app.machine.gate import Gpu, gate_gpu, usable_gpus, visible_gpus


class Machine(msgspec.Struct, frozen=True):
    """One computer. Sizes in bytes; `gpu_note` is the sentence why no graphics card is used, empty when one is."""

    os: str
    gpus: tuple[Gpu, ...]
    cpu: Cpu
    ram_total_bytes: int
    ram_free_bytes: int
    disk_free_bytes: int
    gpu_note: str = ""

    @property
    def usable_gpus(self) -> tuple[Gpu, ...]:
        """The cards the engine can use, most free memory first."""
        return usable_gpus(self.gpus)


def take_snapshot(models_folder: Path, layer: nvml.Layer | None = None) -> Machine:
    """This computer now. `layer` is NVML itself unless a test gives another; a missing driver is no error."""
    found, note = nvml.read_gpus(layer or nvml.system_layer())
    gpus = visible_gpus(found, os.environ.get("CUDA_VISIBLE_DEVICES"))
    memory = psutil.virtual_memory()
    return Machine(
        os=_os_name(),
        gpus=gpus,
        cpu=read_cpu(),
        ram_total_bytes=memory.total,
        ram_free_bytes=memory.available,
        disk_free_bytes=_disk_free_bytes(models_folder),
        gpu_note=note or explain_unused(gpus),
    )


def explain_unused(gpus: tuple[Gpu, ...]) -> str:
    """Why none of these cards can be used; empty when one can."""
    if not gpus:
        return say("No NVIDIA graphics card was found. The model runs on the processor.")
    return "" if usable_gpus(gpus) else gate_gpu(gpus[0])


def save_machine(machine: Machine, file: Path) -> None:
    """Write the value as indented JSON."""
    write_durably(file, msgspec.json.format(msgspec.json.encode(machine), indent=2) + b"\n")


def load_machine(file: Path) -> Machine:
    """A machine saved by `save_machine` or written by hand. Unknown keys are ignored; bad files are a CarrelError."""
    try:
        machine = msgspec.convert(_hand_written(msgspec.json.decode(file.read_bytes())), Machine)
    except OSError as error:
        raise _refused(file, error.strerror or str(error)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(file, str(error)) from error
    sizes = [machine.ram_total_bytes, machine.ram_free_bytes, machine.disk_free_bytes]
    if min(sizes + [n for gpu in machine.gpus for n in (gpu.total_bytes, gpu.free_bytes)]) < 0:
        raise _refused(file, say("a size is negative"))
    note = explain_unused(machine.gpus)
    return msgspec.structs.replace(machine, gpu_note=note if machine.gpus else machine.gpu_note or note)


def _hand_written(content: Any) -> Any:
    """What people write by hand: a capability as the number 8.9, a driver as 550, either as null, a size as 6.4e10."""
    if isinstance(content, dict):
        content = {key: int(value) if _is_whole(value) else value for key, value in content.items()}
    cards = content.get("gpus") if isinstance(content, dict) else None
    for card in cards if isinstance(cards, list) else ():
        for key in ("compute_capability", "driver"):
            if isinstance(card, dict) and isinstance(card.get(key, ""), int | float | None):
                card[key] = "" if card[key] is None else str(card[key])
        for key in ("total_bytes", "free_bytes"):
            if isinstance(card, dict) and _is_whole(card.get(key)):
                card[key] = int(card[key])
    return content


def _is_whole(value: object) -> bool:
    """6.4e10 is how some write a size."""
    return isinstance(value, float) and value.is_integer()


def _refused(file: Path, cause: str) -> CarrelError:
    return CarrelError(
        "machine_file_bad",
        "{file} does not describe a computer: {cause}.",
        'Make one with "carrel doctor --json" on that computer.',
        file=file.name,
        cause=cause,
    )


def _os_name() -> str:
    if platform.system() != "Linux":
        return f"{platform.system()} {platform.release()}"
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return f"Linux {platform.release()}"


def _disk_free_bytes(folder: Path) -> int:
    """Free space where the folder is or would be made."""
    for place in (folder, *folder.parents):
        try:
            return psutil.disk_usage(str(place)).free
        except OSError:
            continue
    return 0
