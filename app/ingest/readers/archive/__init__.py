"""Archives: zip, 7z, tar and what is packed with gzip, bzip2 or xz. Nothing in them is ever written to the disk.

A tar packed as a whole is read as a stream; a single packed file is read as what is in it.
"""

from __future__ import annotations

from app.core.errors import CarrelError
from app.ingest.container import Container
from app.ingest.nesting import MAX_DEPTH
from app.ingest.readers.archive import packed, sevenparts, tarparts, zipparts
from app.ingest.readers.archive.packed import is_tar
from app.ingest.readers.archive.sevenzip import MAGIC as SEVEN_ZIP
from app.ingest.refusal import ZIP_MAGICS
from app.ingest.source import Output, Source

CLOSED_MAGICS = {b"Rar!": "rar", b"\x28\xb5\x2f\xfd": "zst", b"MSCF": "cab", b"LZIP": "lz", b"\x1f\x9d": "z"}


def recognize(source: Source) -> str | None:
    """The kind of archive, also of one that can only be named."""
    head = source.head
    if head.startswith(ZIP_MAGICS):
        return "zip"
    if head.startswith(SEVEN_ZIP):
        return "7z"
    if packed.opener(head):
        return "gz"
    if is_tar(head):
        return "tar"
    return next((kind for magic, kind in CLOSED_MAGICS.items() if head.startswith(magic)), None)


def read(source: Source, output: Output) -> None:
    kind = recognize(source)
    if source.depth >= MAX_DEPTH:
        raise CarrelError(
            "too_deep",
            "{name} lies too deep inside other files to be opened.",
            "Unpack it and add the files you need.",
            name=source.name,
        )
    if kind == "gz" and not packed.holds_tar(source):
        packed.read_single(source, output)
        return
    parts = Container(source, output)
    if kind == "zip":
        zipparts.fill(parts, source)
    elif kind == "7z":
        sevenparts.fill(parts, source)
    elif kind in ("gz", "tar"):
        tarparts.fill(parts, source)
    else:
        raise closed(source.name)
    parts.send("tar" if kind == "gz" else kind or "zip")


def closed(name: str) -> CarrelError:
    """The sentence for an archive that cannot be unpacked here."""
    return CarrelError(
        "unknown_packing",
        "{name} is packed in a way Carrel cannot open.",
        "Unpack it and add the files you need.",
        name=name,
    )
