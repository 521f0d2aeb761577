"""A text that a command line names by its file."""

from __future__ import annotations

from app.config.paths import expanded
from app.core.errors import CarrelError


def text_of(file: str | None) -> str:
    """What stands in the file; "" for none. Raises CarrelError when it cannot be read."""
    try:
        return expanded(file).read_text("utf-8-sig") if file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CarrelError(
            "cannot_read",
            "{file} could not be read: {cause}.",
            "Choose a text file that is there.",
            file=str(file),
            cause=getattr(error, "strerror", None) or str(error),
        ) from error
