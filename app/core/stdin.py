"""The pipe from the parent, for a child process that waits on it while other threads load libraries.

Windows serves one synchronous call on a pipe at a time: a library that asks what stdin is while it is loaded, as
those with a C runtime of their own do (CUDA, Fortran, PDFium), would wait for the next line. So the pipe moves to a
handle that only its reader knows, and stdin is empty.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

_STD_INPUT_HANDLE = -10


def claim_stdin() -> BinaryIO:
    """What was stdin. From now on stdin is at its end for everybody else. Its reader ends with the process: closing
    it while a thread reads would wait as well."""
    own = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if sys.platform == "win32":
        import ctypes
        import msvcrt
        from ctypes import wintypes

        ctypes.windll.kernel32.SetStdHandle(wintypes.DWORD(_STD_INPUT_HANDLE), wintypes.HANDLE(msvcrt.get_osfhandle(0)))
    return os.fdopen(own, "rb")
