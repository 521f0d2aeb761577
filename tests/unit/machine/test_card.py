from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pynvml  # type: ignore[import-untyped, unused-ignore]
import pytest

from app.machine.card import MISSES, SLOW_BEATS, CardReader, GpuSample
from app.machine.disk import DiskMeter
from app.machine.live import RETRY_S, Sampler
from app.machine.thrift import Thrift, ThriftReader
from app.machine.throttle import reasons_of, throttle_words
from app.machine.wddm import BEATS, EngineMemory, PdhCounter
from tests.unit.machine.fakes import FakeNvml


def test_why_a_card_is_slow_is_said_in_words() -> None:
    layer = FakeNvml()
    layer.throttle = 0x4 | 0x20 | 0x1
    gpu = CardReader(layer, "x", 0).read(42)
    assert gpu.throttle == ("heat", "power")
    assert throttle_words(gpu.throttle) == "slowed by heat, held by its power limit"
    assert (gpu.highest_clock_mhz, gpu.pcie_generation, gpu.pcie_lanes, gpu.others) == (3105, 4, 16, 0)
    assert reasons_of(0x8 | 0x40) == ("heat",), "a slowdown whose cause is named is told once"
    assert reasons_of(0x8) == ("slowdown",)
    assert reasons_of(0x1) == (), "an idle card is not slow"


def test_an_older_driver_knows_the_reasons_by_another_name() -> None:
    layer = FakeNvml({"nvmlDeviceGetCurrentClocksEventReasons": pynvml.NVML_ERROR_FUNCTION_NOT_FOUND})
    layer.throttle = 0x80
    assert CardReader(layer, "x", 0).read(None).throttle == ("power_brake",)


def test_what_cannot_be_told_is_soon_not_asked_any_more() -> None:
    layer = FakeNvml({"nvmlDeviceGetPowerUsage": pynvml.NVML_ERROR_NOT_SUPPORTED})
    reader = CardReader(layer, "x", 0)
    for _ in range(SLOW_BEATS):
        assert reader.read(42).power_w is None
    assert layer.calls.count("nvmlDeviceGetPowerUsage") == MISSES
    assert layer.calls.count("nvmlDeviceGetEnforcedPowerLimit") == 1
    layer.failing.clear()
    assert reader.read(42).power_w == 312.5, "asked again after a while"


def test_in_a_container_nobody_is_called_another() -> None:
    assert CardReader(FakeNvml(), "x", 0).read(43).others is None
    assert CardReader(FakeNvml(), "x", 0).read(None).others == 1


def test_a_lost_card_stays_lost_until_it_comes_back() -> None:
    now = [0.0]
    layer = FakeNvml(lost=(1,))
    sampler = Sampler(layer, lambda: now[0])
    for _ in range(5):
        first, second = sampler.sample(42).gpus
        assert (first.is_lost, second.is_lost, second.used_bytes, second.load_percent) == (False, True, None, None)
        now[0] += RETRY_S / 2
    layer.lost = ()
    now[0] += RETRY_S
    sampler.sample(42)
    assert not any(gpu.is_lost for gpu in sampler.sample(42).gpus)


def test_disks_are_told_in_bytes_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = [1000, 50, 8]
    now = [0.0]
    monkeypatch.setattr("psutil.disk_io_counters", lambda perdisk: _counters(*counts))
    monkeypatch.setattr("psutil.swap_memory", lambda: SimpleNamespace(sin=counts[2], used=77))
    meter = DiskMeter(tmp_path, lambda: now[0])
    first = meter.read()
    assert (first.read_bytes_s, first.write_bytes_s, first.swap_used_bytes) == (None, None, 77)
    assert first.free_bytes is not None
    counts[:], now[0] = [5000, 50, 108], 2.0
    second = meter.read()
    assert (second.read_bytes_s, second.write_bytes_s, second.swap_bytes_s) == (2000.0, 0.0, 50.0)
    now[0] = 3.0
    assert meter.read() is second, "disks are looked at every other second"
    counts[:], now[0] = [10, 10, 10], 4.0  # a disk was taken out
    assert meter.read().read_bytes_s == 0.0
    monkeypatch.setattr("psutil.disk_io_counters", lambda perdisk: None)
    now[0] = 6.0
    assert meter.read().read_bytes_s is None


def _counters(read: int, write: int, _swap: int) -> Any:
    return SimpleNamespace(read_bytes=read, write_bytes=write)


@pytest.mark.parametrize(
    ("governor", "driver", "saves"),
    [("powersave", "intel_pstate", False), ("powersave", "acpi-cpufreq", True), ("performance", "acpi-cpufreq", False)],
)
def test_saving_power_is_known_by_driver_and_governor(tmp_path: Path, governor: str, driver: str, saves: bool) -> None:
    (tmp_path / "scaling_governor").write_text(governor + "\n")
    (tmp_path / "scaling_driver").write_text(driver + "\n")
    seen = ThriftReader(tmp_path / "scaling_governor").read()
    assert Thrift(False, seen.governor).saves_power is saves
    assert Thrift(True, "performance").saves_power
    assert ThriftReader(tmp_path / "none").read().governor == ""


class FakeCounter:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, prefix: str, name: str) -> int:
        self.asked.append(prefix + name)
        return 5 << 30 if name == "Dedicated Usage" else 2 << 30

    def close(self) -> None:
        self.asked.append("closed")


def test_windows_says_what_the_driver_does_not() -> None:
    counter = FakeCounter()
    memory = EngineMemory(counter)
    one = (GpuSample("x", 1, 2),)
    for _ in range(BEATS):
        (gpu,) = memory.add_to(one, 42)
        assert (gpu.process_bytes, gpu.shared_bytes) == (5 << 30, 2 << 30)
    assert counter.asked == ["pid_42_Dedicated Usage", "pid_42_Shared Usage"]
    assert memory.add_to((GpuSample("x", 1, 2, process_bytes=7),), 42)[0].process_bytes == 7
    assert memory.add_to((*one, *one), 42) == (*one, *one), "which of two cards it is cannot be known"
    assert EngineMemory(None).add_to(one, 42) == one


class FakePdh:
    """`pdh.dll` as Microsoft documents it: the first call for the size, the second for the items."""

    def __init__(self, values: dict[str, tuple[int, int]]) -> None:
        self.values, self.paths, self.closed = values, list[str](), 0

    def PdhOpenQueryW(self, source: Any, user: int, query: Any) -> int:
        query._obj.value = 11
        return 0

    def PdhAddEnglishCounterW(self, query: Any, path: str, user: int, counter: Any) -> int:
        self.paths.append(path)
        counter._obj.value = 12
        return 0 if "pid_" in path else -1073738824

    def PdhCollectQueryData(self, query: Any) -> int:
        return 0

    def PdhGetFormattedCounterArrayW(self, counter: Any, kind: int, size: Any, count: Any, items: Any) -> int:
        if items is None:
            size._obj.value = 24 * len(self.values) + 200
            return -2147481646 if self.values else -2147481643
        for place, (status, value) in enumerate(self.values.values()):
            items[place].value.status, items[place].value.large = status, value
        count._obj.value = len(self.values)
        return 0

    def PdhCloseQuery(self, query: Any) -> int:
        self.closed += 1
        return 0


def test_counters_of_windows_are_summed_over_the_cards() -> None:
    pdh = FakePdh({"pid_42_luid_0_phys_0": (0, 3 << 30), "pid_42_luid_1_phys_0": (1, 5), "gone": (0xC0000BBA, 9)})
    counter = PdhCounter(pdh)
    assert counter.read("pid_42_", "Shared Usage") == (3 << 30) + 5
    assert counter.read("pid_42_", "Shared Usage") == (3 << 30) + 5
    assert pdh.paths == ["\\GPU Process Memory(pid_42_*)\\Shared Usage"]
    pdh.values = {}
    assert counter.read("pid_42_", "Shared Usage") == 0
    with pytest.raises(OSError, match="0xc0000bb8"):
        counter.read("x_", "Shared Usage")
    counter.close()
    assert pdh.closed == 2
