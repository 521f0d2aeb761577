"""Whether the window's last run came to a good end: a marker that is there while one runs, and what Python said last.

The marker names the process and the start of the computer, so that a crash is told from a power cut. Only the one
window of a home writes it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
from pathlib import Path
from typing import IO

import msgspec
import psutil

from app.config.paths import Home
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.session.mishap import Mishap, about
from app.session.support import without_names

log = logging.getLogger(__name__)

_MOST_BYTES = 64 << 10
_SAME_START_S = 30.0  # the clock may have been set; two starts of a computer are further apart


class Marker(msgspec.Struct, frozen=True):
    pid: int
    boot: str  # names this start of the computer
    boot_s: float  # when it was, Unix seconds, where it has no name


class LastRun:
    """`begin` at the start of the window, `end` when it has come to its end."""

    def __init__(self, home: Home) -> None:
        self._marker = home.root / "running.json"
        self._faults = home.logs / "crash.log"
        self._file: IO[str] | None = None

    def begin(self) -> Mishap | None:
        """What became of the run before, when it did not end well; from now on this one is watched."""
        found = self._look()
        self._set_faults_aside()
        try:
            write_durably(self._marker, msgspec.json.encode(_this_run()))
            self._file = self._faults.open("w", encoding="utf-8")
            faulthandler.enable(self._file)
        except (OSError, CarrelError):
            log.warning("a crash of this run will not be noticed", exc_info=True)
        return found

    def end(self) -> None:
        """It ended well. Twice does no harm."""
        self._marker.unlink(missing_ok=True)
        if self._file is not None:
            faulthandler.disable()
            if sys.stderr is not None:
                with contextlib.suppress(OSError, ValueError, AttributeError):
                    faulthandler.enable()
            self._file.close()
            self._file = None
            self._faults.unlink(missing_ok=True)

    def _look(self) -> Mishap | None:
        try:
            marker = msgspec.json.decode(self._marker.read_bytes(), type=Marker)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError):  # cut off while it was written
            return Mishap("crash", about())
        now = _this_run()
        if marker.boot != now.boot or (abs(marker.boot_s - now.boot_s) > _SAME_START_S and not now.boot):
            return Mishap("power", about())
        return Mishap("crash", "\n\n".join(part for part in (about(), self._last_words()) if part))

    def _last_words(self) -> str:
        """What Python wrote while it died: the kind of fault and where each thread was."""
        try:
            with self._faults.open("rb") as file:
                return without_names(file.read(_MOST_BYTES).decode("utf-8", "replace")).strip()
        except OSError:
            return ""

    def _set_faults_aside(self) -> None:
        """For the support bundle, which takes every log."""
        with contextlib.suppress(OSError):
            if self._faults.stat().st_size:
                self._faults.replace(self._faults.with_name("crash-before.log"))


def _this_run() -> Marker:
    return Marker(os.getpid(), _boot_name(), psutil.boot_time())


def _boot_name() -> str:
    """Linux names every start of the computer; elsewhere the time of it must do."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""
