"""What every part of the store stands on: the database, the clock, and the two ways a wish can miss."""

from __future__ import annotations

from collections.abc import Callable

from app.core.errors import CarrelError
from app.store.database import Database


class Part:
    """One kind of things the store remembers. `now` gives Unix seconds."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._db, self._now = database, now


def no_chat() -> CarrelError:
    return CarrelError("no_chat", "This chat is no longer here.", "Choose another chat in the list.")


def no_message() -> CarrelError:
    return CarrelError("no_message", "This message is no longer here.", "Open the chat again.")
