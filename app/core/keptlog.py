"""A log that keeps the last of what was said and never grows beyond a bound."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

LIMIT_BYTES = 512 << 10
_LINE_CHARACTERS = 4_000


class KeptLog:
    """Lines appended to `file`; once it is full it becomes `<file>.1` and a new one begins. Any thread.

    The file is opened for each line: children that end badly speak seldom, and what they said last must be on disk.
    """

    def __init__(self, file: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.file, self._limit_bytes = file, limit_bytes
        self._lock = threading.Lock()

    @property
    def files(self) -> tuple[Path, ...]:
        """What there is, the older part first."""
        return tuple(path for path in (self._older, self.file) if path.exists())

    def add(self, line: str) -> None:
        """Write a line. A disk that is full or gone is not worth a word here."""
        with self._lock, contextlib.suppress(OSError):
            with self.file.open("a", encoding="utf-8", errors="replace") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line[:_LINE_CHARACTERS]}\n")
                is_full = file.tell() > self._limit_bytes
            if is_full:
                self.file.replace(self._older)

    @property
    def _older(self) -> Path:
        return self.file.with_name(self.file.name + ".1")
