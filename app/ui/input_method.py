"""Which input method Chinese, Japanese and Korean are typed with, where Qt would find none by itself.

The Qt that comes with PySide6 brings its own part for IBus and for Wayland's text input, and none for Fcitx. Fcitx
speaks IBus's language on the session bus as well, so a desktop that names Fcitx is answered by that part. Measured
with Fcitx 5.0.21 and IBus 1.5.27.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import MutableMapping

_FCITX = ("fcitx", "fcitx5")
_IBUS = "ibus"


def find_input_method(env: MutableMapping[str, str] = os.environ, platform: str = sys.platform) -> None:
    """Name IBus behind what the desktop names; before the application is made. What the user wrote as a list stays."""
    if not platform.startswith("linux") or env.get("QT_IM_MODULES"):
        return
    named = env.get("QT_IM_MODULE", "")
    if named in _FCITX:
        env["QT_IM_MODULES"] = f"{named};{_IBUS}"  # a part for Fcitx, should this Qt have one, goes first
    elif not named and not env.get("WAYLAND_DISPLAY") and _of_x11(env) in (*_FCITX, _IBUS):
        env["QT_IM_MODULES"] = _IBUS


def _of_x11(env: MutableMapping[str, str]) -> str:
    """What programs of plain X11 are told: `@im=fcitx`."""
    found = re.search(r"@im=([\w-]+)", env.get("XMODIFIERS", ""))
    return found[1].lower() if found else ""
