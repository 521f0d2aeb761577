"""Compiled engines kept for the next checkout."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from installers.firstrun.builds import Builds
from installers.firstrun.engine import Engine
from installers.firstrun.packages import Places

CPU = Engine("cpu", ("-DGGML_NATIVE=OFF",))
CUDA = Engine("cuda 12.8 89-real", ("-DGGML_CUDA=ON",), "89-real")
INFO = "llama_cpp_python-0.3.36.dist-info"
FILES = {
    "llama_cpp/__init__.py": "engine = True\n",
    "llama_cpp/lib/libllama.so": "binary",
    f"{INFO}/METADATA": "Name: llama_cpp_python\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-linux_x86_64\n",
    f"{INFO}/licenses/LICENSE.md": "MIT",
}
NOTES = {
    "llama_cpp/__pycache__/__init__.cpython-311.pyc": "bytes",
    f"{INFO}/INSTALLER": "uv",
    f"{INFO}/direct_url.json": "{}",
    f"{INFO}/uv_cache.json": "{}",
}


def make_checkout(root: Path) -> Places:
    """A checkout whose `.venv` holds an engine as uv leaves it."""
    packages = root / ".venv" / "lib" / "python3.11" / "site-packages"
    for name, text in (FILES | NOTES).items():
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text(text)
    names = [*FILES, *NOTES, "../../../bin/start", f"{INFO}/RECORD"]
    (packages / INFO / "RECORD").write_text("".join(f"{name},,\n" for name in names))
    (root / "installers").mkdir()
    (root / "installers" / "build.lock").write_text("ninja==1\n")
    (root / "requirements.lock").write_text("llama-cpp-python==0.3.36 \\\n    --hash=sha256:00\n")
    return Places(root)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return make_checkout(tmp_path / "one")


@pytest.fixture
def builds(tmp_path: Path, places: Places) -> Builds:
    return Builds(tmp_path / "cache", places)


def test_a_kept_build_is_a_wheel_of_the_engines_own_files(builds: Builds) -> None:
    assert builds.find(CPU) is None
    builds.keep(CPU)
    wheel = builds.find(CPU)
    assert wheel is not None
    assert wheel.name == "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"
    with zipfile.ZipFile(wheel) as archive:
        assert set(archive.namelist()) == {*FILES, f"{INFO}/RECORD"}
        assert archive.read("llama_cpp/lib/libllama.so") == b"binary"
        recorded = archive.read(f"{INFO}/RECORD").decode().splitlines()
    assert {line.split(",")[0] for line in recorded} == {*FILES, f"{INFO}/RECORD"}
    assert list(wheel.parent.iterdir()) == [wheel]


def test_another_checkout_finds_it(builds: Builds, tmp_path: Path) -> None:
    builds.keep(CPU)
    assert Builds(tmp_path / "cache", make_checkout(tmp_path / "two")).find(CPU) == builds.find(CPU)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("requirements.lock", "llama-cpp-python==0.3.37 \\\n    --hash=sha256:11\n"),
        ("installers/build.lock", "ninja==2\n"),
    ],
)
def test_another_source_or_other_tools_are_another_build(builds: Builds, places: Places, file: str, text: str) -> None:
    builds.keep(CPU)
    (places.root / file).write_text(text)
    assert builds.find(CPU) is None


def test_other_packages_in_the_lock_change_nothing(builds: Builds, places: Places) -> None:
    builds.keep(CPU)
    with (places.root / "requirements.lock").open("a") as lock:
        lock.write("numpy==3 \\\n    --hash=sha256:22\n")
    assert builds.find(CPU) is not None


def test_another_way_to_compile_is_another_build(builds: Builds) -> None:
    builds.keep(CPU)
    assert builds.find(CUDA) is None
    assert builds.find(Engine("cpu", ("-DGGML_NATIVE=ON",))) is None


def test_a_build_that_does_not_load_is_forgotten(builds: Builds) -> None:
    builds.keep(CPU)
    builds.drop(CPU)
    assert builds.find(CPU) is None
    builds.drop(CPU)
