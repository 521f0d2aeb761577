"""Why a file cannot be read, in a sentence: what it is, as far as its first bytes say, and what to do instead."""

from __future__ import annotations

import stat
from pathlib import Path

from app.core.errors import CarrelError
from app.core.units import format_bytes
from app.core.words import mark
from app.ingest.messages import Limits
from app.ingest.source import Source, shown

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# First bytes of files that hold no text; they keep a short binary file from passing as an odd encoding.
BINARY_MAGICS = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"RIFF", b"OggS", b"fLaC", b"ID3",
    b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x7fELF", b"MZ\x90\0",
    b"SQLite format 3", b"GGUF", b"\xca\xfe\xba\xbe", b"{\\rtf", b"wOFF", b"wOF2", b"\0\x01\0\0\0",
    *ZIP_MAGICS, OLE_MAGIC,
)  # fmt: skip
KINDS = mark(
    "Carrel reads PDF, Word, Excel, PowerPoint, OpenDocument, RTF, web pages, mail, e-books, notebooks, archives, "
    "source code and plain text."
)


def check_path(path: Path, limits: Limits) -> None:
    """What can be said without opening the file. Raises `CarrelError`."""
    name = shown(path.name) or shown(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise CarrelError("file_missing", "{name} is not there.", "It may have been moved or renamed.", name=name) \
            from None  # fmt: skip
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CarrelError(
            "unreadable", "{name} could not be opened: {reason}.", "Check that you may read it.",
            name=name, reason=reason,
        ) from error  # fmt: skip
    if stat.S_ISDIR(status.st_mode):
        return
    if not stat.S_ISREG(status.st_mode):
        raise CarrelError("not_a_file", "{name} is not a file.", "Choose a file or a folder.", name=name)
    if status.st_size == 0:
        raise CarrelError("empty_file", "{name} is empty.", "Choose the file that has the text.", name=name)
    if status.st_size > limits.file_bytes:
        raise CarrelError(
            "file_too_large",
            "{name} is too large to read: {size}, and the most is {limit}.",
            "Split it into smaller files.",
            name=name,
            size=format_bytes(status.st_size),
            limit=format_bytes(limits.file_bytes),
        )


def is_known_binary(head: bytes) -> bool:
    """Whether the first bytes are those of a format that is not text."""
    return head.startswith(BINARY_MAGICS)


def refuse(source: Source) -> CarrelError:
    """The error for a file that no reader recognizes."""
    if source.head.startswith(OLE_MAGIC):
        return _refuse_ole(source)
    if source.head.startswith(ZIP_MAGICS):
        return CarrelError(
            "unknown_kind", "{name} is an archive or an Office file of a kind Carrel cannot read.", KINDS,
            name=source.name,
        )  # fmt: skip
    return CarrelError("unknown_kind", "{name} is not a kind of file Carrel can read.", KINDS, name=source.name)


def _refuse_ole(source: Source) -> CarrelError:
    from app.ingest.readers.ole import ole_kind

    kind = ole_kind(source)
    if kind == "encrypted":
        return encrypted(source.name)
    if kind == "ppt":
        return CarrelError(
            "old_office",
            "{name} is in PowerPoint's old format.",
            "Open it in PowerPoint or LibreOffice, save it as .pptx, then add that.",
            name=source.name,
        )
    if kind == "doc":
        return CarrelError(
            "old_office",
            "{name} is in Word's old format.",
            "Open it in Word or LibreOffice, save it as .docx, then add that.",
            name=source.name,
        )
    return CarrelError(
        "old_office",
        "{name} is in an old Office format that Carrel cannot read.",
        "Open it in the program it came from, save it in a newer format or as PDF, then add that.",
        name=source.name,
    )


def encrypted(name: str) -> CarrelError:
    """The sentence for a file that asks for a password."""
    return CarrelError(
        "encrypted",
        "{name} is protected by a password.",
        "Save a copy without the password in the program it came from, then add the copy.",
        name=name,
    )


def locked(name: str, password: str) -> CarrelError:
    """The sentence for a file that Carrel can open with the right password, which `password` was not."""
    if password:
        return CarrelError(
            "wrong_password",
            "This password does not open {name}.",
            "Try again; capital and small letters matter.",
            name=name,
        )
    return CarrelError(
        "needs_password", "{name} is protected by a password.", "Give the password to read it.", name=name
    )


def too_much_memory(name: str) -> CarrelError:
    """The sentence for a file that Python found no room for."""
    return CarrelError(
        "too_much_memory",
        "{name} needs more memory than reading a file may take.",
        "Split it into smaller files, or save it again in the program it came from.",
        name=name,
    )


def damaged(name: str) -> CarrelError:
    """The sentence for a file whose inside does not hold together."""
    return CarrelError(
        "damaged",
        "{name} is damaged and could not be read.",
        "Open it in the program it came from, save it again, then add that.",
        name=name,
    )
