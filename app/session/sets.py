"""Named sets of documents: saved, used in new chats, and compared with the files they were read from.

A set is what the model would read: used again in a new chat, its prompt begins with the same tokens, so the reading
that was saved of it comes back from disk. Every wish runs away from the main thread and comes home.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from app.core.chat import Document
from app.core.errors import CarrelError
from app.session.desk import Desk
from app.session.documents import ReadingJob
from app.session.failures import as_carrel_error
from app.session.prompt import Said
from app.session.sampling import instructions_of, new_chat_choices
from app.store.rows import Attachment, DocumentSet
from app.store.store import Store

FileState = Literal["same", "changed", "gone"]
Failed = Callable[[CarrelError], object]
_BLOCK_BYTES = 1 << 20


class FileCheck(msgspec.Struct, frozen=True):
    """A file of a set as it is now, beside the document that was read of it."""

    document: Attachment
    state: FileState


def key_of(documents: Sequence[Document]) -> str:
    """Names what the model would read of these documents: equal content, pages and order give an equal key."""
    read = [(document.sha256, document.name, [page.text for page in document.sent]) for document in documents]
    return hashlib.sha256(msgspec.json.encode(read)).hexdigest()[:40]


def list_sets(desk: Desk, done: Callable[[list[DocumentSet]], object]) -> None:
    """All sets by name."""
    desk.store.ask(lambda store: store.list_sets(), done)


def save_set(
    desk: Desk,
    name: str,
    documents: Sequence[Document],
    done: Callable[[DocumentSet], object] = lambda _: None,
    failed: Failed | None = None,
) -> None:
    """Keep these documents, with what is chosen of them, as the set `name`; one of that name is replaced."""
    wanted = name.strip()
    if not wanted:
        raise CarrelError("set_without_name", "The set has no name.", "Give it one.")
    desk.store.ask(lambda store: store.save_set(wanted, documents), done, _said(failed))


def use_set(desk: Desk, name: str, done: Callable[[list[Document]], object], failed: Failed | None = None) -> None:
    """The documents of a set as a wish takes them."""
    desk.store.ask(lambda store: store.set_documents(name), done, _said(failed))


def rename_set(
    desk: Desk, name: str, to: str, done: Callable[[object], object] = lambda _: None, failed: Failed | None = None
) -> None:
    desk.store.ask(lambda store: store.rename_set(name, to.strip() or name), done, _said(failed))


def delete_set(
    desk: Desk, name: str, done: Callable[[object], object] = lambda _: None, failed: Failed | None = None
) -> None:
    """Forget the set; the files and the chats stay."""
    desk.store.ask(lambda store: store.delete_set(name), done, _said(failed))


def check_set(desk: Desk, found: DocumentSet, done: Callable[[tuple[FileCheck, ...]], object]) -> None:
    """Whether the files are still what was read, by their hashes."""
    desk.jobs.run(lambda: tuple(FileCheck(one, _state_of(one)) for one in found.documents), done)


def find_reading(desk: Desk, name: str, done: Callable[[float | None], object]) -> None:
    """In how many seconds a new chat over the set opens from its saved reading; None where it is read anew."""

    def load(store: Store) -> tuple[Said, ...]:
        return (Said("user", "", tuple(store.set_documents(name))),)

    def look(thread: tuple[Said, ...]) -> None:
        instructions = instructions_of(desk, new_chat_choices(desk))
        desk.resume.find(thread, instructions, lambda session, seconds: done(seconds if session else None))

    desk.store.ask(load, look, lambda _: done(None))


def reread_set(
    desk: Desk,
    name: str,
    checks: Sequence[FileCheck],
    done: Callable[[DocumentSet], object],
    failed: Callable[[Path, CarrelError], object],
) -> ReadingJob:
    """Read the changed files of a set again and keep the set with them; `done(set)` comes in any case.

    Chosen pages of a file that changed are forgotten: they may be others now. What cannot be read stays as it was.
    """
    changed = [Path(check.document.path) for check in checks if check.state == "changed"]
    fresh: dict[str, Document] = {}
    job = ReadingJob(desk, changed)
    job.read.connect(lambda document: fresh.update({document.path: document}))
    job.refused.connect(failed)

    def renew(kept: list[Document]) -> None:
        save_set(desk, name, [fresh.get(document.path, document) for document in kept], done)

    job.ended.connect(lambda: use_set(desk, name, renew))
    job.start()
    return job


def _state_of(document: Attachment) -> FileState:
    from app.ingest.folder import hash_folder  # with all that tells how a text is encoded

    path = Path(document.path)
    try:
        now = hash_folder(path) if path.is_dir() else _hash_file(path)
    except OSError:
        return "gone"
    return "same" if now == document.sha256 else "changed"


def _hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _said(failed: Failed | None) -> Callable[[Exception], object] | None:
    return None if failed is None else lambda error: failed(as_carrel_error(error))
