"""Files read for a terminal command, with the password asked for when one is needed and somebody is there to ask."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass
from pathlib import Path

from app.core.chat import Document
from app.core.errors import Cancelled, CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session.desk import Desk
from app.session.documents import LOCKED, ReadingJob
from app.terminal.output import note


def read_for_terminal(desk: Desk, loop: Loop, paths: list[Path], password: str = "") -> tuple[Document, ...]:
    """The files with exact token counts, in the order given; the first that cannot be read is raised.

    A folder's own documents follow last; of those, one that cannot be read is said and left out.
    """
    whole = [path.absolute() for path in paths]
    read, refused = _read(desk, loop, whole, password) if whole else ([], [])
    for path, error in refused:
        if path in whole:
            read += _read_asking(desk, loop, path, error)
        else:
            note(str(error))
    places = {str(path): place for place, path in enumerate(whole)}
    return tuple(sorted(read, key=lambda document: places.get(document.path, len(places))))


def documents_of(desk: Desk, loop: Loop, args: Namespace) -> tuple[Document, ...]:
    """The documents of `--set`, then those of `--file`, ready to be sent."""
    kept = desk.store.call(lambda store: store.set_documents(args.set)) if args.set else []
    return (*kept, *read_for_terminal(desk, loop, [Path(file) for file in args.files], args.password))


def _read_asking(desk: Desk, loop: Loop, path: Path, error: CarrelError) -> list[Document]:
    """Ask until the password opens the file; an empty one gives up. Raises the refusal when nobody can be asked."""
    while error.code in LOCKED and sys.stdin is not None and sys.stdin.isatty():
        if error.code == "wrong_password":
            note(str(error))
        password = _ask(path)
        if not password:
            break
        read, refused = _read(desk, loop, [path], password)
        if not refused:
            return read
        error = refused[0][1]
    raise error


def _ask(path: Path) -> str:
    try:
        return getpass(say("Password of {name}: ", name=path.name))
    except EOFError:
        return ""
    except KeyboardInterrupt:
        raise Cancelled from None


def _read(
    desk: Desk, loop: Loop, paths: list[Path], password: str
) -> tuple[list[Document], list[tuple[Path, CarrelError]]]:
    job = ReadingJob(desk, paths, password)
    read: list[Document] = []
    refused: list[tuple[Path, CarrelError]] = []
    over: list[bool] = []
    job.read.connect(read.append)
    job.refused.connect(lambda path, error: refused.append((path, error)))
    job.ended.connect(lambda: over.append(True))
    job.start()
    try:
        loop.run_until(lambda: bool(over))
    except KeyboardInterrupt:
        job.cancel()
        loop.run_until(lambda: bool(over), 5.0)
        raise
    return read, refused
