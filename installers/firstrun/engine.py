"""Which build of llama.cpp this computer gets: compiled for its CPU or its NVIDIA cards, or a wheel that was given."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from installers.firstrun.console import Console
from installers.firstrun.gpus import Gpus, find_gpus

PACKAGE = "llama-cpp-python"
# What every x86-64-v3 processor has. Said one by one: where SOURCE_DATE_EPOCH is set, GGML_NATIVE=OFF leaves AVX2 out.
X86_64_V3 = ("SSE42", "AVX", "AVX2", "BMI2", "FMA", "F16C")
V3_CPU_FLAGS = frozenset({"avx", "avx2", "bmi2", "fma", "f16c", "sse4_2"})
NVCC_PLACES = ("/usr/local/cuda/bin", "/opt/cuda/bin")


@dataclass(frozen=True)
class Engine:
    """One way to get the engine. `name` tells two ways apart; `tool_folder` holds nvcc when it is off the PATH."""

    name: str
    cmake: tuple[str, ...] = ()
    cuda_architectures: str = ""
    tool_folder: str = ""
    wheel: Path | None = None

    @property
    def compiles(self) -> bool:
        return self.wheel is None

    def uv_options(self) -> list[str]:
        """The options that make uv compile it so. They are part of the key of uv's cache of built wheels."""
        if not self.compiles:
            return []
        options = ["--config-settings-package", f"{PACKAGE}:cmake.args={';'.join(self.cmake)}"]
        if self.cuda_architectures:  # a list of its own, so it cannot stand in the list of arguments
            define = f"{PACKAGE}:cmake.define.CMAKE_CUDA_ARCHITECTURES={self.cuda_architectures}"
            options += ["--config-settings-package", define]
        return options


def choose_engine(console: Console, include: Path, wheel: Path | None) -> Engine:
    """The best engine this computer can get by itself, or the wheel; says in a sentence why it is not the GPU's."""
    if wheel:
        return Engine(f"wheel {wheel.name} {_sha256(wheel)}", wheel=wheel)
    gpus = find_gpus()
    if gpus:
        nvcc = find_nvcc()
        reason = refuse_cuda(gpus, nvcc)
        if nvcc and not reason:
            console.say(f"  NVIDIA {', '.join(gpus.names)}: the engine is compiled for it with CUDA {nvcc.release}.")
            return cuda_engine(include, gpus, nvcc)
        console.say(f"  {reason} The engine is compiled for the CPU now.")
    return cpu_engine(console, include)


def cpu_engine(console: Console, include: Path) -> Engine:
    """The engine for the CPU alone: for every x86-64-v3 processor, otherwise for exactly this one."""
    common = _common(include)
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return Engine("cpu native", ("-DGGML_NATIVE=ON", *common))
    if missing := missing_cpu_flags():
        lacks = ", ".join(missing)
        console.say(f"  This processor has no {lacks}: the engine is compiled for it alone, and it will be slow.")
        return Engine("cpu native", ("-DGGML_NATIVE=ON", *common))
    return Engine("cpu", (*_portable_cpu(), *common))


@dataclass(frozen=True)
class Nvcc:
    """CUDA's compiler. `release` is the toolkit's, as "12.8"."""

    folder: str
    release: str

    @property
    def major(self) -> int:
        return int(self.release.split(".")[0])


def find_nvcc() -> Nvcc | None:
    """CUDA's compiler from the PATH, CUDA_HOME or the usual folders, if it runs."""
    home = os.environ.get("CUDA_HOME") or os.environ.get("CUDA_PATH")
    places = [str(Path(home) / "bin")] if home else []
    newest = sorted(Path("/usr/local").glob("cuda-*/bin"), reverse=True)
    places += [*NVCC_PLACES, *map(str, newest)]
    found = shutil.which("nvcc") or shutil.which("nvcc", path=os.pathsep.join(places))
    if not found:
        return None
    try:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    release = re.search(r"release (\d+\.\d+)", said)
    return Nvcc(str(Path(found).parent), release[1]) if release else None


def refuse_cuda(gpus: Gpus, nvcc: Nvcc | None) -> str:
    """Why the CUDA engine cannot be compiled here, with what would help; empty when it can."""
    cards = ", ".join(gpus.names)
    if nvcc is None:
        return (
            f"The GPU ({cards}) needs the CUDA toolkit (nvcc), which is not here: install it and run ./carrel setup, "
            "or give a ready engine with ./carrel setup --engine-wheel FILE."
        )
    if nvcc.major > gpus.cuda[0]:
        return (
            f"The CUDA toolkit {nvcc.release} needs a newer driver than {gpus.driver} "
            f"(it serves CUDA {gpus.cuda[0]}.{gpus.cuda[1]}): update the driver and run ./carrel setup."
        )
    return ""


def cuda_engine(include: Path, gpus: Gpus, nvcc: Nvcc) -> Engine:
    """The engine for the cards found. CARREL_CUDA only keeps two toolkits apart in the cache."""
    architectures = ";".join(f"{c}-real" for c in sorted(set(gpus.capabilities), key=int))
    cuda = ("-DGGML_CUDA=ON", "-DGGML_CUDA_NCCL=OFF", f"-DCARREL_CUDA={nvcc.release}")
    return Engine(
        f"cuda {nvcc.release} {architectures}",
        (*_portable_cpu(), *cuda, *_common(include)),
        architectures,
        nvcc.folder,
    )


def missing_cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> list[str]:
    """What the processor lacks of x86-64-v3; nothing where it cannot be read."""
    try:
        text = cpuinfo.read_text("utf-8", "replace")
    except OSError:
        return []
    found = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return sorted(flag.upper() for flag in V3_CPU_FLAGS - set(found[1].split())) if found else []


def stable_include(source: Path, cache: Path) -> Path:
    """A copy named by its content. Its path is in the cache key, so every checkout must use the same."""
    content = source.read_bytes()
    copy = cache / "carrel" / f"engine-{hashlib.sha256(content).hexdigest()[:12]}.cmake"
    if not copy.exists() or copy.read_bytes() != content:
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = copy.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(content)
        os.replace(part, copy)
    return copy


def user_cache() -> Path:
    """This user's cache folder, where uv keeps built wheels as well."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _portable_cpu() -> tuple[str, ...]:
    return ("-DGGML_NATIVE=OFF", *(f"-DGGML_{feature}=ON" for feature in X86_64_V3))


def _common(include: Path) -> tuple[str, ...]:
    return ("-DLLAVA_BUILD=OFF", f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={include.as_posix()}")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
