"""The graphics cards through NVIDIA's management library. Each way it can fail is a sentence, never a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.core.words import say
from app.machine.gate import Gpu

T = TypeVar("T")
# The functions used here and by `live`, as pynvml names them; a test hands in an object with the same names.
Layer = Any


def system_layer() -> Layer:
    """NVML itself. Importing it loads nothing; `nvmlInit` looks for the driver."""
    import pynvml  # type: ignore[import-untyped, unused-ignore]

    return pynvml


def read_gpus(layer: Layer) -> tuple[tuple[Gpu, ...], str]:
    """All cards that answer, and a sentence when one or all do not."""
    try:
        layer.nvmlInit()
    except layer.NVMLError as error:
        return (), explain_error(layer, error)
    except Exception as error:  # a broken library can fail in any way while it loads
        return (), _unexpected(error)
    try:
        return _read_all(layer)
    except layer.NVMLError as error:
        return (), explain_error(layer, error)
    finally:
        attempt(layer, layer.nvmlShutdown)


def _read_all(layer: Layer) -> tuple[tuple[Gpu, ...], str]:
    driver = text(attempt(layer, layer.nvmlSystemGetDriverVersion) or "")
    gpus, note = [], ""
    for index in range(layer.nvmlDeviceGetCount()):
        try:
            gpus.append(_read_one(layer, index, driver))
        except layer.NVMLError as error:
            note = explain_error(layer, error)
    return tuple(gpus), "" if gpus else note


def _read_one(layer: Layer, index: int, driver: str) -> Gpu:
    handle = layer.nvmlDeviceGetHandleByIndex(index)
    memory = layer.nvmlDeviceGetMemoryInfo(handle)
    capability = attempt(layer, lambda: layer.nvmlDeviceGetCudaComputeCapability(handle))
    return Gpu(
        name=text(layer.nvmlDeviceGetName(handle)).removeprefix("NVIDIA "),
        total_bytes=int(memory.total),
        free_bytes=int(memory.free),
        driver=driver,
        compute_capability=f"{capability[0]}.{capability[1]}" if capability else "",
        uuid=text(attempt(layer, lambda: layer.nvmlDeviceGetUUID(handle)) or ""),
        index=index,
    )


def attempt(layer: Layer, ask: Callable[[], T]) -> T | None:
    """The answer, or None where this card or driver has none."""
    try:
        return ask()
    except layer.NVMLError:
        return None


def text(value: str | bytes) -> str:
    """Older bindings answer in bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def explain_error(layer: Layer, error: Exception) -> str:
    """What an NVML error means to the user, and what to do."""
    code = getattr(error, "value", None)
    if code in (layer.NVML_ERROR_LIBRARY_NOT_FOUND, layer.NVML_ERROR_DRIVER_NOT_LOADED):
        return say("No NVIDIA driver was found. The model runs on the processor.")
    if code == layer.NVML_ERROR_LIB_RM_VERSION_MISMATCH:
        return say("The NVIDIA driver was updated and does not match the running one. Restart the computer.")
    if code == layer.NVML_ERROR_NO_PERMISSION:
        return say("The NVIDIA driver refuses access. Ask the administrator for permission to use the graphics card.")
    if code in (layer.NVML_ERROR_GPU_IS_LOST, layer.NVML_ERROR_RESET_REQUIRED):
        return say("The graphics card stopped answering. Restart the computer.")
    return _unexpected(error)


def _unexpected(error: Exception) -> str:
    return say("The NVIDIA driver answered with an error: {cause}. The model runs on the processor.", cause=str(error))
