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
from app.store.cipher import Key, locked
from app.store.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")
Wish = Callable[[], None]
Opening = Callable[[], Key | None]


class StoreThread:
    """Owns the `Store` at `path`. When it cannot be opened, every wish fails with the sentence that says why.

    It starts closed when `is_locked`, until `reopen` brings a key.
    """

    def __init__(self, path: Path, post: Post, *, is_locked: bool = False) -> None:
        self._path, self._post = path, post
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._store: Store | None = None
        self._why_closed: Exception | None = locked() if is_locked else None
        self._thread = threading.Thread(target=self._run, name="carrel-store", daemon=True)
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
        self._wish(lambda: fn(self._opened()), done, failed)

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

    def lock(self, done: Callable[[None], object] | None = None) -> None:
        """Close the file after all wishes asked so far; wishes after that fail until `reopen`."""
        self._wish(self._let_go, done, None)

    def reopen(
        self,
        opening: Opening,
        done: Callable[[None], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Close the file, let `opening` do what needs it closed, open it with the key that it returns.

        When it raises, the file stays closed and every wish fails with that error.
        """

        def work() -> None:
            self._let_go()
            try:
                self._store, self._why_closed = Store(self._path, key=opening()), None
            except Exception as error:
                self._why_closed = error
                raise

        self._wish(work, done, failed)

    def close(self) -> None:
        """Run all wishes that are queued, close the file, end the thread. Twice does no harm."""
        with self._lock:
            if not self._closed:
                self._wishes.put(None)
            self._closed = True
        self._thread.join()

    def _wish(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None,
        failed: Callable[[Exception], object] | None,
    ) -> None:
        def wish() -> None:
            try:
                result = work()
            except Exception as error:  # handed home, never swallowed
                self._send_home_error(error, failed)
            else:
                if done is not None:
                    self._post(lambda: done(result))

        if not self._put(wish):
            self._send_home_error(_closed(), failed)

    def _put(self, wish: Wish) -> bool:
        with self._lock:
            if not self._closed:
                self._wishes.put(wish)
            return not self._closed

    def _run(self) -> None:
        if self._why_closed is None:
            try:
                self._store = self._open()
            except Exception as error:  # said again to every wish
                self._why_closed = error
        while (wish := self._wishes.get()) is not None:
            try:
                wish()
            except Exception:  # home is gone; the wishes behind this one still reach the disk
                log.exception("the outcome of a wish could not be sent home")
        if self._store is not None:
            self._store.close()

    def _open(self) -> Store:
        return Store(self._path)

    def _opened(self) -> Store:
        if self._store is not None:
            return self._store
        assert self._why_closed is not None
        raise self._why_closed

    def _let_go(self) -> None:
        store, self._store, self._why_closed = self._store, None, locked()
        if store is not None:
            store.close()

    def _send_home_error(self, error: Exception, failed: Callable[[Exception], Any] | None) -> None:
        if failed is None and isinstance(error, CarrelError) and error.code == "vault_locked":
            log.info("a wish came when the chats were locked")  # the page that asked is gone
            return
        self._post(lambda: failed(error) if failed else _raise(error))


def _closed() -> CarrelError:
    return CarrelError("store_closed", "The chats are closed because Carrel is ending.", "Start Carrel again.")


def _raise(error: Exception) -> None:
    raise error
