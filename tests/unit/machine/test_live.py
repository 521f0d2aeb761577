from __future__ import annotations

import os
import time

import pynvml  # type: ignore[import-untyped, unused-ignore]

from app.machine.live import RETRY_S, Sampler
from tests.unit.machine.fakes import FakeNvml


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_one_sample_has_every_figure() -> None:
    sample = Sampler(FakeNvml()).sample(42)
    gpu = sample.gpus[0]
    assert (gpu.name, gpu.used_bytes, gpu.total_bytes) == ("GeForce RTX 4090", 1 << 30, 24 << 30)
    assert (gpu.load_percent, gpu.temperature_c, gpu.power_w, gpu.power_limit_w) == (97, 61, 312.5, 450)
    assert (gpu.clock_mhz, gpu.memory_clock_mhz, gpu.process_bytes) == (2520, 2520, 5 << 30)
    assert len(sample.gpus) == 2
    assert sample.ram_total_bytes is not None
    assert sample.ram_used_bytes is not None
    assert 0 < sample.ram_used_bytes < sample.ram_total_bytes


def test_a_process_is_found_by_its_number() -> None:
    sampler = Sampler(FakeNvml())
    assert sampler.sample(43).gpus[0].process_bytes is None
    mine = sampler.sample(os.getpid())
    assert mine.process_ram_bytes is not None
    assert mine.process_ram_bytes > 1 << 20


def test_missing_figures_are_none() -> None:
    asked = ("UtilizationRates", "Temperature", "PowerUsage", "EnforcedPowerLimit", "ClockInfo", "MemoryInfo")
    layer = FakeNvml({f"nvmlDeviceGet{name}": pynvml.NVML_ERROR_NOT_SUPPORTED for name in asked})
    gpu = Sampler(layer).sample().gpus[0]
    assert gpu.name == "GeForce RTX 4090"
    assert [gpu.used_bytes, gpu.load_percent, gpu.temperature_c, gpu.power_w, gpu.clock_mhz] == [None] * 5


def test_without_a_driver_the_rest_is_still_sampled_and_the_driver_tried_again() -> None:
    clock, layer = Clock(), FakeNvml({"nvmlInit": pynvml.NVML_ERROR_LIBRARY_NOT_FOUND})
    sampler = Sampler(layer, clock)
    for _ in range(5):
        sample = sampler.sample()
        assert sample.gpus == ()
        assert sample.ram_total_bytes
        clock.now += 1
    assert layer.calls.count("nvmlInit") == 1
    layer.failing.clear()
    clock.now += RETRY_S
    assert len(sampler.sample().gpus) == 2


def test_closed_it_lets_go_and_opens_again() -> None:
    layer = FakeNvml()
    sampler = Sampler(layer)
    sampler.sample()
    sampler.close()
    assert layer.calls[-1] == "nvmlShutdown"
    assert len(sampler.sample().gpus) == 2


def test_a_vanished_process_is_no_error() -> None:
    assert Sampler(FakeNvml()).sample(2**22 + 5).process_ram_bytes is None


def test_a_sample_is_cheap() -> None:
    sampler = Sampler(FakeNvml({"nvmlInit": pynvml.NVML_ERROR_LIBRARY_NOT_FOUND}))
    sampler.sample()
    began = time.process_time()
    for _ in range(50):
        sampler.sample(os.getpid())
    assert (time.process_time() - began) / 50 < 0.01  # under one percent of a core at one a second
