"""The part of a file that has arrived: `<file>.part`, with a small JSON beside it that says what it will be.

The bytes are synced every few seconds and the JSON then states how many are safe, so a power cut costs
seconds. On reopening, what lies beyond the safe mark is cut off and the rest is hashed again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from app.core.errors import CarrelError
from app.core.files import put_in_place, sync_folder, write_durably
from app.fetch import faults
from app.fetch.hashing import Digest, feed_file
from app.fetch.wanted import Facts, Wanted


class Sidecar(msgspec.Struct, frozen=True):
    """What the JSON beside a part says. `asked` is the caller's revision, `facts` the commit it meant then."""

    facts: Facts
    asked: str
    synced_bytes: int = 0
    etag: str | None = None

    def continues(self, wanted: Wanted) -> bool:
        """True when this part is a beginning of what is wanted now."""
        same_name = (self.facts.repo, self.facts.file) == (wanted.repo, wanted.file)
        same_bytes = (wanted.sha256 or self.facts.sha256, wanted.size_bytes or self.facts.size_bytes) == (
            self.facts.sha256,
            self.facts.size_bytes,
        )
        same_version = wanted.sha256 is not None or wanted.revision in (self.asked, self.facts.revision)
        return same_name and same_bytes and same_version


class Unfinished(msgspec.Struct, frozen=True):
    """A download that can be resumed, found on disk."""

    wanted: Wanted
    path: Path
    done_bytes: int


class PartFiles:
    """The names around one target."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.part = target.with_name(target.name + ".part")
        self.sidecar = target.with_name(target.name + ".part.json")
        self.lock = target.with_name(target.name + ".part.lock")

    def read_sidecar(self) -> Sidecar | None:
        """What is known of the part; None when there is no part or its JSON is damaged."""
        try:
            return msgspec.json.decode(self.sidecar.read_bytes(), type=Sidecar) if self.part.exists() else None
        except (OSError, msgspec.DecodeError, CarrelError):
            return None

    def discard(self) -> None:
        """Delete the part and what describes it."""
        for path in (self.part, self.sidecar, self.sidecar.with_name(self.sidecar.name + ".new")):
            path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other Carrel away from this part. A crash frees the lock: the system holds it, not the file."""
        import filelock

        lock = filelock.FileLock(self.lock, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise CarrelError(
                "already_downloading",
                "{file} is already being downloaded by another Carrel.",
                "Wait for it, or stop it there.",
                file=self.target.name,
            ) from error
        except OSError as error:
            raise faults.from_disk(error, self.lock) from error
        try:
            yield
        finally:
            with suppress(OSError):
                self.lock.unlink(missing_ok=True)
            lock.release()


class Part:
    """The open part. Used by one thread, inside `PartFiles.locked`. Disk failures raise CarrelError."""

    def __init__(self, files: PartFiles, facts: Facts, asked: str, sync_every_s: float) -> None:
        self.files, self._facts, self._asked, self._sync_every_s = files, facts, asked, sync_every_s
        self._digest = Digest()
        self._handle: IO[bytes] | None = None
        self._synced_at_s = time.monotonic()
        self.size_bytes = 0
        self.etag: str | None = None

    def safe_bytes(self) -> int:
        """How much of the part on disk can be continued; 0 when it belongs to other bytes."""
        known = self.files.read_sidecar()
        if known is None or known.facts.sha256 != self._facts.sha256:
            return 0
        return min(known.synced_bytes, self.files.part.stat().st_size, self._facts.size_bytes)

    def open(self, on_bytes: Callable[[int], object]) -> None:
        """Open or begin the part, hashing what is there; `on_bytes(count)` may raise to stop."""
        safe_bytes = self.safe_bytes()
        known = self.files.read_sidecar() if safe_bytes else None
        with self._disk():
            self._handle = open(self.files.part, "r+b" if safe_bytes else "w+b", buffering=0)  # noqa: SIM115 - close() is ours
            self._handle.truncate(safe_bytes)
            self.size_bytes = feed_file(self._digest, self._handle, safe_bytes, on_bytes)
            self.etag = known.etag if known else None
            self.sync()

    def write(self, chunk: bytes) -> None:
        """Append, hash, and sync now and then."""
        handle = self._open_handle()
        with self._disk():
            left = memoryview(chunk)
            while left:
                left = left[handle.write(left) :]
        self._digest.feed(chunk)
        self.size_bytes += len(chunk)
        if time.monotonic() - self._synced_at_s >= self._sync_every_s:
            self.sync()

    def restart(self) -> None:
        """Forget every byte: the server does not continue this part."""
        handle = self._open_handle()
        with self._disk():
            handle.seek(0)
            handle.truncate(0)
        self._digest, self.size_bytes, self.etag = Digest(), 0, None
        self.sync()

    def sync(self) -> None:
        """Make the bytes safe, then say so in the JSON. In this order: the JSON never promises too much."""
        with self._disk():
            os.fsync(self._open_handle().fileno())
        known = Sidecar(self._facts, self._asked, self.size_bytes, self.etag)
        try:
            write_durably(self.files.sidecar, msgspec.json.encode(known))
        except CarrelError as error:
            if isinstance(error.__cause__, OSError):  # a full disk deserves its own sentence
                raise faults.from_disk(error.__cause__, self.files.part) from error
            raise
        self._synced_at_s = time.monotonic()

    def finish(self) -> None:
        """Put the file in its place if every byte is proven; otherwise delete it and say so."""
        self.sync()
        self.close()
        if self.size_bytes != self._facts.size_bytes or self._digest.hex() != self._facts.sha256:
            self.files.discard()
            raise faults.wrong_hash(self._facts.file)
        with self._disk():
            put_in_place(self.files.part, self.files.target)
            sync_folder(self.files.target.parent)
            self.files.sidecar.unlink(missing_ok=True)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def _open_handle(self) -> IO[bytes]:
        assert self._handle is not None, "open() comes first"
        return self._handle

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise faults.from_disk(error, self.files.part) from error


def unfinished(models_folder: Path) -> tuple[Unfinished, ...]:
    """Downloads that were begun and can be resumed, for the screen after a restart."""
    sidecars = sorted(models_folder.glob("*/*/**/*.part.json"))
    return tuple(one for sidecar in sidecars if (one := _unfinished(sidecar)) is not None)


def _unfinished(sidecar: Path) -> Unfinished | None:
    """What a sidecar promises; None when it is damaged, foreign or gone by now."""
    files = PartFiles(sidecar.with_name(sidecar.name.removesuffix(".part.json")))
    known = files.read_sidecar()
    if known is None:
        return None
    facts = known.facts
    given = facts.sha256 if facts.hash_source == "given" else None
    try:
        wanted = Wanted(facts.repo, known.asked, facts.file, facts.size_bytes, given)
        return Unfinished(wanted, files.target, min(known.synced_bytes, files.part.stat().st_size))
    except (OSError, CarrelError):
        return None
