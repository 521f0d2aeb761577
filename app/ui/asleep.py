"""Tells when the computer is about to sleep or its screen is locked: D-Bus on Linux, window messages on Windows.

Where neither speaks, the vault notices after the fact that the clock jumped.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping
from ctypes import wintypes
from typing import Any

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Slot

_SLEEP = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep")
_SESSIONS, _SESSION_OF_LOGIN = "/org/freedesktop/login1/session/", "org.freedesktop.login1.Session"
_SCREENS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged"),
)
_POWER, _SUSPEND = 0x0218, 0x0004  # WM_POWERBROADCAST, PBT_APMSUSPEND
_SESSION, _LOCKED = 0x02B1, 0x7  # WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK


class Asleep(QObject):
    """Calls `told` before sleep and when the screen is locked, for as long as it lives. `window` is a native handle."""

    def __init__(self, told: Callable[[], object], window: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told = told
        self._filter: _Messages | None = None
        if sys.platform == "win32":
            self._filter = _Messages(told)
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(wintypes.HWND(window), 0)
            application = QCoreApplication.instance()
            if application is not None:
                application.installNativeEventFilter(self._filter)
        elif sys.platform == "linux":
            self._listen()

    @Slot(bool)
    def on_active(self, active: bool) -> None:
        """A signal of the bus: it begins, or it is over."""
        if active:
            self._told()

    @Slot()
    def on_lock(self) -> None:
        """`loginctl lock-session`, as desktops without a screen saver of their own do it."""
        self._told()

    def _listen(self) -> None:
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:  # a system without the library: the clock will tell
            return
        slot: Any = SLOT("on_active(bool)")  # as text, whatever the stubs say
        system, session = QDBusConnection.systemBus(), QDBusConnection.sessionBus()
        if system.isConnected():
            system.connect(*_SLEEP, self, slot)
            locked: Any = SLOT("on_lock()")
            system.connect(_SLEEP[0], session_path(), _SESSION_OF_LOGIN, "Lock", self, locked)
        if session.isConnected():
            for screen in _SCREENS:
                session.connect(*screen, self, slot)


def session_path(env: Mapping[str, str] = os.environ) -> str:
    """Where logind speaks of this session; "" (of all of them) where nobody knows which it is.

    As systemd writes names: a digit in the first place by its number.
    """
    name = env.get("XDG_SESSION_ID", "")
    if not (name.isascii() and name.isalnum()):
        return ""
    first = name[0] if name[0].isalpha() else f"_{ord(name[0]):02x}"
    return f"{_SESSIONS}{first}{name[1:]}"


class _Messages(QAbstractNativeEventFilter):
    """Windows tells every window of the program."""

    def __init__(self, told: Callable[[], object]) -> None:
        super().__init__()
        self._told = told

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> Any:
        """Only a look."""
        if bytes(kind) == b"windows_generic_MSG":  # type: ignore[arg-type]
            found = wintypes.MSG.from_address(int(message))
            if (found.message, found.wParam) in ((_POWER, _SUSPEND), (_SESSION, _LOCKED)):
                self._told()
        return False, 0
