"""Small files that must survive a crash: written whole or not at all."""

from __future__ import annotations

import contextlib
import os
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
        temporary.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise CarrelError(
            "cannot_write",
            "{file} could not be written: {cause}.",
            "Check the free space and the permissions of the folder.",
            file=str(file),
            cause=error.strerror or str(error),
        ) from error
