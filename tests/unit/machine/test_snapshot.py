from __future__ import annotations

import json
import os
from pathlib import Path

import pynvml  # type: ignore[import-untyped, unused-ignore]
import pytest

from app.core.errors import CarrelError
from app.machine.cpu import Cpu, explain_cpu, read_cpu
from app.machine.snapshot import load_machine, save_machine, take_snapshot
from tests.unit.machine.fakes import FakeNvml

MACHINES = Path(__file__).parents[2] / "helpers" / "machines"
NO_DRIVER = {"nvmlInit": pynvml.NVML_ERROR_LIBRARY_NOT_FOUND}


def test_a_snapshot_of_this_computer(tmp_path: Path) -> None:
    machine = take_snapshot(tmp_path / "not" / "yet", FakeNvml())
    assert machine.ram_total_bytes > machine.ram_free_bytes > 0
    assert machine.disk_free_bytes > 0
    assert machine.cpu.cores >= 1
    assert machine.os
    assert machine.gpu_note == ""
    assert len(machine.usable_gpus) == 2


def test_without_a_driver_it_says_so(tmp_path: Path) -> None:
    machine = take_snapshot(tmp_path, FakeNvml(NO_DRIVER))
    assert machine.gpus == ()
    assert "No NVIDIA driver" in machine.gpu_note


def test_with_an_old_driver_it_says_so(tmp_path: Path) -> None:
    machine = take_snapshot(tmp_path, FakeNvml(driver="535.183.01"))
    assert len(machine.gpus) == 2
    assert machine.usable_gpus == ()
    assert "550" in machine.gpu_note


@pytest.mark.parametrize("failing", [{}, NO_DRIVER])
def test_saved_and_loaded_it_is_the_same(tmp_path: Path, failing: dict[str, int]) -> None:
    machine = take_snapshot(tmp_path, FakeNvml(failing))
    save_machine(machine, tmp_path / "machine.json")
    assert load_machine(tmp_path / "machine.json") == machine


def test_the_file_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    save_machine(take_snapshot(tmp_path, FakeNvml()), tmp_path / "machine.json")
    written = json.loads((tmp_path / "machine.json").read_text("utf-8"))
    assert {"os", "gpus", "cpu", "ram_total_bytes", "ram_free_bytes", "disk_free_bytes"} <= written.keys()
    assert {"name", "total_bytes", "free_bytes", "driver", "compute_capability"} <= written["gpus"][0].keys()
    assert {"name", "cores"} <= written["cpu"].keys()


@pytest.mark.parametrize("file", sorted(MACHINES.glob("*.json")), ids=lambda file: file.stem)
def test_sample_machines_load(file: Path) -> None:
    machine = load_machine(file)
    assert all(0 < gpu.free_bytes < gpu.total_bytes for gpu in machine.usable_gpus)
    assert bool(machine.usable_gpus) == bool(machine.gpus)


def test_only_the_contract_is_needed_and_more_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    bare = {"os": "x", "gpus": [], "cpu": {"name": "c", "cores": 4}, "ram_total_bytes": 3, "ram_free_bytes": 2}
    file.write_text(json.dumps(bare | {"disk_free_bytes": 1, "colour": "blue"}))
    assert load_machine(file).cpu == Cpu("c", 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "truncated"),
        (b"[]", "object"),
        (b"\xff\xfe{}", "malformed"),
        (b'{"os": "x"}', "gpus"),
        (
            b'{"os":"x","gpus":[],"cpu":{"name":"c","cores":"4"},"ram_total_bytes":1,"ram_free_bytes":1,"disk_free_bytes":1}',
            "int",
        ),
        (
            b'{"os":"x","gpus":[],"cpu":{"name":"c","cores":4},"ram_total_bytes":1,"ram_free_bytes":-1,"disk_free_bytes":1}',
            "negative",
        ),
        (b"[" * 100_000, "machine.json"),
    ],
)
def test_bad_files_are_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "machine.json"
    file.write_bytes(content)
    with pytest.raises(CarrelError) as caught:
        load_machine(file)
    assert words in str(caught.value)
    assert "doctor" in str(caught.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CarrelError, match="No such file"):
        load_machine(tmp_path / "none.json")


def cpuinfo(tmp_path: Path, flags: str) -> Path:
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nmodel name\t: Old Chip\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t: avx2\n")
    return file


def test_a_processor_without_avx2_gets_a_sentence(tmp_path: Path) -> None:
    old, new = (read_cpu(cpuinfo(tmp_path, flags)) for flags in ("fpu sse avx", "fpu avx avx2 fma"))
    assert (old.name, old.avx2, new.avx2) == ("Old Chip", False, True)
    assert "Old Chip" in explain_cpu(old)
    assert "AVX2" in explain_cpu(old)
    assert explain_cpu(new) == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows knows")
def test_nobody_knows_means_no_sentence(tmp_path: Path) -> None:
    cpu = read_cpu(tmp_path / "none")
    assert cpu.avx2 is None
    assert explain_cpu(cpu) == ""


@pytest.mark.parametrize(("capability", "read"), [("8.9", "8.9"), (8.9, "8.9"), (9, "9"), (None, "")])
def test_a_machine_written_by_hand_may_give_numbers(tmp_path: Path, capability: object, read: str) -> None:
    card = {"name": "RTX", "total_bytes": 10, "free_bytes": 9, "driver": 570, "compute_capability": capability}
    sizes = {"ram_total_bytes": 3, "ram_free_bytes": 2, "disk_free_bytes": 1}
    file = tmp_path / "machine.json"
    file.write_text(json.dumps({"os": "Linux", "gpus": [card], "cpu": {"name": "x", "cores": 2}, **sizes}))
    [gpu] = load_machine(file).gpus
    assert (gpu.compute_capability, gpu.driver) == (read, "570")


def test_sizes_may_be_written_with_an_exponent(tmp_path: Path) -> None:
    file = tmp_path / "machine.json"
    file.write_text(
        '{"os": "x", "gpus": [], "cpu": {"name": "x", "cores": 2}, '
        '"ram_total_bytes": 6.4e10, "ram_free_bytes": 6e10, "disk_free_bytes": 1e12}'
    )
    assert load_machine(file).ram_total_bytes == 64_000_000_000
