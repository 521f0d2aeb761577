"""Files that must survive a crash, written whole or not at all; and files whose content must be gone."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from app.core.errors import CarrelError


def write_durably(file: Path, content: bytes) -> None:
    """Replace `file` by `content` so that a crash leaves the old or the new, never a mixture."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        put_in_place(temporary, file)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise cannot_write(file, error) from error


def cannot_write(file: Path, error: OSError) -> CarrelError:
    return CarrelError(
        "cannot_write",
        "{file} could not be written: {cause}.",
        "Check the free space and the permissions of the folder.",
        file=str(file),
        cause=error.strerror or str(error),
    )


def cannot_read(file: Path, error: OSError) -> CarrelError:
    if isinstance(error, FileNotFoundError):
        return not_there(file)
    return CarrelError(
        "cannot_read",
        "{file} could not be read: {cause}.",
        "Check the permissions of the file.",
        file=str(file),
        cause=error.strerror or str(error),
    )


def not_there(file: Path) -> CarrelError:
    return CarrelError("not_there", "{path} is not there.", "Check the path.", path=str(file))


def put_in_place(new: Path, file: Path) -> None:
    """Give `new` the name `file`, in the place of one that is there. Raises OSError."""
    _patiently(lambda: os.replace(new, file))


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system knows how. Raises OSError."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def overwrite_and_remove(file: Path) -> None:
    """Write zeros over a file, wait for the disk, delete it. One that is not there is gone already. Raises OSError.

    A flash disk or a copying file system may keep the old blocks where no program reaches them.
    """
    with contextlib.suppress(FileNotFoundError):
        with file.open("r+b", buffering=0) as handle:
            left, zeros = os.fstat(handle.fileno()).st_size, bytes(_ZEROS_BYTES)
            while left > 0:
                left -= handle.write(zeros[: min(left, _ZEROS_BYTES)])
            os.fsync(handle.fileno())
        _patiently(file.unlink)


def _patiently(wish: Callable[[], object]) -> None:
    """Windows refuses while any program has the file open, and virus scanners and indexers open what was just written
    for a moment: there it is tried again for a second and a half."""
    for wait_s in _WAITS_S:
        try:
            wish()
        except OSError as error:
            if getattr(error, "winerror", None) not in _IN_USE:
                raise
            time.sleep(wait_s)
        else:
            return
    wish()


_ZEROS_BYTES = 1 << 20
_IN_USE = (5, 32)  # ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION
_WAITS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
