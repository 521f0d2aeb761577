"""The files in a 7z, one bundle unpacked at a time."""

from __future__ import annotations

from functools import partial

from app.core.errors import CarrelError
from app.ingest.container import Container
from app.ingest.readers.archive.bounds import MAX_PART_BYTES, bomb
from app.ingest.readers.archive.cursor import Broken
from app.ingest.readers.archive.sevenheader import Bundle
from app.ingest.readers.archive.sevenzip import Foreign, Locked, SevenZip
from app.ingest.refusal import damaged, encrypted
from app.ingest.source import Source


def fill(parts: Container, source: Source) -> None:
    """Add every file. Raises `CarrelError` when the list of files cannot be read."""
    try:
        bundles = _Bundles(SevenZip(source.data), source)
        members = list(bundles.archive.members())
    except (Broken, Locked, Foreign) as error:
        raise _error(error, source.name) from error
    for file, bundle, index in members:
        if bundle:
            parts.add(file.name, bundle.file_sizes[index], partial(bundles.load, file.name, bundle, index))
        elif not file.is_folder:
            parts.leave_out(file.name, 0, "empty")


class _Bundles:
    """Keeps the bundle unpacked last, since its files follow each other, and the error of one that failed."""

    def __init__(self, archive: SevenZip, source: Source) -> None:
        self.archive, self._source = archive, source
        self._current: Bundle | None = None
        self._files: list[bytes] = []
        self._failed: Exception | None = None

    def load(self, name: str, bundle: Bundle, index: int) -> bytes:
        if bundle is not self._current:
            self._unpack(name, bundle)
        if self._failed:
            raise _error(self._failed, name)
        return self._files[index]

    def _unpack(self, name: str, bundle: Bundle) -> None:
        self._current, self._files, self._failed = bundle, [], None
        try:
            if bundle.size_bytes > min(MAX_PART_BYTES, self._source.trace.left_bytes):
                raise bomb(name)
            self._files = self.archive.unpack(bundle)
            self._source.trace.left_bytes -= bundle.size_bytes
        except (Broken, Locked, Foreign, CarrelError) as error:
            self._failed = error


def _error(error: Exception, name: str) -> CarrelError:
    from app.ingest.readers.archive import closed

    if isinstance(error, CarrelError):
        return error
    if isinstance(error, Locked):
        return encrypted(name)
    return closed(name) if isinstance(error, Foreign) else damaged(name)
