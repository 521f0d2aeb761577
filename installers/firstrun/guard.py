"""One set-up at a time, and the note that the last one finished."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from installers.firstrun.console import Console


@contextlib.contextmanager
def only_one(console: Console, lock_file: Path) -> Iterator[None]:
    """Hold the lock; wait, saying so, while another set-up has it. The system frees it when its holder dies."""
    with lock_file.open("a+b") as lock:
        if not _try_lock(lock):
            console.say("Another set-up of Carrel is running here. Waiting for it to finish.")
            while not _try_lock(lock):
                time.sleep(0.3)
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(lock: IO[bytes]) -> bool:
        try:
            lock.seek(0)
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(lock: IO[bytes]) -> bool:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Stamp:
    """`.setup/stamp`: the start script's key of a finished set-up, and `dev` when it holds the tests' packages."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> tuple[str, bool]:
        """The key and whether it is `dev`; an empty key when nothing finished."""
        try:
            key, packages = self._file.read_text("utf-8").split()
        except (OSError, ValueError):
            return "", False
        return key, packages == "dev"

    def clear(self) -> None:
        """From here until `write`, an interruption means that set-up must run again. Remembers `dev`."""
        _, dev = self.read()
        self.write("unfinished", dev=dev)

    def write(self, key: str, *, dev: bool) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(f"{key}\n{'dev' if dev else 'run'}\n", "utf-8")
        os.replace(part, self._file)
