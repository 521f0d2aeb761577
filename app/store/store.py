"""The store: everything Carrel remembers of chats, behind one object used on one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from app.core.errors import CarrelError
from app.store.again import Again
from app.store.answers import Answers
from app.store.bin import Bin
from app.store.chats import Chats
from app.store.cipher import Key
from app.store.database import BUSY_TIMEOUT_S, Database
from app.store.figures import AnswerTable
from app.store.folders import Folders
from app.store.offshoots import Offshoots
from app.store.runs import Runs
from app.store.search import Search
from app.store.sets import Sets
from app.store.snapshot import Snapshot
from app.store.waiting import Waiting


class Store(Again, Offshoots, Answers, Chats, Folders, Bin, Sets, Waiting, Search, AnswerTable, Runs, Snapshot):
    """Chats, messages, answers, documents, their sets, long runs and the index of all of it in the file at `path`.

    Use it on the thread that made it. A damaged file is renamed and a new one begun (see `notices`); one saved by a
    newer Carrel is refused.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], float] = time.time,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        key: Key | None = None,
    ) -> None:
        super().__init__(Database(path, busy_timeout_s=busy_timeout_s, key=key), now)

    @property
    def notices(self) -> tuple[CarrelError, ...]:
        """Sentences about the opening that the user should see once."""
        return self._db.notices

    def transaction(self) -> AbstractContextManager[None]:
        """Make several calls one: all are kept or none, with one wait for the disk."""
        return self._db.transaction()

    def close(self) -> None:
        self._db.close()
