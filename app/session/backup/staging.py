"""Puts a backup in the place of what is here, so that a crash at any moment leaves the old or the new.

Everything is prepared in `restoring.part`. One rename to `restoring` decides; what is left to do after it is taken up
at the next start. What was here before goes into `before-restore-<time>` and stays until the user deletes it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from app.config.paths import Home
from app.core.errors import CarrelError
from app.core.files import overwrite_and_remove, put_in_place, sync_folder
from app.session.backup.manifest import DATABASE, PRESETS, SETTINGS, place_of
from app.session.backup.reading import OpenBackup
from app.session.private import PRESETS as PRESETS_FILE
from app.session.private import SEALED
from app.store.cipher import Key
from app.store.snapshot import copy_database

PART, READY, ASIDE = "restoring.part", "restoring", "before-restore-"
UNFINISHED = "unfinished-"
SEALED_PRESETS = PRESETS_FILE + SEALED
_FROM = "aside.txt"  # names the folder that takes what was here before
PATIENCE_S = 20.0
_SIDES = ("-wal", "-shm", "-journal")

Step = Callable[[str], object]


def stage(
    home: Home,
    backup: OpenBackup,
    key: Key | None,
    at: Step = lambda _: None,
    *,
    settings: bytes | None = None,
    sealed_presets: bytes | None = None,
) -> None:
    """Prepare all of it and decide. `key` is what the chats of this profile are encrypted with; `settings` stand in
    for those of the backup, and the one file of presets in a vault for the files of presets.
    """
    with _alone(home):
        _stage(home, backup, key, at, settings, sealed_presets)


def _stage(
    home: Home, backup: OpenBackup, key: Key | None, at: Step, settings: bytes | None, sealed_presets: bytes | None
) -> None:
    part = home.root / PART
    discard(part)
    part.mkdir()
    unpacked = part / "unpacked.sqlite"
    _write_blocks(unpacked, backup)
    copy_database(unpacked, backup.database_key, part / DATABASE, key)
    overwrite_and_remove(unpacked)
    at("copied")
    if sealed_presets is not None:
        _write(part / SEALED_PRESETS, sealed_presets)
    for entry in backup.manifest.entries:
        if entry.name != DATABASE:
            place_of(home, entry.name)
            if entry.name.startswith(PRESETS) and sealed_presets is not None:
                continue
            file = part / entry.name
            file.parent.mkdir(exist_ok=True)
            instead = settings if entry.name == SETTINGS else None
            _write(file, backup.read(entry.name) if instead is None else instead)
    _write(part / _FROM, f"{ASIDE}{time.strftime('%Y%m%d-%H%M%S')}".encode())
    at("staged")
    sync_folder(part)
    put_in_place(part, home.root / READY)
    sync_folder(home.root)
    at("decided")


def finish_restore(home: Home, at: Step = lambda _: None) -> Path | None:
    """Finish what was decided, throw away what was not. With the chats closed: at start, and after `stage`.

    Returns the folder with what was here before.
    """
    if not any((home.root / name).is_dir() for name in (PART, READY)):
        return None
    with _alone(home):
        discard(home.root / PART)
        return _finish(home, at)


def _finish(home: Home, at: Step) -> Path | None:
    ready = home.root / READY
    if not ready.is_dir():
        return None
    aside = home.root / (ready / _FROM).read_text("utf-8").strip()
    aside.mkdir(exist_ok=True)
    for name in _names(ready):
        target = _target(home, name)
        _put_aside(target, aside, with_sides=name == DATABASE)
        at(f"aside {name}")
        target.parent.mkdir(exist_ok=True)
        put_in_place(ready / name, target)
        sync_folder(target.parent)
        at(f"placed {name}")
    sync_folder(aside)
    discard(ready)
    sync_folder(home.root)
    return aside


def _target(home: Home, name: str) -> Path:
    if name == DATABASE:
        return home.database_file
    return home.root / name if name == SEALED_PRESETS else place_of(home, name)


def _alone(home: Home) -> AbstractContextManager[object]:
    """Another Carrel that is at it is waited for."""
    try:
        return FileLock(home.root / "restore.lock", timeout=PATIENCE_S).acquire()
    except Timeout:
        raise CarrelError(
            "restore_busy", "Another Carrel is restoring a backup.", "Wait until it is done, then try again."
        ) from None


def scratch_file(home: Home) -> Path:
    """A file beside the chats for a copy of them; whoever makes it removes it, or the next start does."""
    return home.root / f"{UNFINISHED}{os.getpid()}-{secrets.token_hex(4)}.sqlite"


def clear_unfinished(home: Home) -> None:
    """Copies that a crash left behind: they hold what was said."""
    for file in home.root.glob(f"{UNFINISHED}*"):
        pid = file.name.removeprefix(UNFINISHED).split("-")[0]
        if not pid.isdecimal() or int(pid) == os.getpid() or not psutil.pid_exists(int(pid)):
            overwrite_and_remove(file)


def discard(folder: Path) -> None:
    """What was prepared and is not wanted; it may hold text."""
    if folder.is_dir():
        for file in folder.rglob("*"):
            if file.is_file():
                overwrite_and_remove(file)
        shutil.rmtree(folder)


def _names(ready: Path) -> list[str]:
    """What is still to be put in its place; the chats last, for they are what matters most."""
    presets = [f"{PRESETS}{file.name}" for file in sorted((ready / PRESETS).glob("*"))]
    return [name for name in (*presets, SEALED_PRESETS, SETTINGS, DATABASE) if (ready / name).exists()]


def _put_aside(target: Path, aside: Path, *, with_sides: bool) -> None:
    """A log of the old chats must never meet the new ones: it goes with them, and goes first."""
    for side in (*(_SIDES if with_sides else ()), ""):
        old = target.with_name(target.name + side)
        if old.exists():
            put_in_place(old, _free(aside / old.name))


def _free(path: Path) -> Path:
    number, candidate = 1, path
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}.{number}")
    return candidate


def _write_blocks(file: Path, backup: OpenBackup) -> None:
    os.close(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
    with file.open("r+b") as handle:
        for block in backup.blocks(DATABASE):
            handle.write(block)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
