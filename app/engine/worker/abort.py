"""A flag that native code can poll without entering Python.

llama.cpp asks `bool f(void *data)` between the operations of a graph whether to stop. A Python function there would
fight for the interpreter lock on every operation. C's own `strlen` has the same shape: on a two-byte buffer it
answers 0 while the first byte is zero and 1 once it is set.
"""

from __future__ import annotations

import ctypes
import os

from llama_cpp import llama_cpp as C


class AbortFlag:
    """Set from any thread; seen by the CPU backend after the operation in hand, by CUDA once per ubatch."""

    def __init__(self) -> None:
        self._bytes = ctypes.create_string_buffer(2)
        libc = ctypes.CDLL("msvcrt" if os.name == "nt" else None)
        self._strlen = ctypes.cast(libc.strlen, C.ggml_abort_callback)

    def set(self) -> None:
        self._bytes[0] = b"x"

    def clear(self) -> None:
        self._bytes[0] = b"\0"

    def install(self, params: object) -> None:
        """Hand the flag to context parameters before the context is made. Keep this object alive as long."""
        params.abort_callback = self._strlen  # type: ignore[attr-defined]
        params.abort_callback_data = ctypes.cast(self._bytes, ctypes.c_void_p)  # type: ignore[attr-defined]
