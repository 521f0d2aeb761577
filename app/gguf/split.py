"""Models in several files, `name-00001-of-00003.gguf`: find the parts, and describe them as one."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from app.core.errors import CarrelError
from app.gguf.model import ModelFacts, Split, describe
from app.gguf.reader import Header, read_header
from app.gguf.source import FileSource

_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)


def part_names(file_name: str) -> tuple[str, ...]:
    """The names of all parts of the model this file belongs to; the name alone when it is whole."""
    match = _PART.fullmatch(file_name)
    if not match or int(match["count"]) < 1:
        return (file_name,)
    count = int(match["count"])
    return tuple(f"{match['stem']}-{number:05d}-of-{count:05d}.gguf" for number in range(1, count + 1))


def read_model(path: Path) -> ModelFacts:
    """The facts of a model on this computer, all its parts together. Refuses when a part is missing."""
    paths = [path.with_name(name) for name in part_names(path.name)]
    missing = [part.name for part in paths if not part.is_file()]
    if missing and len(paths) > 1:
        raise CarrelError(
            "gguf_part_missing",
            "The model is in {count} files and {missing} is not there.",
            "Put all parts into one folder.",
            count=len(paths),
            missing=", ".join(missing[:3]) + (" …" if len(missing) > 3 else ""),
        )
    return merge_parts([read_header(FileSource(part)) for part in paths])


def merge_parts(headers: list[Header]) -> ModelFacts:
    """One model from the headers of its parts in order. Only the first carries the metadata."""
    facts = describe(headers[0])
    if facts.split.count != len(headers):
        raise _mixed(headers[0])
    for number, header in enumerate(headers[1:], start=1):
        if (header.metadata.get("split.no"), header.metadata.get("split.count")) != (number, len(headers)):
            raise _mixed(header)
    return msgspec.structs.replace(
        facts,
        tensors=tuple(tensor for header in headers for tensor in header.tensors),
        size_bytes=sum(header.size_bytes for header in headers),
        split=Split(1, len(headers)),
    )


def _mixed(header: Header) -> CarrelError:
    return CarrelError(
        "gguf_part_mixed",
        "{file} does not belong to the other parts of the model.",
        "Download all parts again from one place.",
        file=header.name,
    )
