"""Turns the encryption of the chats on and off, so that a crash at any moment loses nothing.

The new file is written beside the old one, checked and made durable; then one rename of the vault's file decides. What
is left to do after it needs no key and is taken up at the next start: the names of the files say how far it came.

    on:   vault.json.pending, carrel.db.sealing    then vault.json appears    then the files change places
    off:  carrel.db.opening                        then vault.json.leaving    then the files change places
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from app.config.vaultfile import (
    LEAVING,
    PENDING,
    VaultHeader,
    encoded,
    read_vault,
    remove_vault_file,
    write_privately,
)
from app.core.errors import CarrelError
from app.core.files import overwrite_and_remove, put_in_place, sync_folder
from app.store.cipher import Key, set_key
from app.store.failures import explained
from app.store.sqlite import sqlite3

Step = Callable[[str], object]
_SIDES = ("-wal", "-shm", "-journal")
_BUSY_S = 2.0


@dataclass(frozen=True, slots=True)
class Change:
    """The two files that change together, and those that stand beside them meanwhile."""

    database: Path
    vault: Path
    at: Step = lambda _: None  # hears of every step as soon as it is on the disk

    @property
    def is_settled(self) -> bool:
        """Whether no change is under way or was interrupted."""
        return not any(path.exists() for path in self._meanwhile)

    def turn_on(self, header: VaultHeader, key: Key) -> None:
        """Encrypt the chats under `key`, which `header` holds sealed. Raises CarrelError; then nothing has changed."""
        with self._alone(), explained(self.database):
            try:
                self._turn_on(header, key)
            except Exception:
                if not self._came_through(is_on=True):
                    raise

    def turn_off(self, key: Key) -> None:
        """Write the chats in the clear again, and forget the vault. Raises CarrelError; then nothing has changed."""
        with self._alone(), explained(self.database):
            try:
                self._turn_off(key)
            except Exception:
                if not self._came_through(is_on=False):
                    raise

    def recover(self) -> None:
        """At start: finish what was decided, take back what was not.

        Raises CarrelError while another Carrel is at it.
        """
        if not self.is_settled:
            with self._alone(), explained(self.database):
                self._recover()

    def _turn_on(self, header: VaultHeader, key: Key) -> None:
        write_privately(self._beside_vault(PENDING), encoded(header))
        self.at("pending")
        _copy(self.database, None, self._beside("sealing"), key)
        self.at("copied")
        put_in_place(self._beside_vault(PENDING), self.vault)
        sync_folder(self.vault.parent)
        self.at("decided")
        self._finish_on()

    def _turn_off(self, key: Key) -> None:
        _copy(self.database, key, self._beside("opening"), None)
        self.at("copied")
        put_in_place(self.vault, self._beside_vault(LEAVING))
        sync_folder(self.vault.parent)
        self.at("decided")
        self._finish_off()

    def _recover(self) -> None:
        if self._beside_vault(LEAVING).exists():
            self._finish_off()
        elif self.vault.exists():
            self._finish_on()
            _remove_plain(self._beside("opening"))
        else:
            self._beside("sealing").unlink(missing_ok=True)
            self._beside_vault(PENDING).unlink(missing_ok=True)

    def _came_through(self, *, is_on: bool) -> bool:
        """After a failure: take back or finish, once more. Whether what was wanted is so in spite of it."""
        with contextlib.suppress(OSError, CarrelError):
            self._recover()
        return self.is_settled and self.vault.exists() == is_on

    def _finish_on(self) -> None:
        read_vault(self.vault)  # makes its copy
        sealing, plain = self._beside("sealing"), self._beside("plain")
        if sealing.exists():
            self._change_places(sealing, plain)
        _remove_plain(plain)
        self.at("removed")

    def _finish_off(self) -> None:
        opening, sealed = self._beside("opening"), self._beside("sealed")
        if opening.exists():
            self._change_places(opening, sealed)
        sealed.unlink(missing_ok=True)
        self.at("removed")
        remove_vault_file(self.vault)
        overwrite_and_remove(self._beside_vault(LEAVING))
        sync_folder(self.vault.parent)
        self.at("forgotten")

    def _change_places(self, new: Path, aside: Path) -> None:
        """The old file goes aside, the new one takes its name. A log of the old one must never meet the new one."""
        for side in _SIDES:
            overwrite_and_remove(self.database.with_name(self.database.name + side))
        if self.database.exists():
            put_in_place(self.database, aside)
            self.at("aside")
        put_in_place(new, self.database)
        sync_folder(self.database.parent)
        self.at("in place")

    def _alone(self) -> AbstractContextManager[object]:
        from filelock import FileLock, Timeout  # not for every start

        try:
            return FileLock(self.vault.with_name("vault.lock"), timeout=0).acquire()
        except Timeout:
            raise CarrelError(
                "vault_busy",
                "Another Carrel is changing the vault.",
                "Wait until it is done, then try again.",
            ) from None

    def _beside(self, name: str) -> Path:
        return self.database.with_name(f"{self.database.name}.{name}")

    def _beside_vault(self, ending: str) -> Path:
        return self.vault.with_name(self.vault.name + ending)

    @property
    def _meanwhile(self) -> tuple[Path, ...]:
        names = ("sealing", "plain", "opening", "sealed")
        return (*map(self._beside, names), *map(self._beside_vault, (PENDING, LEAVING)))


def _copy(source: Path, source_key: Key | None, target: Path, target_key: Key | None) -> None:
    """All of a database into a new file under another key, checked and on the disk. Nobody else may have it open."""
    for side in ("", *_SIDES):
        overwrite_and_remove(target.with_name(target.name + side))
    os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(source, timeout=_BUSY_S, isolation_level=None)
    try:
        set_key(connection, source_key)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()  # refused while somebody else has it open
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        key = f"x'{target_key.hex()}'" if target_key is not None else ""
        connection.execute("ATTACH DATABASE ? AS target KEY ?", (str(target), key))
        connection.execute("SELECT sqlcipher_export('target')").fetchall()
        connection.execute(f"PRAGMA target.user_version = {version:d}")
        expected = _counts(connection, "main")
        connection.execute("DETACH DATABASE target")
    finally:
        connection.close()
    _verify(target, target_key, expected, version)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    sync_folder(target.parent)


def _verify(target: Path, key: Key | None, expected: dict[str, int], version: int) -> None:
    connection = sqlite3.connect(target, timeout=_BUSY_S, isolation_level=None)
    try:
        set_key(connection, key)
        reports = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if key is not None:
            reports += [row[0] for row in connection.execute("PRAGMA cipher_integrity_check")]
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if reports != ["ok"] or found != version or _counts(connection, "main") != expected:
            raise CarrelError(
                "vault_copy_differs",
                "The chats could not be copied without a loss, so nothing was changed.",
                "Check the disk; a backup first is a good idea.",
            )
    finally:
        connection.close()


def _counts(connection: sqlite3.Connection, schema: str) -> dict[str, int]:
    """Every table and index of a database, with the rows of the tables."""
    sql = f"SELECT type, name FROM {schema}.sqlite_master WHERE name <> 'sqlite_stat1' ORDER BY type, name"
    found = connection.execute(sql).fetchall()
    counts = {f"{kind} {name}": 0 for kind, name in found}
    for kind, name in found:
        if kind == "table":
            counts[f"{kind} {name}"] = connection.execute(f'SELECT count(*) FROM {schema}."{name}"').fetchone()[0]
    return counts


def _remove_plain(database: Path) -> None:
    for side in ("", *_SIDES):
        overwrite_and_remove(database.with_name(database.name + side))
