"""Builds the program folder `dist/carrel` and tries it. A bundle that would die on another computer fails here."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist" / "carrel"
PICTURE = ROOT / "build" / "carrel.ico"
# PyInstaller only warns when the build computer lacks a library that the bundle then lacks as well.
_UNRESOLVED = re.compile(r"could not resolve '(lib(?:xcb|xkbcommon|Qt6|wayland|gomp|ggml|llama)[^']*)'")


def main() -> int:
    """Build, look for what is missing, then start the result."""
    if packages := _missing_packages():
        print(f"PyInstaller needs more of the system: sudo apt-get install -y {' '.join(packages)}", file=sys.stderr)
        return 1
    if sys.platform == "win32":
        subprocess.run([sys.executable, str(ROOT / "installers" / "picture.py"), str(PICTURE)], check=True)
    missing, code = _build()
    if code != 0:
        print("PyInstaller failed; its last lines are above.", file=sys.stderr)
        return code
    if missing:
        print(f"The build computer lacks {', '.join(sorted(missing))}; run ./carrel setup.", file=sys.stderr)
        return 1
    size_bytes = sum(file.stat().st_size for file in DIST.rglob("*") if file.is_file() and not file.is_symlink())
    print(f"{DIST}: {size_bytes / 1e6:.0f} MB", flush=True)
    return subprocess.run([sys.executable, str(ROOT / "installers" / "smoke.py"), str(DIST)], check=False).returncode


def _missing_packages() -> list[str]:
    """Debian's packages for what PyInstaller takes from the system: objdump, and Python as a shared library."""
    system: str = sys.platform
    if system != "linux":
        return []
    packages = [] if shutil.which("objdump") else ["binutils"]
    shared = Path(sysconfig.get_config_var("LIBDIR")) / str(sysconfig.get_config_var("INSTSONAME"))
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and not (shared.exists() or _loads(shared.name)):
        packages.append(f"libpython3.{sys.version_info.minor}")
    return packages


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _build() -> tuple[set[str], int]:
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "build.spec"]
    missing: set[str] = set()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := _UNRESOLVED.search(line):
                missing.add(found[1])
            if "WARNING" in line or "ERROR" in line or "Building" in line or "Error" in line:
                print(line.rstrip(), flush=True)
    return missing, process.returncode


if __name__ == "__main__":
    sys.exit(main())
