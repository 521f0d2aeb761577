"""Which NVIDIA cards answer here, asked of the driver itself."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass

LIBRARY = "nvml.dll" if os.name == "nt" else "libnvidia-ml.so.1"


@dataclass(frozen=True)
class Gpus:
    """The cards of this computer. `cuda` is the newest CUDA release the driver serves, as (major, minor)."""

    driver: str
    cuda: tuple[int, int]
    names: tuple[str, ...]
    capabilities: tuple[str, ...]  # one a card, as CMake writes them: "89"


def find_gpus(library: str = LIBRARY) -> Gpus | None:
    """The cards, or nothing where no driver answers."""
    try:
        nvml = ctypes.CDLL(library)
        if nvml.nvmlInit_v2() != 0:
            return None
    except (OSError, AttributeError):
        return None
    try:
        return _ask(nvml)
    except (AttributeError, _Refused):
        return None
    finally:
        nvml.nvmlShutdown()


class _Refused(Exception):
    pass


def _ask(nvml: ctypes.CDLL) -> Gpus | None:
    count = ctypes.c_uint()
    _call(nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)))
    version = ctypes.c_int()
    _call(nvml.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(version)))
    driver = ctypes.create_string_buffer(96)
    _call(nvml.nvmlSystemGetDriverVersion(driver, 96))
    cards = [_card(nvml, index) for index in range(count.value)]
    if not cards:
        return None
    names, capabilities = zip(*cards, strict=True)
    cuda = (version.value // 1000, version.value % 1000 // 10)
    return Gpus(driver.value.decode("ascii", "replace"), cuda, names, capabilities)


def _card(nvml: ctypes.CDLL, index: int) -> tuple[str, str]:
    handle = ctypes.c_void_p()
    _call(nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(handle)))
    name = ctypes.create_string_buffer(96)
    _call(nvml.nvmlDeviceGetName(handle, name, 96))
    major, minor = ctypes.c_int(), ctypes.c_int()
    _call(nvml.nvmlDeviceGetCudaComputeCapability(handle, ctypes.byref(major), ctypes.byref(minor)))
    return name.value.decode("utf-8", "replace"), f"{major.value}{minor.value}"


def _call(code: int) -> None:
    if code != 0:
        raise _Refused
