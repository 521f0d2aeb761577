"""Windows: a job object that ends every child with this process, however it ends.

The system closes the handle when this process is gone, and closing the last handle of the job ends all in it.
"""

from __future__ import annotations

import ctypes
import logging
import subprocess
import sys
from functools import cache
from typing import Any

log = logging.getLogger(__name__)

_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_KILL_ON_JOB_CLOSE = 0x2000


class _Basic(ctypes.Structure):
    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_process_limit", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    _fields_ = (
        ("basic", _Basic),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory_limit", ctypes.c_size_t),
        ("job_memory_limit", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def adopt(process: subprocess.Popen[bytes]) -> None:
    """Put a child into the job. Where that is forbidden the closed pipe still ends it."""
    if sys.platform == "win32":
        job = _job()
        handle = int(process._handle)  # type: ignore[attr-defined,unused-ignore]
        if not job or not _kernel().AssignProcessToJobObject(job, handle):
            log.warning("a child could not be put into the job object")


@cache
def _job() -> int:
    """The one job of this process, 0 when there is none; its handle is never closed here."""
    kernel = _kernel()
    job = kernel.CreateJobObjectW(None, None)
    limits = _Extended()
    limits.basic.limit_flags = _KILL_ON_JOB_CLOSE
    good = job and kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    return int(job) if good else 0


@cache
def _kernel() -> Any:
    kernel: Any = None
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    kernel.CreateJobObjectW.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p]
    kernel.SetInformationJobObject.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32]
    kernel.AssignProcessToJobObject.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    return kernel
