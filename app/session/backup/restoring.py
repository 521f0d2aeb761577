"""Brings a backup back: what is missing is added, or it takes the place of what is here."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import tomli_w

from app.config.paths import expanded
from app.config.settings import Settings
from app.core.errors import CarrelError
from app.core.files import overwrite_and_remove
from app.session.backup.manifest import DATABASE, PRESETS, SETTINGS, Manifest, damaged, place_of
from app.session.backup.reading import OpenBackup, open_backup
from app.session.backup.staging import finish_restore, scratch_file, stage
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.private import PRESETS as PRESETS_FILE
from app.session.private import PrivateFiles
from app.session.sealedpresets import SealedShelf, encoded, merged_with
from app.session.strongbox import chats_key
from app.store.cipher import Key
from app.store.store import Store

SOURCE = "Carrel"


class Restored(msgspec.Struct, frozen=True):
    """What a restore did: chats that came and that were here already, sets and presets that came; or the folder with
    what was here before.
    """

    manifest: Manifest
    chats: int = 0
    known: int = 0
    sets: int = 0
    presets: int = 0
    aside: Path | None = None


Done = Callable[[Restored], object]
Failed = Callable[[CarrelError], object]


def restore(desk: Desk, file: Path, done: Done, failed: Failed, *, passphrase: str = "", replace: bool = False) -> None:
    """All of it or nothing. A replaced profile's settings hold from now on; what was here is kept aside."""
    path = expanded(file).absolute()
    _replace(desk, path, passphrase, done, failed) if replace else _merge(desk, path, passphrase, done, failed)


def _merge(desk: Desk, path: Path, passphrase: str, done: Done, failed: Failed) -> None:
    unpacked = scratch_file(desk.home)

    def fail(error: Exception) -> None:
        overwrite_and_remove(unpacked)
        failed(as_carrel_error(error))

    def read() -> tuple[Manifest, bytes | None, dict[str, bytes]]:
        with open_backup(path, passphrase) as backup:
            backup.check()
            os.close(os.open(unpacked, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            with unpacked.open("r+b") as handle:
                for block in backup.blocks(DATABASE):
                    handle.write(block)
            names = [entry.name for entry in backup.manifest.entries if entry.name.startswith(PRESETS)]
            return backup.manifest, backup.database_key, {name: backup.read(name) for name in names}

    def add(found: tuple[Manifest, bytes | None, dict[str, bytes]]) -> None:
        manifest, key, presets = found

        def added(counts: tuple[int, int, int]) -> None:
            overwrite_and_remove(unpacked)
            try:
                came = _add_presets(desk, presets)
            except CarrelError as error:
                failed(error)
                return
            done(Restored(manifest, *counts, came))

        desk.store.ask(lambda store: add_all(store, unpacked, key), added, fail)

    desk.jobs.run(read, add, fail)


def add_all(store: Store, path: Path, key: Key | None) -> tuple[int, int, int]:
    """On the database thread, in one transaction: new chats, chats that were here, new sets."""
    source = Store(path, key=key)
    try:
        with store.transaction():
            came = known = 0
            for chat in source.list_chats():
                copy = source.copy_chat(chat.id)
                documents = store.take_documents(source.copy_documents([copy]))
                if store.take_in(copy, documents, SOURCE) is None:
                    known += 1
                else:
                    came += 1
            return came, known, _add_sets(store, source)
    finally:
        source.close()
        for side in ("-wal", "-shm"):
            overwrite_and_remove(path.with_name(path.name + side))


def _add_sets(store: Store, source: Store) -> int:
    """Sets whose name is free. One that is here stays as it is."""
    here = {one.name for one in store.list_sets()}
    new = [one.name for one in source.list_sets() if one.name not in here]
    for name in new:
        store.save_set(name, source.set_documents(name))
    return len(new)


def _add_presets(desk: Desk, presets: dict[str, bytes]) -> int:
    """Presets whose file is not here."""
    for name in presets:
        place_of(desk.home, name)  # refuses names that belong nowhere
    return sum(desk.presets.take_in(name.removeprefix(PRESETS), content) for name, content in presets.items())


def _sealed_presets(private: PrivateFiles, backup: OpenBackup) -> bytes:
    """Those of the vault with those of a backup in their place."""
    names = [entry.name for entry in backup.manifest.entries if entry.name.startswith(PRESETS)]
    newer = {name.removeprefix(PRESETS): backup.read(name) for name in names}
    return private.sealed(PRESETS_FILE, encoded(merged_with(SealedShelf(private).to_change(), newer)))


def _replace(desk: Desk, path: Path, passphrase: str, done: Done, failed: Failed) -> None:
    box = desk.vault

    def fail(error: Exception) -> None:
        failed(as_carrel_error(error))

    try:
        refuse_busy(desk)
        key = chats_key(box.master()) if box.is_on else None
    except CarrelError as error:
        failed(error)
        return

    def prepare() -> tuple[Manifest, Settings]:
        with open_backup(path, passphrase) as backup:
            backup.check()
            settings = _settings_of(backup)
            # With a vault instructions and presets are not written in the clear, not even for a moment.
            kept = msgspec.structs.replace(settings, system_prompt="", default_preset="") if key else settings
            sealed = _sealed_presets(box.files, backup) if key else None
            plain = tomli_w.dumps(msgspec.to_builtins(kept)).encode()
            stage(desk.home, backup, key, settings=plain, sealed_presets=sealed)
            return backup.manifest, settings

    def put_in_place(prepared: tuple[Manifest, Settings]) -> None:
        manifest, settings = prepared
        asides: list[Path | None] = []

        def opening() -> Key | None:
            asides.append(finish_restore(desk.home))
            return key

        def opened(_: object) -> None:
            take_settings(desk, settings)
            desk.presets.refresh()
            done(Restored(manifest, manifest.counts.get("chats", 0), aside=asides[0]))

        desk.store.reopen(opening, opened, fail)

    desk.jobs.run(prepare, put_in_place, fail)


def _settings_of(backup: OpenBackup) -> Settings:
    try:
        return msgspec.convert(tomllib.loads(backup.read(SETTINGS).decode()), Settings, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        raise damaged(SETTINGS) from error


def take_settings(desk: Desk, settings: Settings) -> None:
    """Hold to other settings from now on, and tell whoever listens."""
    names = [name for name in settings.__struct_fields__ if getattr(settings, name) != getattr(desk.settings, name)]
    if names:
        desk.change_settings(**{name: getattr(settings, name) for name in names})


def refuse_busy(desk: Desk) -> None:
    if desk.answering:
        raise CarrelError(
            "answers_running",
            "A chat is being answered, so the chats cannot be replaced now.",
            "Wait for the answer, or stop it first.",
        )
