"""The vault as this running Carrel knows it: whether there is one, whether it is open, its keys, when it locks itself.

The main thread's, except for the keys, which jobs read. Locking wipes the keys kept here; what Python, Qt and the
libraries copied of them and of the text is beyond reach until the memory is used again or the program ends.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app.config.paths import Home
from app.config.settings import Settings, save_settings
from app.config.vaultfile import VaultHeader, read_vault
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.sealing import Key, derived_key, wipe
from app.session.failures import as_carrel_error
from app.session.guesses import Guesses
from app.session.private import DEFAULT_PRESET, INSTRUCTIONS, PrivateFiles, seal_set_aside
from app.session.sealedpresets import seal_presets
from app.store.changeover import Change

if TYPE_CHECKING:
    from app.session.desk import Desk

log = logging.getLogger(__name__)

FILES = "private files"
SECRETS = ((INSTRUCTIONS, "system_prompt"), (DEFAULT_PRESET, "default_preset"))  # the choices that tell something
SLEPT_S = 20.0  # of the wall clock that the steady clock did not see: the computer was asleep
Failed = Callable[[CarrelError], object]


def begin_vault(home: Home) -> bool:
    """At start, before the chats are opened: finish a change that was interrupted; whether they are locked."""
    Change(home.database_file, home.vault_file).recover()
    try:
        return read_vault(home.vault_file) is not None
    except CarrelError:  # said when somebody wants to unlock it
        return True


@dataclass(slots=True)
class _Keys:
    master: bytearray
    sessions: bytearray
    files: bytearray

    @classmethod
    def of(cls, master: bytearray) -> _Keys:
        return cls(master, derived_key(master, "saved sessions"), derived_key(master, FILES))

    def wipe(self) -> None:
        for key in (self.master, self.sessions, self.files):
            wipe(key)


def chats_key(master: Key) -> bytearray:
    """What the chats' file is encrypted with."""
    return derived_key(master, "chats")


class Strongbox:
    """Events: `locking()` before the chats are closed, the last moment to keep something; `changed()` after it was
    made, opened, locked or taken down.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._keys: _Keys | None = None
        self.header, self.trouble = _look(desk.home)
        self.is_changing = False  # a wish of session/vault.py is under way
        self.is_locking = False  # `locking` is being told
        self.locks_itself = True  # when nobody is here; a command in a terminal runs to its end
        self.files = PrivateFiles(desk.home.root, self._files_key)
        self._unread: set[str] = set()  # of what the vault keeps of the choices: not to be replaced by nothing
        self.locking: Emitter[[]] = Emitter()
        self.changed: Emitter[[]] = Emitter()
        self._touched_s, self._wall_s = time.monotonic(), time.time()
        self._looked_s: float | None = None
        self.guesses = Guesses()

    @property
    def is_on(self) -> bool:
        return self.header is not None or self.trouble is not None

    @property
    def is_locked(self) -> bool:
        return self.is_on and self._keys is None

    def sessions_key(self) -> Key | None:
        """Of saved sessions: nothing without a vault, None while it is locked. Any thread."""
        keys = self._keys
        return keys.sessions if keys is not None else None if self.is_on else b""

    def _files_key(self) -> Key | None:
        keys = self._keys
        return keys.files if keys is not None else None if self.is_on else b""

    def master(self) -> bytearray:
        """A copy of the key of keys. Raises CarrelError while it is locked."""
        if self._keys is None:
            raise CarrelError("vault_locked", "The chats are locked.", "Unlock the vault first.")
        return bytearray(self._keys.master)

    # ---- opened, locked, gone

    def adopt(self, header: VaultHeader, master: bytearray) -> None:
        """It is open. What still lies in the clear, from before or after a crash, is sealed or erased now."""
        self.header, self.trouble, self._keys = header, None, _Keys.of(master)
        self.guesses.forget()
        self.touch()
        self._seal_the_rest()
        self.changed.emit()

    def forget(self) -> None:
        """There is no vault any more."""
        self.header, self.trouble = None, None
        self._drop_keys()
        self.changed.emit()

    def lock(self) -> None:
        """Stop what is running and keep what it said, end the engine, whose memory holds the text, close the chats."""
        if not self.is_on or self.is_locked or self.is_changing:
            return
        desk = self._desk
        self.is_locking = True
        try:
            self.locking.emit()
        finally:
            self.is_locking = False
        desk.engine.stop()
        desk.store.lock(lambda _: self.changed.emit())
        self._drop_keys()
        desk.settings = _without_secrets(desk.settings)
        desk.presets.refresh()

    def _drop_keys(self) -> None:
        keys, self._keys = self._keys, None
        if keys is not None:
            keys.wipe()

    # ---- by itself

    def touch(self) -> None:
        """Somebody is at the computer."""
        self._touched_s = time.monotonic()

    def look(self, now_s: float) -> None:
        """Called by the desk's beat: lock when nobody was here for a while, and after the computer slept."""
        wall_s, before_s = time.time(), self._wall_s
        slept_s = (wall_s - before_s) - (now_s - self._looked_s) if self._looked_s is not None else 0.0
        self._wall_s, self._looked_s = wall_s, now_s
        if not self.is_on or self.is_locked:
            return
        settings = self._desk.settings
        if slept_s > SLEPT_S and settings.vault_lock_at_sleep:
            self.lock()
        elif self._desk.engine.is_open:  # an answer is finished first
            self._touched_s = max(self._touched_s, now_s)
        elif self.is_idle(now_s) and self.locks_itself:
            self.lock()

    def is_idle(self, now_s: float) -> bool:
        """Whether it is open and nobody was here for as long as the settings say."""
        minutes = self._desk.settings.vault_idle_min
        is_open = self.is_on and not self.is_locked
        return is_open and minutes > 0 and now_s - self._touched_s >= 60 * minutes

    # ---- the user's own words outside the chats

    def public(self, settings: Settings) -> Settings:
        """The choices as they may lie on the disk: with a vault, instructions and names of presets are kept in it."""
        if not self.is_on:
            return settings
        if not self.is_locked:
            for name, field in SECRETS:
                words = getattr(settings, field)
                if words or name not in self._unread:
                    self.files.keep(name, words.encode())
                    self._unread.discard(name)
        return _without_secrets(settings)

    def seal_again(self) -> None:
        """What was written in the clear for a vault that was to be taken down, and was not."""
        self.files.seal_all()
        seal_presets(self._desk.home.presets, self.files, self._desk.home.root)

    def _seal_the_rest(self) -> None:
        desk = self._desk
        try:
            self._unread = {name for name, _ in SECRETS}
            self.files.seal_all()
            seal_presets(desk.home.presets, self.files, desk.home.root)
            for name, field in SECRETS:
                kept = self.files.read_surely(name)
                self._unread.discard(name)
                if kept is not None and not getattr(desk.settings, field):  # in the clear it is newer: from a backup
                    value = {field: kept.decode("utf-8", "replace")}
                    desk.settings = msgspec.structs.replace(desk.settings, **value)
            save_settings(desk.home.settings_file, self.public(desk.settings))
        except (OSError, CarrelError) as error:
            desk.noticed.emit(str(as_carrel_error(error)))
        keys = self._keys
        assert keys is not None
        key = bytearray(keys.files)

        def away() -> None:
            """Large files, on a thread of the pool."""
            try:
                seal_set_aside(desk.home.root, key)
                desk.resume.shelf.erase(unreadable_only=True)
            finally:
                wipe(key)

        desk.jobs.run(away, failed=_not_erased)
        desk.settings_changed.emit(desk.settings)


def _without_secrets(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, **dict.fromkeys((field for _, field in SECRETS), ""))


def _not_erased(error: Exception) -> None:
    log.warning("what lay here in the clear could not be sealed or erased", exc_info=error)


def _look(home: Home) -> tuple[VaultHeader | None, CarrelError | None]:
    try:
        return read_vault(home.vault_file), None
    except CarrelError as error:
        return None, error
