from __future__ import annotations

import pynvml  # type: ignore[import-untyped, unused-ignore]
import pytest

from app.machine.gate import Gpu, gate_gpu, usable_gpus
from app.machine.nvml import read_gpus
from tests.unit.machine.fakes import FakeNvml


def test_reads_every_card() -> None:
    layer = FakeNvml()
    gpus, note = read_gpus(layer)
    assert note == ""
    assert [gpu.index for gpu in gpus] == [0, 1]
    first = gpus[0]
    assert (first.name, first.driver, first.compute_capability, first.uuid) == (
        "GeForce RTX 4090",
        "580.95.05",
        "8.9",
        "GPU-1",
    )
    assert (first.total_bytes, first.free_bytes) == (24 << 30, 23 << 30)
    assert layer.calls[-1] == "nvmlShutdown"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, "No NVIDIA driver"),
        (pynvml.NVML_ERROR_DRIVER_NOT_LOADED, "No NVIDIA driver"),
        (pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH, "does not match"),
        (pynvml.NVML_ERROR_NO_PERMISSION, "refuses access"),
        (pynvml.NVML_ERROR_UNKNOWN, "answered with an error"),
    ],
)
def test_each_failure_to_begin_is_a_sentence(code: int, words: str) -> None:
    gpus, note = read_gpus(FakeNvml({"nvmlInit": code}))
    assert gpus == ()
    assert words in note


def test_a_library_that_breaks_while_loading_is_a_sentence() -> None:
    class Broken(FakeNvml):
        def answer(self, name: str, *arguments: object) -> object:
            raise OSError("bad ELF")

    gpus, note = read_gpus(Broken())
    assert gpus == ()
    assert "bad ELF" in note


def test_a_lost_card_does_not_hide_the_other() -> None:
    gpus, note = read_gpus(FakeNvml(lost=(0,)))
    assert [gpu.index for gpu in gpus] == [1]
    assert note == ""


def test_when_all_cards_are_lost_it_is_said() -> None:
    gpus, note = read_gpus(FakeNvml(lost=(0, 1)))
    assert gpus == ()
    assert "stopped answering" in note


def test_no_permission_for_the_list_is_said() -> None:
    gpus, note = read_gpus(FakeNvml({"nvmlDeviceGetCount": pynvml.NVML_ERROR_NO_PERMISSION}))
    assert gpus == ()
    assert "refuses access" in note


def test_what_a_card_does_not_tell_stays_empty() -> None:
    unsupported = pynvml.NVML_ERROR_NOT_SUPPORTED
    quiet = FakeNvml({"nvmlDeviceGetUUID": unsupported, "nvmlDeviceGetCudaComputeCapability": unsupported}, count=1)
    gpus, note = read_gpus(quiet)
    assert note == ""
    assert (gpus[0].uuid, gpus[0].compute_capability) == ("", "")
    assert usable_gpus(gpus) == gpus


def card(driver: str, capability: str, free_gib: int = 8) -> Gpu:
    return Gpu("Card", 8 << 30, free_gib << 30, driver, capability)


@pytest.mark.parametrize(
    ("driver", "capability", "words"),
    [
        ("550.54.14", "8.9", ""),
        ("549.99", "8.9", "550"),
        ("535.183.01", "8.6", "550"),
        ("572.83", "12.0", ""),
        ("566.36", "12.0", "570"),
        ("580.95.05", "7.5", ""),
        ("580.95.05", "6.1", "7.5"),
        ("580.95.05", "10.0", ""),
        ("", "", ""),
    ],
)
def test_the_gate(driver: str, capability: str, words: str) -> None:
    sentence = gate_gpu(card(driver, capability))
    assert bool(sentence) == bool(words)
    assert words in sentence


def test_usable_cards_come_freest_first() -> None:
    cards = (card("580", "8.9", 3), card("580", "8.9", 7), card("470", "8.9", 8))
    assert [gpu.free_bytes >> 30 for gpu in usable_gpus(cards)] == [7, 3]
