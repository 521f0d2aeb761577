"""Who is writing an answer: the process, named so that a second window never takes a living one's answer for lost."""

from __future__ import annotations

import os

import psutil

START_TOLERANCE_S = 5.0  # the reported start of a process moves a little when the system clock is corrected


def this_writer() -> str:
    """The name of this process, "pid:start"."""
    return f"{os.getpid()}:{psutil.Process().create_time():.2f}"


def is_another_alive(writer: str) -> bool:
    """Whether `writer` is a process that still runs, other than this one."""
    try:
        pid, start_s = int(writer.split(":")[0]), float(writer.split(":")[1])
        return pid != os.getpid() and abs(psutil.Process(pid).create_time() - start_s) < START_TOLERANCE_S
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError, IndexError, OverflowError):
        return False
