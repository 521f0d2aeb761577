"""Which engine is left in place when one cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from installers import bootstrap
from installers.firstrun import packages
from installers.firstrun.builds import Builds
from installers.firstrun.console import Console, SetupError
from installers.firstrun.engine import Engine
from installers.firstrun.packages import Places

CPU, CUDA = Engine("cpu"), Engine("cuda 12.8 89-real")


class Computer:
    """Stands for uv and the loader: `works` names the engines that compile and load; `got` notes what was tried."""

    def __init__(self, *works: str) -> None:
        self.works, self.got = works, list[tuple[str, bool]]()

    def install(self, _c: Console, _p: Places, engine: Engine, wheel: Path | None, *, dev: bool) -> str:
        kind = "wheel" if engine.wheel else engine.name.split()[0]
        self.got.append((kind, bool(wheel) and not engine.wheel))
        return "" if kind in self.works else f"The {kind} engine is broken."


@pytest.fixture
def places(tmp_path: Path, own_home: Path) -> Places:
    (tmp_path / ".setup").mkdir()
    (tmp_path / "installers").mkdir()
    (tmp_path / "installers" / "engine.cmake").write_text("set(A ON)\n")
    (tmp_path / "installers" / "build.lock").write_text("ninja==1\n")
    (tmp_path / "requirements.lock").write_text("llama-cpp-python==0.3.36 \\\n    --hash=sha256:00\n")
    return Places(tmp_path)


def bring(monkeypatch: pytest.MonkeyPatch, places: Places, computer: Computer, engine: Engine, *, asked: bool) -> None:
    """Run the step against `computer`."""
    monkeypatch.setattr(bootstrap, "_install", computer.install)
    monkeypatch.setattr(Builds, "keep", lambda *_: None)
    monkeypatch.setattr(packages, "drop_engine", lambda *_: None)
    monkeypatch.setattr(bootstrap, "cpu_engine", lambda *_: CPU)
    console = Console(places.setup / "log")
    bootstrap._bring_packages(console, places, engine, dev=False, wheel_asked=asked)


def kept_wheel(places: Places) -> Engine:
    folder = places.setup / "wheels"
    folder.mkdir()
    wheel = folder / "llama_cpp_python-0.3.36-py3-none-any.whl"
    wheel.touch()
    return Engine("wheel", wheel=wheel)


def test_a_gpu_engine_that_compiles_is_used(monkeypatch: pytest.MonkeyPatch, places: Places) -> None:
    computer = Computer("cuda", "cpu")
    bring(monkeypatch, places, computer, CUDA, asked=False)
    assert [kind for kind, _ in computer.got] == ["cuda"]
    assert (places.setup / "engine").read_text() == CUDA.name


def test_a_gpu_engine_that_does_not_compile_leaves_the_cpus(
    monkeypatch: pytest.MonkeyPatch, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    computer = Computer("cpu")
    bring(monkeypatch, places, computer, CUDA, asked=False)
    assert [kind for kind, _ in computer.got] == ["cuda", "cpu"]
    assert (places.setup / "engine").read_text() == "cpu"
    assert "The cuda engine is broken." in capsys.readouterr().err


def test_a_wheel_asked_for_now_that_does_not_load_is_an_error_and_not_kept(
    monkeypatch: pytest.MonkeyPatch, places: Places
) -> None:
    with pytest.raises(SetupError, match="The wheel was not kept"):
        bring(monkeypatch, places, Computer("cpu"), kept_wheel(places), asked=True)
    assert not (places.setup / "wheels").exists()


def test_a_kept_wheel_that_no_longer_loads_leaves_the_cpus(monkeypatch: pytest.MonkeyPatch, places: Places) -> None:
    computer = Computer("cpu")
    bring(monkeypatch, places, computer, kept_wheel(places), asked=False)
    assert [kind for kind, _ in computer.got] == ["wheel", "cpu"]
    assert (places.setup / "wheels").exists()


def test_without_any_engine_set_up_fails_with_the_reason(monkeypatch: pytest.MonkeyPatch, places: Places) -> None:
    with pytest.raises(SetupError, match=r"The cpu engine is broken\."):
        bring(monkeypatch, places, Computer(), CPU, asked=False)
    assert not (places.setup / "engine").exists()


def test_a_kept_build_that_does_not_load_is_compiled_again(monkeypatch: pytest.MonkeyPatch, places: Places) -> None:
    stale = places.root / "stale.whl"
    stale.touch()
    monkeypatch.setattr(Builds, "find", lambda *_: stale if stale.exists() else None)
    monkeypatch.setattr(Builds, "drop", lambda *_: stale.unlink())
    computer = Computer()
    with pytest.raises(SetupError):
        bring(monkeypatch, places, computer, CPU, asked=False)
    assert computer.got == [("cpu", True), ("cpu", False)]
