"""The choice of an engine build and what uv is asked for it."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from installers.firstrun import engine as engines
from installers.firstrun.console import Console
from installers.firstrun.engine import Engine, Nvcc, cpu_engine, cuda_engine, find_nvcc, refuse_cuda
from installers.firstrun.gpus import Gpus

TWO_CARDS = Gpus("570.10", (12, 8), ("RTX 5090", "RTX 3090", "RTX 3090"), ("120", "86", "86"))
V3_LINE = "flags\t\t: fpu sse4_2 avx f16c fma bmi2 avx2\n"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path / "log")


@pytest.fixture
def plain_pc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(engines, "missing_cpu_flags", list)


@pytest.mark.usefixtures("plain_pc")
def test_the_cpu_engine_runs_on_every_x86_64_v3_processor(console: Console) -> None:
    engine = cpu_engine(console, Path("/cache/engine.cmake"))
    assert engine.name == "cpu"
    assert "-DGGML_NATIVE=OFF" in engine.cmake
    assert {"-DGGML_AVX2=ON", "-DGGML_FMA=ON", "-DGGML_F16C=ON", "-DGGML_BMI2=ON"} <= set(engine.cmake)
    assert not any("AVX512" in argument for argument in engine.cmake)


@pytest.mark.usefixtures("plain_pc")
def test_the_options_are_one_argument_so_that_uv_keys_its_cache_by_them(console: Console) -> None:
    options = cpu_engine(console, Path("/cache/engine.cmake")).uv_options()
    assert options[0] == "--config-settings-package"
    assert options[1].startswith("llama-cpp-python:cmake.args=-DGGML_NATIVE=OFF;-D")
    assert len(options) == 2


def test_a_processor_without_avx2_gets_a_sentence_and_its_own_build(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(engines, "missing_cpu_flags", lambda: ["AVX2", "FMA"])
    engine = cpu_engine(console, Path("/cache/engine.cmake"))
    assert "-DGGML_NATIVE=ON" in engine.cmake
    assert engine.name != "cpu"
    assert "no AVX2, FMA" in capsys.readouterr().err


def test_missing_features_are_read_from_the_processors_own_list(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\n" + V3_LINE)
    assert engines.missing_cpu_flags(cpuinfo) == []
    cpuinfo.write_text("processor : 0\n" + V3_LINE.replace("avx2", "").replace("fma ", ""))
    assert engines.missing_cpu_flags(cpuinfo) == ["AVX2", "FMA"]
    assert engines.missing_cpu_flags(tmp_path / "none") == []


def test_two_checkouts_share_one_recipe_and_a_changed_recipe_is_another(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "engine.cmake").write_text("set(A ON)\n")
    first = engines.stable_include(tmp_path / "one" / "engine.cmake", tmp_path / "cache")
    assert first == engines.stable_include(tmp_path / "two" / "engine.cmake", tmp_path / "cache")
    assert first.read_text() == "set(A ON)\n"
    (tmp_path / "two" / "engine.cmake").write_text("set(A OFF)\n")
    second = engines.stable_include(tmp_path / "two" / "engine.cmake", tmp_path / "cache")
    assert second != first
    assert first.exists()


def test_a_damaged_copy_of_the_recipe_is_replaced(tmp_path: Path) -> None:
    source = tmp_path / "engine.cmake"
    source.write_text("set(A ON)\n")
    copy = engines.stable_include(source, tmp_path / "cache")
    copy.write_text("half")
    assert engines.stable_include(source, tmp_path / "cache").read_text() == "set(A ON)\n"


def test_cuda_is_compiled_once_for_each_kind_of_card() -> None:
    engine = cuda_engine(Path("/cache/engine.cmake"), TWO_CARDS, Nvcc("/opt/cuda/bin", "12.8"))
    assert engine.cuda_architectures == "86-real;120-real"
    assert {"-DGGML_CUDA=ON", "-DGGML_CUDA_NCCL=OFF", "-DGGML_NATIVE=OFF"} <= set(engine.cmake)
    assert engine.uv_options()[3] == "llama-cpp-python:cmake.define.CMAKE_CUDA_ARCHITECTURES=86-real;120-real"
    assert engine.name == "cuda 12.8 86-real;120-real"


def test_what_stands_in_cudas_way_is_said_with_its_remedy() -> None:
    assert "--engine-wheel" in refuse_cuda(TWO_CARDS, None)
    assert "update the driver" in refuse_cuda(TWO_CARDS, Nvcc("/x", "13.0"))
    assert refuse_cuda(TWO_CARDS, Nvcc("/x", "12.9")) == ""


@pytest.mark.usefixtures("plain_pc")
def test_a_card_without_the_toolkit_continues_on_the_cpu(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engines, "find_gpus", lambda: TWO_CARDS)
    monkeypatch.setattr(engines, "find_nvcc", lambda: None)
    assert engines.choose_engine(console, Path("/e.cmake"), None).name == "cpu"
    assert "RTX 5090" in capsys.readouterr().err


def test_a_wheel_wins_over_everything_and_its_content_tells_it_apart(console: Console, tmp_path: Path) -> None:
    wheel = tmp_path / "llama_cpp_python-0.3.36-py3-none-any.whl"
    wheel.write_bytes(b"one")
    first = engines.choose_engine(console, Path("/e.cmake"), wheel)
    wheel.write_bytes(b"two")
    second = engines.choose_engine(console, Path("/e.cmake"), wheel)
    assert isinstance(first, Engine)
    assert first.wheel == wheel
    assert first.name != second.name
    assert first.uv_options() == []


def test_a_compiler_is_only_found_when_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nvcc = tmp_path / "nvcc"
    nvcc.write_text("#!/bin/sh\necho 'Cuda compilation tools, release 12.8, V12.8.93'\n")
    nvcc.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_nvcc() == Nvcc(str(tmp_path), "12.8")
    nvcc.write_text("#!/bin/sh\nexit 1\n")
    assert find_nvcc() is None
