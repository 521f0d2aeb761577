"""Opens a backup and checks every byte of it before anything is believed."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from app.core.container import is_wrapped, unwrap
from app.core.errors import CarrelError
from app.core.files import cannot_read
from app.session.backup.manifest import (
    DATABASE,
    FORMAT,
    LARGEST_SMALL_BYTES,
    MANIFEST,
    VERSION,
    Manifest,
    damaged,
    newer,
)
from app.store.migrations import MIGRATIONS

IN_MEMORY_BYTES = 1 << 29  # an unlocked backup; a larger one goes into a nameless file
BLOCK_BYTES = 1 << 20


class OpenBackup:
    """A backup whose manifest was read. Use within `open_backup`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.manifest = _manifest_of(archive)

    @property
    def database_key(self) -> bytes | None:
        return bytes.fromhex(self.manifest.database_key) or None

    def check(self) -> None:
        """Read all of it. Raises CarrelError for whatever is not as the manifest says."""
        names = {entry.name for entry in self.manifest.entries}
        if DATABASE not in names or names != set(self._archive.namelist()) - {MANIFEST}:
            raise damaged(MANIFEST)
        for entry in self.manifest.entries:
            for _ in self.blocks(entry.name):
                pass

    def blocks(self, name: str) -> Iterator[bytes]:
        """The content of one file, whose hash is checked at the end: what came before an error must be thrown away."""
        entry = next((one for one in self.manifest.entries if one.name == name), None)
        if entry is None:
            raise damaged(name)
        digest, size_bytes = hashlib.sha256(), 0
        try:
            with self._archive.open(name) as part:
                while block := part.read(BLOCK_BYTES):
                    digest.update(block)
                    size_bytes += len(block)
                    if size_bytes > entry.size_bytes:
                        raise damaged(name)
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
            raise damaged(name) from error
        if (size_bytes, digest.hexdigest()) != (entry.size_bytes, entry.sha256):
            raise damaged(name)

    def read(self, name: str) -> bytes:
        """A small file."""
        entry = next((one for one in self.manifest.entries if one.name == name), None)
        if entry is None or entry.size_bytes > LARGEST_SMALL_BYTES:
            raise damaged(name)
        return b"".join(self.blocks(name))


def is_locked_backup(path: Path) -> bool:
    """Whether a passphrase is needed. Raises CarrelError when the file cannot be read."""
    with _opened(path) as file:
        return is_wrapped(file)


@contextmanager
def open_backup(path: Path, passphrase: str = "") -> Iterator[OpenBackup]:
    """Raises CarrelError: not a backup, damaged, of a newer Carrel, a passphrase is needed or wrong."""
    with contextlib.ExitStack() as held:
        file: BinaryIO = held.enter_context(_opened(path))
        if is_wrapped(file):
            if not passphrase:
                raise CarrelError(
                    "passphrase_needed", "This backup is locked with a passphrase.", "Give the passphrase to open it."
                )
            opened = held.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))
            unwrap(file, cast(BinaryIO, opened), passphrase)
            file = cast(BinaryIO, opened)
        try:
            archive = held.enter_context(zipfile.ZipFile(file))
        except (zipfile.BadZipFile, ValueError, OSError, OverflowError, NotImplementedError) as error:
            raise CarrelError(
                "not_a_backup",
                "{file} is no backup of Carrel's, or it is damaged. Nothing was changed.",
                "Choose a file that ends with .carrel-backup.",
                file=path.name,
            ) from error
        yield OpenBackup(archive)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise cannot_read(path, error) from error
    with file:
        yield file


def _manifest_of(archive: zipfile.ZipFile) -> Manifest:
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > LARGEST_SMALL_BYTES:
            raise damaged(MANIFEST)
        with archive.open(info) as part:
            manifest = msgspec.json.decode(part.read(LARGEST_SMALL_BYTES), type=Manifest)
        bytes.fromhex(manifest.database_key)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged(MANIFEST) from error
    if manifest.format != FORMAT or manifest.version < 1:
        raise damaged(MANIFEST)
    if manifest.version > VERSION or manifest.steps > len(MIGRATIONS):
        raise newer()
    return manifest
