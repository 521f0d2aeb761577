"""The folder of saved sessions: what lies in it, how much it may take, what is thrown out first.

Every file here can be made again from its documents, so deleting is never a loss, only time. Two programs may share
the folder: what vanishes between two looks is no error.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.core.errors import CarrelError
from app.core.files import write_durably
from app.core.sealing import BrokenSeal, Key
from app.engine import saved
from app.engine.saved import Sidecar

STATE = ".kv"
FAIR_BYTES, FAIR_SHARE = 50_000_000_000, 0.1  # of the disk that would be free without the sessions
ABANDONED_S = 3600.0  # an unfinished file this old is nobody's any more
GUESSED_BYTES_S = 1e9


class Rates(msgspec.Struct, frozen=True):
    """What was measured here last: bytes restored a second, and prompt tokens read a second."""

    restore_bytes_s: float = GUESSED_BYTES_S
    read_tok_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SavedSession:
    """One session on disk. `used_s` is when it was last saved or restored, in seconds since 1970."""

    path: Path
    sidecar: Sidecar
    used_s: float
    documents: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        return self.sidecar.size_bytes


class Shelf:
    """Touches the disk: call it away from the main thread.

    `key` gives what its files are encrypted with: nothing without a vault, None while the vault is locked. Then the
    shelf looks empty, and nothing on it is taken for a rest.
    """

    def __init__(self, folder: Path, key: Callable[[], Key | None] = lambda: b"") -> None:
        self.folder, self._key = folder, key

    def path_of(self, key: str) -> Path:
        return self.folder / (key + STATE)

    def sessions(self) -> list[SavedSession]:
        """All that can be used, the one used last first."""
        found = [self.find(path.name.removesuffix(STATE)) for path in self._states()]
        return sorted((one for one in found if one), key=lambda one: -one.used_s)

    def find(self, key: str) -> SavedSession | None:
        path, secret = self.path_of(key), self._key()
        sidecar = None if secret is None else saved.read_sidecar(path, secret)
        if sidecar is None or secret is None:
            return None
        with contextlib.suppress(OSError):
            if path.exists():
                return SavedSession(path, sidecar, saved.sidecar_of(path).stat().st_mtime, _names_of(path, secret))
        return None

    def touch(self, path: Path) -> None:
        """It was used just now."""
        with contextlib.suppress(OSError):
            os.utime(saved.sidecar_of(path))

    def name(self, path: Path, documents: Iterable[str]) -> None:
        """Note which documents a session is about."""
        secret = self._key()
        if secret is not None:
            with contextlib.suppress(OSError):
                saved.write_file(path.with_name(path.name + saved.NAMES), msgspec.json.encode(tuple(documents)), secret)

    def budget_bytes(self, chosen_gb: float) -> int:
        """What all sessions together may take: what the user chose, else a fair share of the disk."""
        if chosen_gb > 0:
            return int(chosen_gb * 1e9)
        used = sum(one.size_bytes for one in self.sessions())
        return int(min(FAIR_BYTES, FAIR_SHARE * (self._free_bytes() + used)))

    def prune(self, budget_bytes: int) -> int:
        """Remove those unused longest until the rest fits; returns the bytes freed."""
        freed = room = 0
        for one in self.sessions():
            room += one.size_bytes
            if room > budget_bytes:
                saved.remove(one.path)
                freed, room = freed + one.size_bytes, room - one.size_bytes
        return freed

    def remove_stale(self, build: str = "") -> int:
        """Remove what no engine here can use again: a deleted model's, another `build`'s if one is named, rests.

        Returns how many.
        """
        if self._key() is None:
            return 0
        found = self.sessions()
        usable = {one.path for one in found}
        stale = [one.path for one in found if _is_other(one, build) or _is_gone(one)]
        stale += [path for path in self._states() if path not in usable and _is_old(path)]
        for path in stale:
            saved.remove(path)
        for path in self._files("*" + saved.UNFINISHED):
            if _is_old(path):
                path.unlink(missing_ok=True)
        return len(stale)

    def clear(self) -> int:
        """Remove every session; returns the bytes freed."""
        freed = sum(one.size_bytes for one in self.sessions())
        for path in self._states():
            saved.remove(path)
        return freed

    def erase(self, *, unreadable_only: bool = False) -> None:
        """Overwrite and remove every session, or those that were saved under another key or under none.

        Raises OSError.
        """
        for path in self._states():
            if unreadable_only and self.find(path.name.removesuffix(STATE)) is not None:
                continue
            saved.erase(path)

    def rates(self) -> Rates:
        try:
            return msgspec.json.decode(self._rates_file.read_bytes(), type=Rates)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return Rates()

    def keep_rates(self, rates: Rates) -> None:
        with contextlib.suppress(OSError, CarrelError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_durably(self._rates_file, msgspec.json.encode(rates))

    @property
    def _rates_file(self) -> Path:
        return self.folder / "rates.json"

    def _states(self) -> list[Path]:
        """Every state and every sidecar's state, there or not."""
        sidecars = (path.with_name(path.name.removesuffix(saved.SIDECAR)) for path in self._files("*.kv.json"))
        return sorted({*self._files("*" + STATE), *sidecars})

    def _files(self, pattern: str) -> list[Path]:
        try:
            return list(self.folder.glob(pattern))
        except OSError:
            return []

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self.folder if self.folder.exists() else self.folder.parent).free
        except OSError:
            return 0


def _is_other(one: SavedSession, build: str) -> bool:
    return bool(build) and one.sidecar.identity.build != build


def _is_gone(one: SavedSession) -> bool:
    """Whether its model was deleted. A folder that is not there may be on a drive that is unplugged."""
    model = Path(one.sidecar.model_path)
    return bool(one.sidecar.model_path) and model.parent.exists() and not model.exists()


def _is_old(path: Path) -> bool:
    """Whether neither the file nor its sidecar was written lately: nobody is about to finish it."""
    for each in (path, saved.sidecar_of(path)):
        with contextlib.suppress(OSError):
            if time.time() - each.stat().st_mtime < ABANDONED_S:
                return False
    return True


def _names_of(path: Path, key: Key) -> tuple[str, ...]:
    try:
        names = saved.read_file(path.with_name(path.name + saved.NAMES), key)
        return msgspec.json.decode(names, type=tuple[str, ...])
    except (OSError, BrokenSeal, msgspec.MsgspecError, UnicodeDecodeError):
        return ()
