"""What comes from the system's own packages: a compiler, Qt's libraries, and for the tests a screen and a font."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from installers.firstrun.console import Console, SetupError
from installers.firstrun.packages import has_installer

# Library name: Debian's package. Found by loading PySide6 in a bare Debian 12.
WINDOW_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {"libwayland-cursor.so.0": "libwayland-cursor0", "libwayland-egl.so.1": "libwayland-egl1"}
ENGINE_LIBRARIES = {"libgomp.so.1": "libgomp1"}
RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}  # Debian 13 and Ubuntu 24.04
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
CHINESE_FONTS = ("cjk", "hansans", "hanserif", "wqy", "droidsansfallback", "uming", "ukai", "notosanssc")


def has_library(name: str) -> bool:
    """Whether the loader finds it."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing_for_setup(*, compiles: bool) -> list[str]:
    """Packages without which set-up cannot go on."""
    packages = []
    if not has_installer():
        packages.append(f"python3.{sys.version_info.minor}-venv")
    if compiles and not (_has_any("c++", "g++", "clang++") and _has_any("cc", "gcc", "clang")):
        packages.append("g++")
    packages += [package for library, package in ENGINE_LIBRARIES.items() if not has_library(library)]
    if shutil.which("apt-get") and not _has_certificates():
        packages.append("ca-certificates")
    return packages


def missing_libraries(has: Callable[[str], bool] = has_library) -> list[str]:
    """The libraries that the window loads and that are not here, by library name."""
    wanted = WINDOW_LIBRARIES
    if os.environ.get("WAYLAND_DISPLAY"):
        wanted = WINDOW_LIBRARIES | WAYLAND_LIBRARIES
    return [library for library in wanted if not has(library)]


def missing_for_tests() -> list[str]:
    """Packages that only the tests use."""
    packages = [] if shutil.which("Xvfb") else ["xvfb"]
    return packages if has_chinese_font() else [*packages, "fonts-noto-cjk"]


def has_chinese_font(folders: Iterable[str] = FONT_FOLDERS) -> bool:
    """Whether a font with Chinese characters is installed, told by its file name."""
    for folder in folders:
        for _, _, names in os.walk(Path(folder).expanduser()):
            if any(mark in name.lower() for name in names for mark in CHINESE_FONTS):
                return True
    return False


def package_of(library: str) -> str:
    """Debian's package that holds a library."""
    return (WINDOW_LIBRARIES | WAYLAND_LIBRARIES)[library]


def bring_packages(
    console: Console, needed: list[str], libraries: list[str], extra: list[str], *, strict: bool
) -> None:
    """Install what is missing when this is root on Debian or Ubuntu; otherwise print the line that does.

    Stops when `needed` stays missing, and with `strict` when anything does; else the window may miss its libraries
    while everything in the terminal works.
    """
    packages = [*needed, *(package_of(library) for library in libraries), *extra]
    if not packages:
        return
    if shutil.which("apt-get") and _is_root():
        with console.step(f"Installing system packages: {' '.join(packages)}"):
            if _install(console, packages):
                return
        failure = "The system packages could not be installed."
    else:
        failure = "Some system packages are missing." if needed or strict else "The window needs more system libraries."
    line = f"{failure} To install them, type:\n\n    {install_line(packages, libraries)}\n"
    if needed or strict:
        raise SetupError(f"{line}\nThen run the same command again.")
    console.say(f"{line}\nEverything in the terminal works without them.")


def install_line(packages: list[str], libraries: list[str]) -> str:
    """The command a person types to install them, in this system's words."""
    if shutil.which("apt-get"):
        return f"sudo apt-get update && sudo apt-get install -y {' '.join(_current_names(packages))}"
    named = {package_of(library): library for library in libraries}
    rest = [package for package in packages if package not in named]
    if shutil.which("dnf"):
        words = {"g++": "gcc-c++", "xvfb": "xorg-x11-server-Xvfb", "fonts-noto-cjk": "google-noto-sans-cjk-fonts"}
        provided = [f"'{library}()(64bit)'" for library in named.values()]
        return f"sudo dnf install {' '.join([*(words.get(p, p) for p in rest), *provided])}"
    return f"(with your package manager) {', '.join([*rest, *named.values()])}"


def _install(console: Console, packages: list[str]) -> bool:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    if console.run(["apt-get", "update"], env) != 0:
        return False
    install = ["apt-get", "install", "-y", "--no-install-recommends", *_current_names(packages)]
    return console.run(install, env) == 0


def _current_names(packages: list[str]) -> list[str]:
    return [RENAMED[p] if p in RENAMED and _is_offered(RENAMED[p]) else p for p in packages]


def _is_offered(package: str) -> bool:
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return shown.returncode == 0 and bool(shown.stdout)


def _has_certificates() -> bool:
    named = os.environ.get("SSL_CERT_FILE")
    return Path(named or "/etc/ssl/certs/ca-certificates.crt").is_file()


def _has_any(*programs: str) -> bool:
    return any(shutil.which(program) for program in programs)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
