"""The processor: its name, its cores, and whether the engine's code can run on it."""

from __future__ import annotations

import contextlib
import platform
import sys
from pathlib import Path

import msgspec
import psutil

from app.core.words import say

CPUINFO = Path("/proc/cpuinfo")
_REGISTERED = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
PF_AVX2 = 40  # PF_AVX2_INSTRUCTIONS_AVAILABLE, winnt.h


class Cpu(msgspec.Struct, frozen=True):
    """One processor. `cores` are physical; `avx2` is None where nobody could say."""

    name: str
    cores: int
    avx2: bool | None = None


def read_cpu(cpuinfo: Path = CPUINFO) -> Cpu:
    """This computer's processor."""
    lines = _cpuinfo(cpuinfo)
    name = lines.get("model name") or _registered_name() or platform.processor() or platform.machine()
    return Cpu(name=name, cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1, avx2=_has_avx2(lines))


def explain_cpu(cpu: Cpu) -> str:
    """The sentence when the engine cannot run on this processor; empty when it can or nobody knows."""
    if cpu.avx2 is not False:
        return ""
    return say(
        "This processor ({cpu}) has no AVX2, which the engine needs. Most x86-64 processors made since 2015 have it.",
        cpu=cpu.name,
    )


def _has_avx2(lines: dict[str, str]) -> bool | None:
    has: bool | None = "avx2" in lines["flags"].split() if "flags" in lines else None
    if sys.platform == "win32" and has is None:
        import ctypes

        has = bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(PF_AVX2))
    return has


def _registered_name() -> str:
    """What Windows knows the processor by, "12th Gen Intel(R) Core(TM) i7-12700"; "" elsewhere."""
    name = ""
    if sys.platform == "win32":
        import winreg

        with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _REGISTERED) as key:
            name = str(winreg.QueryValueEx(key, "ProcessorNameString")[0])
    return name.strip()


def _cpuinfo(file: Path) -> dict[str, str]:
    """The first processor's lines of /proc/cpuinfo; empty elsewhere."""
    try:
        text = file.read_text("utf-8", "replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
