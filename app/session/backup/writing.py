"""Writes a backup: one moment of the chats and the small files beside them, verified before it takes its name."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
import tomli_w

from app import __version__
from app.config.paths import expanded
from app.core.container import wrap
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.files import cannot_write, overwrite_and_remove, put_in_place, sync_folder
from app.core.names import free_name
from app.core.passphrase import Cost
from app.session.backup.manifest import (
    DATABASE,
    ENDING,
    FORMAT,
    MANIFEST,
    PRESETS,
    SETTINGS,
    VERSION,
    Contents,
    Entry,
    Manifest,
    presets_of,
)
from app.session.backup.reading import open_backup
from app.session.backup.staging import scratch_file
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.store.migrations import MIGRATIONS

BLOCK_BYTES = 1 << 20


class Backup:
    """A backup under way. `progressed(step)`: "chats", "writing", "checking". `done(path, manifest)` or `failed`."""

    def __init__(
        self,
        desk: Desk,
        target: Path,
        done: Callable[[Path, Manifest], object],
        failed: Callable[[CarrelError], object],
        *,
        passphrase: str = "",
        plain: bool = False,
        cost: Cost | None = None,
    ) -> None:
        """`plain` allows a backup that anybody can read of chats that are in a vault."""
        self.progressed: Emitter[[str]] = Emitter()
        self._desk, self._target, self._done, self._failed = desk, target, done, failed
        self._passphrase, self._plain, self._cost = passphrase, plain, cost

    def start(self) -> None:
        if self._desk.vault.is_on and not self._passphrase and not self._plain:
            self._failed(needs_passphrase())
            return
        home, key = self._desk.home, secrets.token_bytes(32) if self._passphrase else b""
        # Of chats in a vault the instructions are secret too; a backup that anybody may read goes without them.
        kept = self._desk.settings if self._passphrase else self._desk.vault.public(self._desk.settings)
        settings = tomli_w.dumps(msgspec.to_builtins(kept)).encode()
        # The same holds for the presets that are in the vault.
        presets = presets_of(home)
        if self._desk.vault.is_on:
            sealed = self._desk.presets.contents() if self._passphrase else {}
            presets = {PRESETS + name: content for name, content in sealed.items()}
        snapshot = scratch_file(home)
        self.progressed.emit("chats")

        def fail(error: Exception) -> None:
            overwrite_and_remove(snapshot)
            self._failed(as_carrel_error(error))

        def write(counts: dict[str, int]) -> None:
            self.progressed.emit("writing")
            self._desk.jobs.run(lambda: self._write(presets, snapshot, settings, key, counts), ready, fail)

        def ready(written: tuple[Path, Manifest]) -> None:
            overwrite_and_remove(snapshot)
            self._done(*written)

        self._desk.store.ask(lambda store: store.snapshot_to(snapshot, key or None), write, fail)

    def _write(
        self, presets: Contents, snapshot: Path, settings: bytes, key: bytes, counts: dict[str, int]
    ) -> tuple[Path, Manifest]:
        """In a job: beside the target first; it takes its name when all of it was read back."""
        target = named(self._target)
        new = target.with_name(f"{target.name}.{os.getpid()}.new")
        contents: Contents = {DATABASE: snapshot, SETTINGS: settings, **presets}
        about = Manifest(__version__, time.time(), len(MIGRATIONS), counts, (), FORMAT, VERSION, key.hex())
        try:
            with new.open("xb") as file:
                new.chmod(0o600)
                if self._passphrase:
                    with _piped(lambda sink: pack(sink, contents, about)) as source:
                        wrap(source, file, self._passphrase, self._cost)
                else:
                    pack(file, contents, about)
                file.flush()
                os.fsync(file.fileno())
            with open_backup(new, self._passphrase) as made:
                made.check()
                manifest = made.manifest
            target = free_name(target)
            put_in_place(new, target)
            sync_folder(target.parent)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise cannot_write(target, error) from error
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        return target, manifest


def pack(sink: BinaryIO, contents: dict[str, Path | bytes], about: Manifest) -> None:
    """The zip, written from its beginning to its end, the manifest with all hashes last."""
    entries = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
        for name, content in contents.items():
            digest, size_bytes = hashlib.sha256(), 0
            # What is encrypted does not get smaller.
            how = zipfile.ZIP_STORED if name == DATABASE and about.database_key else zipfile.ZIP_DEFLATED
            info = zipfile.ZipInfo(name, time.localtime(about.made_at)[:6])
            info.compress_type = how
            with _source_of(content) as source, archive.open(info, "w", force_zip64=True) as part:
                while block := source.read(BLOCK_BYTES):
                    digest.update(block)
                    size_bytes += len(block)
                    part.write(block)
            entries.append(Entry(name, size_bytes, digest.hexdigest()))
        whole = msgspec.structs.replace(about, entries=tuple(entries))
        archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(whole), indent=1))


def _source_of(content: Path | bytes) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


@contextmanager
def _piped(write: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    """What `write` writes, to be read from: nothing of a locked backup ever lies on the disk in the clear."""
    reading, writing = os.pipe()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with os.fdopen(writing, "wb") as sink:
                write(_Forward(sink))  # type: ignore[arg-type]
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, name="carrel-backup", daemon=True)
    thread.start()
    with os.fdopen(reading, "rb") as source:
        yield source
    thread.join()
    if errors:
        raise errors[0]


class _Forward:
    """A sink that cannot go back, and says so: zipfile then writes sizes behind each file."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink

    def write(self, data: bytes) -> int:
        return self._sink.write(data)

    def flush(self) -> None:
        self._sink.flush()


def named(target: Path) -> Path:
    """The file itself: into a folder goes one called after the day."""
    path = expanded(target).absolute()
    if path.is_dir():
        path = path / f"carrel-{time.strftime('%Y-%m-%d')}{ENDING}"
    return path if path.name.endswith(ENDING) else path.with_name(path.name + ENDING)


def needs_passphrase() -> CarrelError:
    return CarrelError(
        "backup_needs_passphrase",
        "The chats are in a vault, so their backup needs a passphrase of its own.",
        "Give one, or say that anybody may read the backup.",
    )
