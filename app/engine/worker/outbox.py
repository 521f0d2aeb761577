"""The child's end of the pipe up: one line a message, from any thread."""

from __future__ import annotations

import os
import sys
import threading
from typing import BinaryIO

from app.engine.messages import Up, encode


class Outbox:
    """Writes messages to what was stdout. Whatever else prints to stdout from now on lands in stderr."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def send(self, message: Up) -> None:
        with self._lock:
            self._stream.write(encode(message) + b"\n")
            self._stream.flush()


def claim_stdout() -> Outbox:
    """Keep stdout for messages alone: native code and stray prints go to stderr."""
    private = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return Outbox(os.fdopen(private, "wb"))
