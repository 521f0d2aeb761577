"""The files in a zip, with the names and the password that Windows programs in China and elsewhere give them."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from functools import partial

from app.ingest.container import Container
from app.ingest.readers.archive.bounds import MAX_ENTRIES, bomb, read_all
from app.ingest.readers.archive.names import zip_names
from app.ingest.refusal import damaged, encrypted, locked
from app.ingest.source import Source

ENCRYPTED = 0x1
AES = 99
MADE_BY_MACOS = ("__MACOSX/", ".DS_Store")
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError)


def fill(parts: Container, source: Source) -> None:
    """Add every file. Raises `CarrelError` for a zip that cannot be opened at all."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.data))
    except (*BROKEN, NotImplementedError) as error:
        raise damaged(source.name) from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise bomb(source.name)
    _check_password(archive, source)
    for entry, name in zip(entries, zip_names(entries), strict=True):
        if name.endswith(("/", "\\")):
            continue
        if name.startswith(MADE_BY_MACOS[0]) or name.endswith(MADE_BY_MACOS[1]):
            parts.leave_out(name, entry.file_size, "left out, made by macOS")
        elif stat.S_ISLNK(entry.external_attr >> 16):
            parts.leave_out(name, entry.file_size, "a link, not followed")
        else:
            parts.add(name, entry.file_size, partial(_load, archive, entry, name, source))


def _load(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, source: Source) -> bytes:
    if entry.compress_type == AES:
        raise encrypted(name)
    if entry.flag_bits & ENCRYPTED and not source.password:
        raise locked(name, "")
    try:
        with archive.open(entry, pwd=_password(source)) as stream:
            return read_all(stream, source, name, entry.compress_size)
    except NotImplementedError as error:
        from app.ingest.readers.archive import closed

        raise closed(name) from error
    except RuntimeError as error:  # "Bad password"
        raise locked(name, source.password) from error
    except BROKEN as error:
        raise damaged(name) from error


def _check_password(archive: zipfile.ZipFile, source: Source) -> None:
    """Ask for the password once, for the zip as a whole; inside another file there is nobody to ask."""
    closed = [entry for entry in archive.infolist() if entry.flag_bits & ENCRYPTED]
    if not closed or source.depth:
        return
    if any(entry.compress_type == AES for entry in closed):
        if len(closed) == sum(not entry.is_dir() for entry in archive.infolist()):
            raise encrypted(source.name)
        return
    if not source.password:
        raise locked(source.name, "")
    try:
        with archive.open(min(closed, key=lambda entry: entry.compress_size), pwd=_password(source)) as stream:
            while stream.read(1 << 20):
                pass  # one wrong password in 256 passes the first check; the checksum at the end finds it
    except (RuntimeError, *BROKEN) as error:
        raise locked(source.name, source.password) from error


def _password(source: Source) -> bytes | None:
    return source.password.encode("utf-8") or None
