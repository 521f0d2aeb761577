"""Has the index of full-text search read what is new, whenever nobody waits for anything."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app.core.errors import CarrelError

if TYPE_CHECKING:
    from app.session.desk import Desk

log = logging.getLogger(__name__)


class Indexer:
    """Called by the desk's beat. Reads in short steps on the database thread, none of them while the engine works."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._is_reading = False

    def look(self) -> None:
        """Begin to read, if there may be something and the engine rests."""
        if not self._is_reading and not self._desk.engine.is_busy:
            self._is_reading = True
            self._desk.store.ask(lambda store: store.index_some(), self._on_read, self._on_failed)

    def _on_read(self, more: bool) -> None:
        self._is_reading = False
        if more:
            self.look()

    def _on_failed(self, error: Exception) -> None:
        """It is tried again with the next beat; what SQLite said is told to those who wish for something."""
        self._is_reading = False
        if not isinstance(error, CarrelError):
            log.warning("the search index could not be kept", exc_info=error)
