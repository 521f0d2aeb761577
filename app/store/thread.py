"""The one thread that touches the database. Wishes run there in the order they were asked; outcomes come home.

Nothing here waits on the caller's side except `call` and `close`.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from app.core.errors import CarrelError
from app.core.loop import Post
from app.store.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")
Wish = Callable[[], None]


class StoreThread:
    """Owns the `Store` at `path`. When it cannot be opened, every wish fails with the sentence that says why."""

    def __init__(self, path: Path, post: Post) -> None:
        self._post = post
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._store: Store | None = None
        self._opening_error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(path,), name="carrel-store", daemon=True)
        self._thread.start()

    def ask(
        self,
        fn: Callable[[Store], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Run `fn` on the database thread, then `done(result)` or `failed(error)` at home.

        Without `failed` the error is raised at home, where the last resort shows it.
        """

        def wish() -> None:
            try:
                result = fn(self._opened())
            except Exception as error:  # handed home, never swallowed
                self._send_home_error(error, failed)
            else:
                if done is not None:
                    self._post(lambda: done(result))

        if not self._put(wish):
            self._send_home_error(_closed(), failed)

    def call(self, fn: Callable[[Store], T]) -> T:
        """Run `fn` after all wishes before it and wait for its result. For starting, closing and the terminal."""
        assert threading.current_thread() is not self._thread, "a wish must use the store it was given"
        outcome: Future[T] = Future()

        def wish() -> None:
            try:
                outcome.set_result(fn(self._opened()))
            except BaseException as error:
                outcome.set_exception(error)

        if not self._put(wish):
            raise _closed()
        return outcome.result()

    def close(self) -> None:
        """Run all wishes that are queued, close the file, end the thread. Twice does no harm."""
        with self._lock:
            if not self._closed:
                self._wishes.put(None)
            self._closed = True
        self._thread.join()

    def _put(self, wish: Wish) -> bool:
        with self._lock:
            if not self._closed:
                self._wishes.put(wish)
            return not self._closed

    def _run(self, path: Path) -> None:
        try:
            self._store = Store(path)
        except Exception as error:  # said again to every wish
            self._opening_error = error
        while (wish := self._wishes.get()) is not None:
            try:
                wish()
            except Exception:  # home is gone; the wishes behind this one still reach the disk
                log.exception("the outcome of a wish could not be sent home")
        if self._store is not None:
            self._store.close()

    def _opened(self) -> Store:
        if self._opening_error is not None:
            raise self._opening_error
        assert self._store is not None
        return self._store

    def _send_home_error(self, error: Exception, failed: Callable[[Exception], Any] | None) -> None:
        self._post(lambda: failed(error) if failed else _raise(error))


def _closed() -> CarrelError:
    return CarrelError("store_closed", "The chats are closed because Carrel is ending.", "Start Carrel again.")


def _raise(error: Exception) -> None:
    raise error
