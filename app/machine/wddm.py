"""What Windows knows and NVIDIA's driver does not tell there: how much of the card the engine takes, and how much of
it has been moved into the computer's memory, where reading it is many times slower.

Source: the performance counters "GPU Process Memory" (Windows 10 1709 and later), by `pdh.dll`.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, ClassVar, Protocol

import msgspec

from app.machine.card import GpuSample
from app.machine.quiet import quiet

BEATS = 5  # the system collects the figures of every program for one answer: not every second
_LARGE = 0x400  # PDH_FMT_LARGE
_MORE_DATA = 0x800007D2  # PDH_MORE_DATA, the answer to asking for the size


class Counter(Protocol):
    """The bytes of one counter summed over all instances whose names begin with `prefix`."""

    def read(self, prefix: str, name: str) -> int: ...

    def close(self) -> None: ...


class EngineMemory:
    """Adds the engine's memory to a lone card's sample. With several cards the system's names do not say which is
    which, so it adds nothing then."""

    def __init__(self, counter: Counter | None) -> None:
        self._counter = counter
        self._beat = 0
        self._pid: int | None = None
        self._known: tuple[int | None, int | None] = (None, None)

    def add_to(self, gpus: tuple[GpuSample, ...], pid: int | None) -> tuple[GpuSample, ...]:
        if self._counter is None or pid is None or len(gpus) != 1:
            return gpus
        if pid != self._pid or self._beat % BEATS == 0:
            self._pid, self._beat, counter = pid, 0, self._counter
            self._known = (
                quiet(lambda: counter.read(f"pid_{pid}_", "Dedicated Usage")),
                quiet(lambda: counter.read(f"pid_{pid}_", "Shared Usage")),
            )
        self._beat += 1
        dedicated, shared = self._known
        known = dedicated if gpus[0].process_bytes is None else gpus[0].process_bytes
        return (msgspec.structs.replace(gpus[0], process_bytes=known, shared_bytes=shared),)

    def close(self) -> None:
        if self._counter is not None:
            quiet(self._counter.close)
        self._beat = 0


def system_counter() -> Counter | None:
    """The system's own; None where there is none."""
    return PdhCounter() if sys.platform == "win32" else None


class _Value(ctypes.Structure):
    _fields_: ClassVar[Any] = [("status", ctypes.c_uint32), ("large", ctypes.c_int64)]


class _Item(ctypes.Structure):
    _fields_: ClassVar[Any] = [("name", ctypes.c_wchar_p), ("value", _Value)]


class PdhCounter:
    """One query for each counter, opened when it is first read. Raises OSError."""

    def __init__(self, library: Any = None) -> None:
        self._pdh = library
        self._open: dict[str, tuple[Any, Any]] = {}

    def read(self, prefix: str, name: str) -> int:
        query, counter = self._counter(f"\\GPU Process Memory({prefix}*)\\{name}")
        self._check(self._pdh.PdhCollectQueryData(query))
        size, count = ctypes.c_uint32(0), ctypes.c_uint32(0)
        places = (ctypes.byref(size), ctypes.byref(count))
        if self._pdh.PdhGetFormattedCounterArrayW(counter, _LARGE, *places, None) & 0xFFFFFFFF != _MORE_DATA:
            return 0  # the process has nothing on any card
        room = ctypes.create_string_buffer(size.value)
        items = ctypes.cast(room, ctypes.POINTER(_Item))
        self._check(self._pdh.PdhGetFormattedCounterArrayW(counter, _LARGE, *places, items))
        return sum(items[place].value.large for place in range(count.value) if items[place].value.status in (0, 1))

    def close(self) -> None:
        for query, _ in self._open.values():
            self._pdh.PdhCloseQuery(query)
        self._open.clear()

    def _counter(self, path: str) -> tuple[Any, Any]:
        if path not in self._open:
            if len(self._open) >= 8:  # engines of before
                self.close()
            self._pdh = self._pdh or _system_pdh()
            query, counter = ctypes.c_void_p(), ctypes.c_void_p()
            self._check(self._pdh.PdhOpenQueryW(None, 0, ctypes.byref(query)))
            try:
                self._check(self._pdh.PdhAddEnglishCounterW(query, path, 0, ctypes.byref(counter)))
            except OSError:
                self._pdh.PdhCloseQuery(query)
                raise
            self._open[path] = (query, counter)
        return self._open[path]

    def _check(self, status: int) -> None:
        if status:
            raise OSError(f"pdh {status & 0xFFFFFFFF:#x}")


def _system_pdh() -> Any:
    """`pdh.dll` with its types declared: a handle is as wide as a pointer."""
    pdh: Any = ctypes.CDLL("pdh.dll")  # on 64-bit Windows there is one calling convention
    handle, pointer = ctypes.c_void_p, ctypes.POINTER
    size = ctypes.c_size_t  # DWORD_PTR
    numbers = pointer(ctypes.c_uint32)
    pdh.PdhOpenQueryW.argtypes = (ctypes.c_wchar_p, size, pointer(handle))
    pdh.PdhAddEnglishCounterW.argtypes = (handle, ctypes.c_wchar_p, size, pointer(handle))
    pdh.PdhCollectQueryData.argtypes = (handle,)
    pdh.PdhGetFormattedCounterArrayW.argtypes = (handle, ctypes.c_uint32, numbers, numbers, pointer(_Item))
    pdh.PdhCloseQuery.argtypes = (handle,)
    return pdh
