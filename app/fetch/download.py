"""One download as a thing to start, pause, resume and cancel. It works in a thread of its own.

`Bringer` (bring.py) does the work step by step; this file is the switch, the thread and the outcome.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from app.core.errors import CarrelError
from app.fetch.bring import Bringer, Stopped
from app.fetch.hub import Hub
from app.fetch.patience import Limits
from app.fetch.progress import Progress, State, Teller
from app.fetch.wanted import Arrived, Wanted, target_path

log = logging.getLogger(__name__)


class End(msgspec.Struct, frozen=True):
    """How a run of a download ended: "done" with `arrived`, "failed" with `error`, "paused" or "cancelled"."""

    state: State
    arrived: Arrived | None = None
    error: CarrelError | None = None


class Download:
    """Brings `wanted` into `models_folder`. Methods are safe from any thread and return at once.

    `on_progress` (at most ten a second, and at each change of state) and `on_end` (once each time the work
    stops) are called from the download's thread.
    """

    def __init__(
        self,
        wanted: Wanted,
        hub: Hub,
        models_folder: Path,
        on_progress: Callable[[Progress], object] = lambda _: None,
        on_end: Callable[[End], object] = lambda _: None,
        limits: Limits | None = None,
    ) -> None:
        self.wanted, self.target = wanted, target_path(models_folder, wanted)
        self._on_end = on_end
        self._lock = threading.Lock()
        self._wish: Literal["go", "pause", "cancel"] = "go"
        self._thread: threading.Thread | None = None
        self._idle = threading.Event()
        self._idle.set()
        self._end: End | None = None
        limits = limits or Limits()
        self._teller = Teller(on_progress, wanted.size_bytes, limits.progress_every_s)
        self._bringer = Bringer(wanted, hub, self.target, limits, self._teller, self._must_stop)

    @property
    def progress(self) -> Progress:
        """The latest moment."""
        return self._teller.progress

    @property
    def end(self) -> End | None:
        """How it ended last; None before that and while it works."""
        return self._end

    def start(self) -> None:
        """Begin, or go on after a pause or a failure. Nothing happens while it works or when it is done."""
        with self._lock:
            if self._wish == "cancel":
                return
            self._wish = "go"
            if self._thread is None and (self._end is None or self._end.state != "done"):
                self._begin()

    resume = start

    def pause(self) -> None:
        """Stop soon and keep the part."""
        self._stop("pause")

    def cancel(self) -> None:
        """Stop soon and delete the part. A file that has already arrived stays."""
        self._stop("cancel")

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until no work is going on; False when `timeout_s` passed first."""
        return self._idle.wait(timeout_s)

    def _stop(self, wish: Literal["pause", "cancel"]) -> None:
        with self._lock:
            over = self._end is not None and self._end.state in ("done", "cancelled")
            if self._wish == "cancel" or over:
                return
            self._wish = wish
            if self._thread is None and (wish == "cancel" or self._end is None):
                self._begin()  # the thread sees the wish, clears up and reports the end
        self._bringer.wake()

    def _begin(self) -> None:
        self._end = None
        self._idle.clear()
        self._thread = threading.Thread(target=self._work, name="carrel-download", daemon=True)
        self._thread.start()

    def _must_stop(self) -> bool:
        return self._wish != "go"

    def _work(self) -> None:
        while True:
            end = self._run_once()
            self._teller.show(end.state)
            with self._lock:
                if end.state == "paused" and self._wish == "go":
                    continue  # resumed before it had stopped
                self._thread, self._end = None, end
            break
        try:
            self._on_end(end)
        finally:
            with self._lock:
                if self._thread is None:
                    self._idle.set()

    def _run_once(self) -> End:
        """One go; every way out is an End."""
        try:
            return End("done", arrived=self._bringer.bring())
        except Stopped:
            return self._stopped()
        except CarrelError as error:
            return End("failed", error=error)
        except Exception as error:
            log.exception("a download broke")
            return End("failed", error=_unexpected(error, self.wanted.file))

    def _stopped(self) -> End:
        if self._wish != "cancel":
            return End("paused")
        try:
            self._bringer.clear_up()
        except CarrelError as error:
            if error.code != "already_downloading":  # then there is nothing of ours to delete
                return End("failed", error=error)
        return End("cancelled")


def _unexpected(error: Exception, file: str) -> CarrelError:
    return CarrelError(
        "download_broke",
        "The download of {file} broke off for a reason that was not foreseen: {cause}.",
        "Resume it. If this repeats, the log says more.",
        file=file,
        cause=f"{type(error).__name__}: {error}".rstrip("."),
    )
