from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.fit.plan import Plan, PlanModel, Vram
from app.machine.disk import DiskSample
from app.machine.live import GpuSample, Sample
from app.machine.thrift import Thrift
from app.session.alarms import Alarm, Circumstances, alarms_of, context_that_frees, reload_words
from app.session.split import vram_parts

GIB = 1 << 30
PLAN = Plan(
    PlanModel("r", "f.gguf", "Q4_K_M", 18 * GIB, n_layers=64),
    n_ctx=35_840,
    kv_type="q8_0",
    n_ubatch=512,
    n_gpu_layers=65,
    vram=Vram(18 * GIB, 4 * GIB, GIB, GIB // 2, 23 * GIB + GIB // 2),
    ram_bytes=GIB,
    fits=True,
    reason="",
    mode="gpu",
)


def card(**changes: Any) -> Sample:
    gpu = GpuSample("RTX 4090", 20 * GIB, 24 * GIB, load_percent=98, temperature_c=60)
    return Sample(0, (msgspec.structs.replace(gpu, **changes),))


def first(now: Circumstances) -> Alarm:
    return alarms_of(now)[0]


@pytest.mark.parametrize(
    ("sample", "key", "words"),
    [
        (card(temperature_c=88), "heat", "hot, 88 °C"),
        (card(throttle=("heat",), temperature_c=70), "heat", "hot, 70 °C"),
        (card(throttle=("power",)), "power", "held by its power limit"),
        (card(throttle=("power_brake",)), "power", "slowed by the power supply"),
        (card(load_percent=20), "waits", "waits for the processor"),
        (card(others=1, load_percent=20), "others", "Another program"),
        (card(), "others", "Another program"),
        (msgspec.structs.replace(card(), thrift=Thrift(on_battery=True)), "thrift", "battery"),
        (Sample(0, (), cpu_percent=99), "busy", "Other programs"),
        (Sample(0, (), cpu_percent=20, disk=DiskSample(swap_bytes_s=9e6)), "swap", "fetches from disk"),
    ],
)
def test_a_slow_answer_has_one_cause(sample: Sample, key: str, words: str) -> None:
    alarm = first(Circumstances(sample, 20.0, 45.0, True))
    assert alarm.key == key
    assert words in alarm.what
    assert alarm.remedy


def test_a_quick_answer_has_none_unless_something_is_certain() -> None:
    assert alarms_of(Circumstances(card(temperature_c=88, throttle=("power",)), 40.0, 45.0, True)) == []
    assert alarms_of(Circumstances(card(), None, 45.0, True)) == []
    assert alarms_of(Circumstances(card(), 20.0, None, True)) == []
    saving = Sample(0, (), cpu_percent=20, thrift=Thrift(on_battery=True))
    assert [alarm.level for alarm in alarms_of(Circumstances(saving, 9.0, 10.0, True))] == ["quiet"]
    assert [alarm.level for alarm in alarms_of(Circumstances(saving, 4.0, 10.0, True))] == ["care"]
    lost = first(Circumstances(card(is_lost=True)))
    assert (lost.key, lost.level) == ("lost", "bad")
    assert "RTX 4090 stopped answering" in lost.what
    assert first(Circumstances(card(throttle=("slowdown",)), 44.0, 45.0, True)).key == "power"


def test_of_several_cards_the_one_is_named() -> None:
    cool, hot = card().gpus[0], card(throttle=("heat",), temperature_c=89).gpus[0]
    other = msgspec.structs.replace(hot, name="RTX 5090")
    assert first(Circumstances(Sample(0, (cool, hot)))).what == (
        "The RTX 4090 (2) slows down because it is hot, 89 °C."
    )
    assert "The RTX 5090 slows down" in first(Circumstances(Sample(0, (cool, other)))).what
    braked = msgspec.structs.replace(cool, throttle=("power_brake",))
    assert "The RTX 4090 (1) is slowed by the power supply." in first(Circumstances(Sample(0, (braked, cool)))).what
    lost = msgspec.structs.replace(cool, is_lost=True)
    assert "The RTX 4090 (2) stopped answering." in first(Circumstances(Sample(0, (cool, lost)))).what


def test_cards_that_share_a_model_work_in_turn() -> None:
    halves = Sample(0, (card(load_percent=48).gpus[0], card(load_percent=47).gpus[0]))
    spread = msgspec.structs.replace(PLAN, mode="gpus")
    assert first(Circumstances(halves, 20.0, 45.0, True, spread)).key == "others"
    assert first(Circumstances(halves, 20.0, 45.0, True, PLAN)).key == "waits"


def test_memory_that_windows_moved_away_is_named_and_can_be_freed() -> None:
    spilled = first(Circumstances(card(shared_bytes=2 * GIB), plan=PLAN))
    assert spilled.key == "shared"
    assert "2.0 GB of the model" in spilled.what
    assert spilled.n_ctx == 17_408, "half of the KV memory, in whole thousands"
    assert reload_words(spilled.n_ctx) == "Reload with 17K"
    full = card(used_bytes=24 * GIB)
    assert first(Circumstances(full, 10.0, 45.0, True, PLAN, is_windows=True)).key == "shared"
    assert first(Circumstances(full, 10.0, 45.0, True, PLAN, is_windows=False)).key == "others"
    told = card(used_bytes=24 * GIB, shared_bytes=0)
    assert first(Circumstances(told, 10.0, 45.0, True, PLAN, is_windows=True)).key == "others"
    assert context_that_frees(PLAN, 20 * GIB) == 0, "nothing that a shorter context could free"


def test_layers_on_the_processor_are_told_quietly() -> None:
    part = msgspec.structs.replace(PLAN, mode="partial", n_gpu_layers=40)
    alarm = first(Circumstances(card(), plan=part))
    assert (alarm.key, alarm.level, alarm.to_loading) == ("layers", "quiet", True)
    assert alarm.what.startswith("25 of 65 layers")
    experts = msgspec.structs.replace(PLAN, mode="partial", n_cpu_moe=12)
    assert first(Circumstances(card(), plan=experts)).what.startswith("The experts of 12 layers")
    slow = alarms_of(Circumstances(card(load_percent=20), 10.0, 45.0, True, part))
    assert [one.key for one in slow] == ["waits", "layers"]


def test_what_others_take_is_measured_where_the_driver_tells() -> None:
    parts = vram_parts(card(used_bytes=22 * GIB, process_bytes=20 * GIB), PLAN)
    assert parts is not None
    assert (parts.weights_bytes, parts.kv_bytes, parts.other_bytes) == (18 * GIB, 2 * GIB, 2 * GIB)
    assert parts.is_measured
    guessed = vram_parts(card(used_bytes=24 * GIB), PLAN)
    assert guessed is not None
    assert (guessed.other_bytes, guessed.is_measured) == (GIB // 2, False)
    bare = vram_parts(card(process_bytes=GIB), None)
    assert bare is not None
    assert (bare.compute_bytes, bare.other_bytes) == (GIB, 19 * GIB)
    assert vram_parts(Sample(0), PLAN) is None
