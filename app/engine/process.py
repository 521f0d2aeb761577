"""The real link: an engine child on pipes."""

from __future__ import annotations

from collections.abc import Callable

from app.core.child import Child, Exit, own_command
from app.core.keptlog import KeptLog

# Kernels are loaded when first used: saves VRAM and start-up time. Cards are counted as NVML does. Waiting threads spin
# for a moment only: spinning on, they starve each other as soon as another program wants a core (RESULTS.md).
_ENV = {"CUDA_MODULE_LOADING": "LAZY", "CUDA_DEVICE_ORDER": "PCI_BUS_ID", "GOMP_SPINCOUNT": "2000"}

OnLine = Callable[[bytes], None]
OnExit = Callable[[Exit], None]


def connect_process(on_line: OnLine, on_exit: OnExit) -> Child:
    """Start this program again as an engine child."""
    return Child(own_command("engine-child"), on_line, on_exit, _ENV)


def connect_with_log(log: KeptLog) -> Callable[[OnLine, OnExit], Child]:
    """As `connect_process`; what the children say on stderr and how they end is kept."""

    def connect(on_line: OnLine, on_exit: OnExit) -> Child:
        def ended(exit_: Exit) -> None:
            log.add(f"--- an engine child ended: {exit_.cause()}")
            on_exit(exit_)

        log.add("--- an engine child starts")
        return Child(own_command("engine-child"), on_line, ended, _ENV, log.add)

    return connect
