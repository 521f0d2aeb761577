"""The bridge into the window's thread: results of other threads come home through one queued signal."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

from app.core.emitter import Emitter
from app.session.mishap import describe_error

log = logging.getLogger(__name__)


class QtPost(QObject):
    """`post(fn)` runs fn later on the thread that made this object. Safe from any thread.

    What fn raises goes to `last_resort`, never into Qt.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, fn: Callable[[], object]) -> None:
        try:
            self._posted.emit(fn)
        except RuntimeError:  # the application is gone, and with it whoever wanted to know
            log.debug("posted after the end")

    def _run(self, fn: Callable[[], object]) -> None:
        try:
            fn()
        except Exception as error:  # one place for all of them
            last_resort.catch(error)


class LastResort:
    """Where an error goes that nobody handled: into the log, and to the window as a notice.

    `told(error)` is emitted on the thread that failed; errors of other threads must be posted by the listener.
    """

    def __init__(self) -> None:
        self.told: Emitter[[BaseException]] = Emitter()

    def catch(self, error: BaseException) -> None:
        log.error("unhandled: %s", describe_error(error))
        self.told.emit(error)

    def install(self, post: QtPost) -> None:
        """Take over exceptions of slots (PySide hands them to sys.excepthook) and of threads."""

        def on_main(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
            if isinstance(error, KeyboardInterrupt):
                sys.__excepthook__(type(error), error, _trace)
                return
            self.catch(error)

        def on_thread(what: threading.ExceptHookArgs) -> None:
            error = what.exc_value
            if error is not None:
                post.post(lambda: self.catch(error))

        sys.excepthook = on_main
        threading.excepthook = on_thread


last_resort = LastResort()


def listen(owner: QObject, connect: Callable[[], Callable[[], None]]) -> None:
    """Connect to an Emitter for as long as `owner` lives: `listen(self, lambda: emitter.connect(self._on_x))`."""
    disconnect = connect()
    owner.destroyed.connect(lambda: disconnect())
