"""The lock files, and the environment that pip and uv get."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest

from installers.firstrun import packages
from installers.firstrun.engine import Engine

ROOT = Path(__file__).resolve().parents[3]
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text("utf-8")))


def test_the_tests_packages_contain_the_programs_at_the_same_versions() -> None:
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert len(run) > 15
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "installers/uv.lock", "installers/build.lock"]
)
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    entries = re.split(r"(?m)^(?=[a-z0-9][a-z0-9.-]*==)", text)[1:]
    assert len(entries) == len(PIN.findall(text))
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_a_wheel_takes_the_engines_place_in_the_lock_and_nothing_else_moves(tmp_path: Path) -> None:
    wheel = tmp_path / "书 房" / "llama_cpp_python-0.3.36-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"wheel")
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    text = packages.with_wheel(lock, wheel)
    assert f"llama-cpp-python @ {wheel.as_uri()} \\\n    --hash=sha256:{hashlib.sha256(b'wheel').hexdigest()}" in text
    assert "llama-cpp-python==" not in text
    kept = dict(PIN.findall(text))
    assert kept == {name: version for name, version in pins("requirements.lock").items() if name != "llama-cpp-python"}
    assert text.count("--hash=") == lock.count("--hash=")


def test_the_engines_version_is_read_from_the_lock() -> None:
    assert packages.locked_engine_version("a==1\nllama-cpp-python==0.3.36 \\\n    --hash=sha256:00\nb==2\n") == "0.3.36"


def test_what_would_leak_into_a_cached_build_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CMAKE_ARGS", "SOURCE_DATE_EPOCH", "PYTHONPATH", "VIRTUAL_ENV", "SKBUILD_CMAKE_ARGS"):
        monkeypatch.setenv(name, "foreign")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    env = packages.clean_env()
    assert "foreign" not in env.values()
    assert env["HTTPS_PROXY"] == "http://proxy:3128"
    assert env["UV_PYTHON_DOWNLOADS"] == "never"


def test_a_mirror_named_to_pip_serves_uv_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.delenv("UV_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert packages.clean_env()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")
    assert packages.clean_env()["UV_DEFAULT_INDEX"] == "https://chosen.example/simple"


def test_the_compile_uses_the_cores_that_memory_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CMAKE_BUILD_PARALLEL_LEVEL", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PHYS_PAGES": 4 << 20, "SC_PAGE_SIZE": 4096}[name])
    assert packages.compile_env(Engine("cpu"))["CMAKE_BUILD_PARALLEL_LEVEL"] == "8"


def test_the_folder_of_cudas_compiler_comes_first() -> None:
    env = packages.compile_env(Engine("cuda", tool_folder="/opt/cuda/bin"))
    assert env["PATH"].startswith("/opt/cuda/bin:")
