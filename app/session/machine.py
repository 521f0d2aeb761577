"""Looks at this computer, away from the main thread."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.config.paths import models_folder
from app.machine.live import Sampler
from app.machine.snapshot import Machine, take_snapshot
from app.session.desk import Desk


def look(desk: Desk, done: Callable[[Machine], object]) -> None:
    """A fresh snapshot; asking the graphics driver can take a second."""
    desk.jobs.run(lambda: take_snapshot(models_folder(desk.home, desk.settings.models_folder)), done)


def without_engine(machine: Machine, pid: int | None) -> Machine:
    """The computer as if the idle engine took nothing of its cards: what CUDA holds there it will use itself."""
    sampler = Sampler()
    sampled = sampler.sample(pid).gpus if pid and machine.gpus else ()
    sampler.close()
    if [gpu.name for gpu in sampled] != [gpu.name for gpu in machine.gpus]:  # others are hidden by the environment
        return machine
    gpus = tuple(
        msgspec.structs.replace(gpu, free_bytes=gpu.free_bytes + (one.process_bytes or 0))
        for gpu, one in zip(machine.gpus, sampled, strict=True)
    )
    return msgspec.structs.replace(machine, gpus=gpus)
