"""Which graphics cards the engine may touch. A wrong driver does not fail politely, so the gate comes first."""

from __future__ import annotations

import msgspec

from app.core.words import say

# The engine is built with CUDA 12.8 and compressed kernels: drivers before 550 abort at the first kernel, and
# cards of the 12.0 generation (RTX 50xx) need 570.
OLDEST_DRIVER = 550
OLDEST_DRIVER_BLACKWELL = 570
OLDEST_CAPABILITY = (7, 5)
BLACKWELL = (10, 0)


class Gpu(msgspec.Struct, frozen=True):
    """One graphics card. `compute_capability` as "8.9"; empty strings where the value is not known."""

    name: str
    total_bytes: int
    free_bytes: int
    driver: str = ""
    compute_capability: str = ""
    uuid: str = ""
    index: int = 0


def gate_gpu(gpu: Gpu) -> str:
    """The sentence why this card cannot be used; empty when it can. Unknown values pass."""
    capability, driver = _pair(gpu.compute_capability), _pair(gpu.driver)[:1]
    if capability and capability < OLDEST_CAPABILITY:
        return say(
            "The {gpu} is too old: compute capability {have}, and {need} is needed. The model runs on the processor.",
            gpu=gpu.name,
            have=gpu.compute_capability,
            need="7.5",
        )
    needed = OLDEST_DRIVER_BLACKWELL if capability >= BLACKWELL else OLDEST_DRIVER
    if driver and driver[0] < needed:
        return say(
            "The NVIDIA driver {have} is too old for the {gpu}: install version {need} or newer. "
            "Until then the model runs on the processor.",
            have=gpu.driver,
            gpu=gpu.name,
            need=needed,
        )
    return ""


def visible_gpus(gpus: tuple[Gpu, ...], chosen: str | None) -> tuple[Gpu, ...]:
    """The cards CUDA will show to the engine, numbered as it numbers them.

    `chosen` is CUDA_VISIBLE_DEVICES: None shows all; else numbers or the beginnings of UUIDs, up to the first that
    names no card (CUDA programming guide, "CUDA Environment Variables").
    """
    if chosen is None:
        return gpus
    shown: list[Gpu] = []
    for name in (part.strip() for part in chosen.split(",")):
        named = [g for g in gpus if name == str(g.index) or (name.startswith("GPU-") and g.uuid.startswith(name))]
        if not named:
            break
        shown.append(msgspec.structs.replace(named[0], index=len(shown)))
    return tuple(shown)


def usable_gpus(gpus: tuple[Gpu, ...]) -> tuple[Gpu, ...]:
    """The cards that pass, most free memory first."""
    return tuple(sorted((gpu for gpu in gpus if not gate_gpu(gpu)), key=lambda gpu: -gpu.free_bytes))


def _pair(version: str) -> tuple[int, ...]:
    """The numbers of a version, `"8.9"` → (8, 9); empty where there are others than numbers."""
    parts = version.split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
