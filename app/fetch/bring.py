"""The work of a download, in order: learn the facts, keep others away, find room, fetch, prove, put in place."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.core.errors import CarrelError
from app.fetch import faults
from app.fetch.hashing import hash_file
from app.fetch.hub import Hub
from app.fetch.manifest import facts_of, proven, record
from app.fetch.part import Part, PartFiles
from app.fetch.patience import Limits, Patience, Trouble
from app.fetch.progress import State, Teller
from app.fetch.stream import RangeRefused, Stream, open_stream
from app.fetch.wanted import Arrived, Facts, Wanted, given_facts

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
log = logging.getLogger(__name__)


class Stopped(Exception):
    """The user paused or cancelled: unwind, keeping the part."""


class Bringer:
    """Runs in the download's thread; only `wake` is for others. Stops where `must_stop()` says so."""

    def __init__(
        self,
        wanted: Wanted,
        hub: Hub,
        target: Path,
        limits: Limits,
        teller: Teller,
        must_stop: Callable[[], bool],
    ) -> None:
        self._wanted, self._hub, self._limits = wanted, hub, limits
        self._files, self._target = PartFiles(target), target
        self._teller, self._must_stop = teller, must_stop
        self._woken = threading.Event()
        self._stream: Stream | None = None

    def bring(self) -> Arrived:
        """Bring the file home. Raises Stopped or CarrelError; the part is then still there, if it is worth keeping."""
        self._woken.clear()
        self._go_on()
        self._teller.show("checking")
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise faults.from_disk(error, self._target) from error
        with self._files.locked():
            facts = self._learn_facts()
            self._teller.show("checking", 0, facts.size_bytes)
            arrived = self._already_here(facts) or self._fetch(facts)
            record(arrived)
            return arrived

    def clear_up(self) -> None:
        """Delete the part and the folders it alone needed."""
        if not self._target.parent.exists():
            return
        try:
            with self._files.locked():
                self._files.discard()
        except OSError as error:
            raise faults.from_disk(error, self._files.part) from error
        for folder in self._target.parents[:2]:
            with suppress(OSError):  # not empty: other models live there
                folder.rmdir()

    def wake(self) -> None:
        """Make the work look at `must_stop` now, even while it waits for bytes or for the next try."""
        self._woken.set()
        if (stream := self._stream) is not None:
            stream.abort()

    def _go_on(self) -> None:
        if self._must_stop():
            raise Stopped

    def _learn_facts(self) -> Facts:
        """From the caller, else from the part begun earlier, else from an earlier proof, else from the hub."""
        if facts := given_facts(self._wanted):
            return facts
        begun = self._files.read_sidecar()
        if begun is not None and begun.continues(self._wanted):
            return begun.facts
        proof = proven(self._target)
        if proof is not None and self._wanted.revision == proof.revision and self._wanted.sha256 is None:
            return facts_of(proof, self._wanted.file)
        return self._patiently(lambda: self._hub.look_up(self._wanted, self._limits), Patience(self._limits))

    def _patiently(self, attempt: Callable[[], T], patience: Patience) -> T:
        """Try until it works, the patience ends or the user stops it."""
        while True:
            self._go_on()
            try:
                return attempt()
            except Trouble as trouble:
                self._go_on()
                wait_s = patience.wait_s(trouble)
                log.info("download waits %.1f s: %s", wait_s, trouble.fault.code)
                self._teller.show(self._teller.progress.state, fault=trouble.fault)
                self._woken.wait(wait_s)
                self._woken.clear()

    def _already_here(self, facts: Facts) -> Arrived | None:
        """A file of that name: proven, it is the answer; another file is left alone and named."""
        if not self._target.exists():
            return None
        self._teller.show("verifying", 0, facts.size_bytes)
        try:
            same = self._target.stat().st_size == facts.size_bytes
            same = same and hash_file(self._target, lambda done: self._hashed("verifying", done)) == facts.sha256
        except OSError as error:
            raise faults.from_disk(error, self._target) from error
        if not same:
            raise CarrelError(
                "other_file_there",
                "{path} is already there, but it is not the file that belongs there.",
                "Move it away or delete it, then download again.",
                path=str(self._target),
            )
        self._files.discard()
        return Arrived(self._target, facts)

    def _hashed(self, state: State, done_bytes: int) -> None:
        self._go_on()
        self._teller.show(state, done_bytes)

    def _fetch(self, facts: Facts) -> Arrived:
        part = Part(self._files, facts, self._wanted.revision, self._limits.sync_every_s)
        self._need_room(facts, part.safe_bytes())
        try:
            part.open(lambda done: self._hashed("checking", done))
            self._fill(part, facts)
            self._teller.show("verifying", part.size_bytes)
            part.finish()
        finally:
            part.close()
        return Arrived(self._target, facts)

    def _need_room(self, facts: Facts, here_bytes: int) -> None:
        needed_bytes = facts.size_bytes - here_bytes + self._limits.free_margin_bytes
        free_bytes = shutil.disk_usage(self._target.parent).free
        if free_bytes < needed_bytes:
            raise faults.no_space(facts.file, self._target.parent, needed_bytes, free_bytes)

    def _fill(self, part: Part, facts: Facts) -> None:
        """Fetch until the part is full. Whatever ends it, the bytes that arrived are made safe."""
        patience = Patience(self._limits, part.size_bytes)
        self._teller.show("downloading", part.size_bytes)
        with self._teller.pulse(), self._hub.client(self._limits) as client:
            try:
                while part.size_bytes < facts.size_bytes:
                    self._patiently(lambda: self._attempt(client, part, facts, patience), patience)
            except BaseException:
                with suppress(CarrelError):  # the first failure is the one to tell
                    part.sync()
                raise

    def _attempt(self, client: httpx2.Client, part: Part, facts: Facts, patience: Patience) -> None:
        """One request. A server that refuses to continue is asked once more without the etag, then for everything."""
        try:
            with open_stream(client, self._hub, facts, part.size_bytes, part.etag) as stream:
                self._receive(stream, part, facts, patience)
        except RangeRefused as refused:
            if part.etag is None:
                part.restart()
            part.etag = None
            raise Trouble(faults.cut(faults.host_of(self._hub.endpoint)), 0.0) from refused

    def _receive(self, stream: Stream, part: Part, facts: Facts, patience: Patience) -> None:
        part.etag = stream.etag
        self._stream = stream
        try:
            self._go_on()  # a wish that came before `wake` could reach this stream
            for chunk in stream.chunks():
                self._go_on()
                if part.size_bytes + len(chunk) > facts.size_bytes:
                    raise self._too_long(part, chunk, facts)
                part.write(chunk)
                patience.progressed(part.size_bytes)
                self._teller.show("downloading", part.size_bytes)
        finally:
            self._stream = None
        if part.size_bytes < facts.size_bytes:
            raise Trouble(faults.cut(faults.host_of(self._hub.endpoint)))

    def _too_long(self, part: Part, chunk: bytes, facts: Facts) -> CarrelError:
        host = faults.host_of(self._hub.endpoint)
        return faults.wrong_size(host, facts.file, part.size_bytes + len(chunk), facts.size_bytes)
