"""An NVML that answers or fails as a test wants."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pynvml  # type: ignore[import-untyped, unused-ignore]


class FakeNvml:
    """Two cards by default. `failing` maps a function's name to the error code it raises."""

    NVMLError = pynvml.NVMLError
    NVML_ERROR_LIBRARY_NOT_FOUND = pynvml.NVML_ERROR_LIBRARY_NOT_FOUND
    NVML_ERROR_DRIVER_NOT_LOADED = pynvml.NVML_ERROR_DRIVER_NOT_LOADED
    NVML_ERROR_LIB_RM_VERSION_MISMATCH = pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH
    NVML_ERROR_NO_PERMISSION = pynvml.NVML_ERROR_NO_PERMISSION
    NVML_ERROR_GPU_IS_LOST = pynvml.NVML_ERROR_GPU_IS_LOST
    NVML_ERROR_RESET_REQUIRED = pynvml.NVML_ERROR_RESET_REQUIRED
    NVML_TEMPERATURE_GPU = pynvml.NVML_TEMPERATURE_GPU
    NVML_CLOCK_SM = pynvml.NVML_CLOCK_SM
    NVML_CLOCK_MEM = pynvml.NVML_CLOCK_MEM

    def __init__(
        self,
        failing: dict[str, int] | None = None,
        driver: str = "580.95.05",
        lost: tuple[int, ...] = (),
        count: int = 2,
    ) -> None:
        self.failing, self.driver, self.lost, self.count = failing or {}, driver, lost, count
        self.throttle = 0
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("nvml"):
            raise AttributeError(name)

        def call(*arguments: Any) -> Any:
            self.calls.append(name)
            if name in self.failing:
                raise pynvml.NVMLError(self.failing[name])
            if name == "nvmlDeviceGetMemoryInfo" and arguments[0] in self.lost:
                raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
            return self.answer(name, *arguments)

        return call

    def answer(self, name: str, *arguments: Any) -> Any:
        answers: dict[str, Any] = {
            "nvmlInit": None,
            "nvmlShutdown": None,
            "nvmlSystemGetDriverVersion": self.driver,
            "nvmlDeviceGetCount": self.count,
            "nvmlDeviceGetHandleByIndex": arguments[0] if arguments else None,
            "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=24 << 30, free=23 << 30, used=1 << 30),
            "nvmlDeviceGetCudaComputeCapability": (8, 9),
            "nvmlDeviceGetName": "NVIDIA GeForce RTX 4090",
            "nvmlDeviceGetUUID": b"GPU-1",
            "nvmlDeviceGetUtilizationRates": SimpleNamespace(gpu=97, memory=50),
            "nvmlDeviceGetTemperature": 61,
            "nvmlDeviceGetPowerUsage": 312_500,
            "nvmlDeviceGetEnforcedPowerLimit": 450_000,
            "nvmlDeviceGetClockInfo": 2520,
            "nvmlDeviceGetMaxClockInfo": 3105,
            "nvmlDeviceGetCurrentClocksEventReasons": self.throttle,
            "nvmlDeviceGetCurrentClocksThrottleReasons": self.throttle,
            "nvmlDeviceGetCurrPcieLinkGeneration": 4,
            "nvmlDeviceGetCurrPcieLinkWidth": 16,
            "nvmlDeviceGetComputeRunningProcesses": [SimpleNamespace(pid=42, usedGpuMemory=5 << 30)],
        }
        return answers[name]
