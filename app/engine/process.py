"""The real link: an engine child on pipes."""

from __future__ import annotations

from collections.abc import Callable

from app.core.child import Child, Exit, own_command

# Kernels are loaded when first used: saves VRAM and start-up time. Cards are counted as NVML does. Waiting threads spin
# for a moment only: spinning on, they starve each other as soon as another program wants a core (RESULTS.md).
_ENV = {"CUDA_MODULE_LOADING": "LAZY", "CUDA_DEVICE_ORDER": "PCI_BUS_ID", "GOMP_SPINCOUNT": "2000"}


def connect_process(on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> Child:
    """Start this program again as an engine child."""
    return Child(own_command("engine-child"), on_line, on_exit, _ENV)
