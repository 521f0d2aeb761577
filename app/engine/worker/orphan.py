"""A child does not outlive its parent, whatever either of them is doing when the parent goes.

The closed pipe ends a child that reads it. These ways also hold when nobody reads, or when another process has
inherited the parent's end of the pipe. On Windows the parent's job object does it (`core/child.py`).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY_S = 1.0


def die_with_parent() -> None:
    """Ask the system to end this process with the thread that started it; where it cannot, look now and then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    elif os.name == "posix":
        threading.Thread(target=_watch, args=(os.getppid(),), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(0)
