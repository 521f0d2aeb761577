"""What is attached, as chips: one a file, and one for a folder that brought many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.chat import Document
from app.core.errors import CarrelError
from app.core.words import say
from app.session.documents import LOCKED
from app.ui.preview.leaf import flaw_words
from app.ui.widgets.chip import ChipItem

MOST_CHIPS = 6  # of one folder; more than these are one chip
MOST_LOOSE = 24  # files of one folder that were dropped one by one


def make_chips(
    documents: Sequence[Document],
    reading: Mapping[Path, tuple[int, int]],
    refusals: Mapping[Path, CarrelError],
    folders: Mapping[Path, Sequence[Path]],
) -> list[ChipItem]:
    """Chips in the order: read now, ready, refused. A locked file always has its own, for its password."""
    chips, hidden = [], set()
    for folder, paths in folders.items():
        if len(paths) > MOST_CHIPS:
            inside = {path for path in paths if not _is_locked(refusals.get(path))}
            chips.append(_folder_chip(folder, inside, documents, reading, refusals))
            hidden |= inside
    chips += [_reading_chip(path, done, total) for path, (done, total) in reading.items() if path not in hidden]
    names = {str(path) for path in hidden}
    chips += [_document_chip(one) for one in documents if one.path not in names]
    return chips + [_refused_chip(path, error) for path, error in refusals.items() if path not in hidden]


def _reading_chip(path: Path, done: int, total: int) -> ChipItem:
    return ChipItem(str(path), path.name, state="reading", progress=done / total if total else 0.0)


def _document_chip(document: Document) -> ChipItem:
    return ChipItem(
        key=document.path,
        name=document.name,
        pages=len(document.pages),
        tokens=document.sent_tokens,
        reason="\n".join(document.warnings),
        sent_pages=None if document.chosen is None else len(document.sent),
        flaw=flaw_words(document),
    )


def _refused_chip(path: Path, error: CarrelError) -> ChipItem:
    if _is_locked(error):
        wrong = error.code == "wrong_password"
        reason = say("this password does not open it") if wrong else say("protected by a password")
        return ChipItem(str(path), path.name, state="locked", reason=reason)
    return ChipItem(str(path), path.name, state="refused", reason=str(error))


def _folder_chip(
    folder: Path,
    inside: set[Path],
    documents: Sequence[Document],
    reading: Mapping[Path, tuple[int, int]],
    refusals: Mapping[Path, CarrelError],
) -> ChipItem:
    waiting = sum(1 for path in inside if path in reading)
    if waiting:
        return ChipItem(
            str(folder), folder.name, state="reading", progress=1 - waiting / len(inside), files=len(inside) - 1
        )
    names = {str(path) for path in inside}
    mine = [document for document in documents if document.path in names]
    refused = [f"{path.name}: {error}" for path, error in refusals.items() if path in inside]
    total, sent = sum(len(one.pages) for one in mine), sum(len(one.sent) for one in mine)
    return ChipItem(
        key=str(folder),
        name=folder.name,
        pages=total,
        tokens=sum(one.sent_tokens for one in mine),
        reason="\n".join([*(warning for one in mine for warning in one.warnings), *refused][:20]),
        sent_pages=None if sent == total else sent,
        files=len(mine),
        unread=len(refused),
    )


def _is_locked(error: CarrelError | None) -> bool:
    return error is not None and error.code in LOCKED
