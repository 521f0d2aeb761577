"""Whether a window can be shown here. Qt ends the whole program when it finds no display, so it is asked first."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

_X11 = re.compile(r"(?P<host>[^:]*):(?P<number>\d+)(\.\d+)?")
_PATIENCE_S = 2.0


def has_display(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Always on Windows and macOS; elsewhere when the X11 or Wayland server that is named answers."""
    if platform in ("win32", "darwin"):
        return True
    return _wayland_answers(env) or _x11_answers(env.get("DISPLAY", ""))


def choose_platform(env: MutableMapping[str, str] = os.environ, platform: str = sys.platform) -> None:
    """Name the window system that answers where Qt would try one that does not, and complain or end."""
    if not platform.startswith("linux"):
        return
    asked = env.get("QT_QPA_PLATFORM", "")
    tries_wayland = asked.startswith("wayland") or (not asked and bool(env.get("WAYLAND_DISPLAY")))
    if tries_wayland and not _wayland_answers(env) and _x11_answers(env.get("DISPLAY", "")):
        env["QT_QPA_PLATFORM"] = "xcb"
    elif asked == "xcb" and not _x11_answers(env.get("DISPLAY", "")) and _wayland_answers(env):
        env["QT_QPA_PLATFORM"] = "wayland"


def _wayland_answers(env: Mapping[str, str]) -> bool:
    name = env.get("WAYLAND_DISPLAY", "")
    return bool(name) and _connects(str(Path(env.get("XDG_RUNTIME_DIR", "/"), name)))


def _x11_answers(display: str) -> bool:
    """ ":0" is a local socket, by file or by Linux's abstract name; "host:10" a TCP port from 6000 up, as over ssh."""
    match = _X11.fullmatch(display)
    if not match:
        return False
    number = int(match["number"])
    if match["host"] not in ("", "unix"):
        return _connects((match["host"], 6000 + number))
    path = f"/tmp/.X11-unix/X{number}"
    return _connects(path) or _connects("\0" + path)


def _connects(address: str | tuple[str, int]) -> bool:
    family = socket.AF_INET
    if sys.platform != "win32" and isinstance(address, str):
        family = socket.AF_UNIX
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(_PATIENCE_S)
            probe.connect(address)
        return True
    except OSError:
        return False
