"""The SHA-256 of model files: known from their download, from an earlier look, or read once in the background."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import Cancelled
from app.fetch.hashing import hash_file
from app.fetch.manifest import proven
from app.gguf.split import part_names
from app.session.failures import as_carrel_error

if TYPE_CHECKING:
    from app.session.desk import Desk

log = logging.getLogger(__name__)

Known = Callable[[str], object]


class Hashing:
    """One for a desk. A file is read once, however many ask; what was not finished at the end is begun anew later."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: dict[Path, list[Known]] = {}
        self._stop = threading.Event()
        desk.at_close.append(self._stop.set)

    def learn(self, path: Path, known: Known = lambda _: None) -> None:
        """`known(sha256)` on the main thread when it is known; "" when the file cannot be read.

        A model in several parts has the hash of the hashes of its parts, one a line.
        """
        if path in self._waiting:
            self._waiting[path].append(known)
            return
        self._waiting[path] = [known]
        self._desk.jobs.run(
            lambda: _facts(path), lambda facts: self._look_up(path, *facts), lambda e: self._fail(path, e)
        )

    def _look_up(self, path: Path, size_bytes: int, changed_ns: int, sha256: str) -> None:
        def found(kept: str) -> None:
            if kept:
                self._tell(path, kept)
            else:
                self._desk.jobs.run(lambda: self._read(path), keep, lambda error: self._fail(path, error))

        def keep(made: str) -> None:
            self._desk.store.ask(
                lambda store: store.keep_file_hash(str(path), size_bytes, changed_ns, made),
                lambda _: self._tell(path, made),
                lambda error: self._fail(path, error),
            )

        if sha256:
            keep(sha256)
        else:
            key = (str(path), size_bytes, changed_ns)
            self._desk.store.ask(lambda store: store.file_hash(*key), found, lambda error: self._fail(path, error))

    def _read(self, path: Path) -> str:
        """In a job; ends early with the program."""

        def on_bytes(_count: int) -> None:
            if self._stop.is_set():
                raise Cancelled

        names = part_names(path.name)
        hashes = [hash_file(path.with_name(name), on_bytes) for name in names]
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    def _tell(self, path: Path, sha256: str) -> None:
        for known in self._waiting.pop(path, []):
            known(sha256)

    def _fail(self, path: Path, error: Exception) -> None:
        if as_carrel_error(error).code != "cancelled":
            log.info("a model file could not be hashed", exc_info=error)
        self._tell(path, "")


def _facts(path: Path) -> tuple[int, int, str]:
    """Size, time, and the hash that was proven at its download."""
    stat = path.stat()
    proof = proven(path) if len(part_names(path.name)) == 1 else None
    return stat.st_size, stat.st_mtime_ns, proof.sha256 if proof else ""
