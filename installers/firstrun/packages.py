"""The Python side of set-up: uv in `.setup/`, the program's packages in `.venv/`, exactly as locked and by hash."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from installers.firstrun.console import Console, SetupError
from installers.firstrun.engine import PACKAGE, Engine

BYTES_PER_COMPILE_JOB = 2 << 30
# These would change the compile without being in the key of uv's cache, or mix another Python's packages in.
FOREIGN_VARIABLES = (
    "CMAKE_ARGS",
    "CMAKE_GENERATOR",
    "FORCE_CMAKE",
    "PYTHONHOME",
    "PYTHONPATH",
    "SOURCE_DATE_EPOCH",
    "VIRTUAL_ENV",
)
_ENGINE_ENTRY = re.compile(rf"^{PACKAGE}==(?P<version>\S+)[^\n]*(?:\n[ \t]+[^\n]*)*", re.MULTILINE)


@dataclass(frozen=True)
class Places:
    """The folders set-up writes into, all below the checkout."""

    root: Path

    @property
    def setup(self) -> Path:
        return self.root / ".setup"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def uv(self) -> Path:
        scripts = "Scripts" if os.name == "nt" and (self.setup / "uv" / "Scripts").exists() else "bin"
        return self.setup / "uv" / scripts / ("uv.exe" if os.name == "nt" else "uv")

    def lock(self, *, dev: bool) -> Path:
        return self.root / ("requirements-dev.lock" if dev else "requirements.lock")


def bring_uv(console: Console, places: Places) -> None:
    """Install the pinned uv into a folder of its own, unless it is there."""
    lock = places.root / "installers" / "uv.lock"
    pinned = re.search(r"^uv==(\S+)", lock.read_text("utf-8"), re.MULTILINE)
    assert pinned
    if _output(str(places.uv), "--version").startswith(f"uv {pinned[1]}"):
        return
    target = places.setup / "uv"
    shutil.rmtree(target, ignore_errors=True)
    with console.step(f"Bringing uv {pinned[1]}, the package installer (20 MB)"):
        if can_make_venv():
            made = console.run([sys.executable, "-m", "venv", str(target)], clean_env()) == 0
            pip = [str(places.uv.with_name("python.exe" if os.name == "nt" else "python")), "-m", "pip", "install"]
        else:
            made = True
            pip = [sys.executable, "-m", "pip", "install", "--target", str(target)]
        if not made or console.run([*pip, "--require-hashes", "--no-deps", "-r", str(lock)], clean_env()) != 0:
            shutil.rmtree(target, ignore_errors=True)
            raise SetupError("uv could not be installed. Is the network there, and PyPI reachable?")


def can_make_venv() -> bool:
    """Whether this Python brings pip into a new environment; Debian splits that off."""
    return _runs(sys.executable, "-c", "import ensurepip, venv")


def has_installer() -> bool:
    """Whether there is any way to install uv with this Python."""
    return can_make_venv() or _runs(sys.executable, "-m", "pip", "--version")


def make_venv(console: Console, places: Places) -> None:
    """Make `.venv` with this Python. One that works is kept, unless another Python was asked for by name."""
    found = _output(str(places.python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    if found == ours or (found and not os.environ.get("CARREL_PYTHON")):
        return
    python = os.path.realpath(sys.executable)
    if console.run([str(places.uv), "venv", "--clear", "--python", python, str(places.venv)], clean_env()) != 0:
        raise SetupError(f"The environment {places.venv} could not be made with {python}.")


def sync(console: Console, places: Places, engine: Engine, wheel: Path | None, *, dev: bool) -> bool:
    """Make `.venv` hold exactly the locked packages, the engine from `wheel` or compiled."""
    lock = places.lock(dev=dev)
    if wheel:
        lock = places.setup / lock.name
        lock.write_text(with_wheel(places.lock(dev=dev).read_text("utf-8"), wheel), "utf-8")
    build_lock = places.root / "installers" / "build.lock"
    command = [str(places.uv), "pip", "sync", "-v", "--python", str(places.python), "--require-hashes"]
    command += ["--build-constraints", str(build_lock), *engine.uv_options(), str(lock)]
    return console.run(command, compile_env(engine)) == 0


def compile_program(console: Console, places: Places) -> None:
    """Make the first start as quick as later ones. Never an error: what is not compiled now is compiled when needed."""
    env = clean_env()
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with console.step("Preparing the first start"):
        console.run([str(places.python), "-P", str(places.root / "installers" / "precompile.py")], env)


def drop_engine(console: Console, places: Places) -> None:
    """Take an engine of another build out: the same version counts as installed otherwise."""
    console.run([str(places.uv), "pip", "uninstall", "--python", str(places.python), PACKAGE], clean_env())


def has_engine(places: Places) -> bool:
    """Whether some engine is installed."""
    return any(places.venv.glob("[Ll]ib/**/llama_cpp/__init__.py"))


def engine_loads(places: Places) -> str:
    """Empty when the installed engine loads in a process of its own; otherwise its last words."""
    check = "import llama_cpp.llama_cpp as c; c.llama_supports_gpu_offload()"
    command = [str(places.python), "-c", check]
    ran = subprocess.run(command, capture_output=True, text=True, env=clean_env(), check=False)
    return "" if ran.returncode == 0 else (ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[-1]


def engine_entry(lock_text: str) -> str:
    """The engine's lines in a lock file."""
    found = _ENGINE_ENTRY.search(lock_text)
    assert found
    return found[0]


def locked_engine_version(lock_text: str) -> str:
    """The engine's version in a lock file."""
    found = _ENGINE_ENTRY.match(engine_entry(lock_text))
    assert found
    return found["version"]


def with_wheel(lock_text: str, wheel: Path) -> str:
    """The lock with the engine's entry replaced by a wheel on this disk, still by hash."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    entry = f"{PACKAGE} @ {wheel.resolve().as_uri()} \\\n    --hash=sha256:{digest}"
    return _ENGINE_ENTRY.sub(lambda _: entry, lock_text, count=1)


def clean_env() -> dict[str, str]:
    """The environment for pip and uv: the user's mirrors and proxies stay, what would leak into the result goes."""
    env = {k: v for k, v in os.environ.items() if k not in FOREIGN_VARIABLES and not k.startswith("SKBUILD_")}
    env |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return _with_pip_mirror(env)


def compile_env(engine: Engine) -> dict[str, str]:
    """`clean_env` with as many compile jobs as the memory carries, and the folder of nvcc."""
    env = clean_env()
    env.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(_compile_jobs()))
    if engine.tool_folder:
        env["PATH"] = engine.tool_folder + os.pathsep + env.get("PATH", "")
    return env


def _with_pip_mirror(env: dict[str, str]) -> dict[str, str]:
    """uv does not read pip's settings, where people behind a mirror keep its address."""
    if not any(name in env for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        said = _output(sys.executable, "-m", "pip", "config", "get", "global.index-url")
        if mirror := env.get("PIP_INDEX_URL") or said.strip():
            env["UV_DEFAULT_INDEX"] = mirror
    if "PIP_CERT" in env:
        env.setdefault("SSL_CERT_FILE", env["PIP_CERT"])
    return env


def _compile_jobs() -> int:
    cores = os.cpu_count() or 1
    memory_bytes = _memory_bytes()
    return max(1, min(cores, memory_bytes // BYTES_PER_COMPILE_JOB)) if memory_bytes else cores


def _memory_bytes() -> int:
    """This computer's RAM; 0 when the system does not say."""
    if sys.platform == "win32":
        kilobytes = ctypes.c_uint64(0)
        ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        found = kilobytes.value * 1024
    else:
        try:
            found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (ValueError, OSError):
            found = 0
    return found


def _runs(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _output(*command: str) -> str:
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout if ran.returncode == 0 else ""
