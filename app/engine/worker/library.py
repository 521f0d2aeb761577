"""Opens llama.cpp through its low-level bindings and says which devices it found.

The library prints its log through a callback; warnings and errors go to stderr, where the parent keeps the last
lines, and the latest error is kept here to explain a refused load.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections import deque
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp import llama_cpp as C

_LIBRARY = re.compile(r"(lib)?(llama|ggml|mtmd)[\w.-]*?\.(so|dll|dylib)(\.\d+)*$")
_GGML_LOG_WARN, _GGML_LOG_ERROR, _GGML_LOG_CONT = 3, 4, 5

recent_errors: deque[str] = deque(maxlen=20)
_last_level = 0


@C.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(level: int, text: bytes, _user_data: object) -> None:
    global _last_level
    _last_level = _last_level if level == _GGML_LOG_CONT else level
    if _last_level in (_GGML_LOG_WARN, _GGML_LOG_ERROR):
        line = text.decode("utf-8", "replace")
        recent_errors.append(line.rstrip())
        sys.stderr.write(line)
        sys.stderr.flush()


def open_library() -> None:
    """Initialise the backends once per process and take over the log."""
    C.llama_log_set(_on_log, ctypes.c_void_p(0))
    C.llama_backend_init()


def build_name() -> str:
    """Names the engine build: binding version and the CPU features it was compiled with."""
    info = (C.llama_print_system_info() or b"").decode("utf-8", "replace").strip()
    return f"llama-cpp-python {llama_cpp.__version__} | {info}"


def commit_name() -> str:
    """The versions of llama.cpp and ggml and the commit they were made from, as far as the libraries tell."""
    told = (("llama.cpp", "llama_version"), ("ggml", "ggml_version"), ("commit", "ggml_commit"))
    words = ((name, _told(function)) for name, function in told)
    return ", ".join(f"{name} {word}" for name, word in words if word not in ("", "unknown"))


def library_files() -> tuple[str, ...]:
    """The shared libraries of llama.cpp and ggml that this process has in memory; where the system does not tell, all
    that lie with the binding."""
    folder = Path(llama_cpp.__file__).parent / "lib"
    beside = {path for path in folder.glob("*") if _LIBRARY.match(path.name) and path.is_file()}
    try:
        lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return tuple(sorted(map(str, beside)))
    mapped = {Path(line.split(maxsplit=5)[5]) for line in lines if line.count("/") and len(line.split(maxsplit=5)) == 6}
    loaded = {str(path) for path in mapped if _LIBRARY.match(path.name)}
    return tuple(sorted(loaded or map(str, beside)))


def device_names() -> tuple[str, ...]:
    """What llama.cpp can compute on, as it names them ("CUDA0: NVIDIA GeForce RTX 4090", "CPU: …")."""
    try:
        count = _native("ggml_backend_dev_count", ctypes.c_size_t)
        device_at = _native("ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)
        name, description = (
            _native(f"ggml_backend_dev_{what}", ctypes.c_char_p, ctypes.c_void_p) for what in ("name", "description")
        )
    except AttributeError:  # only for the eye: the engine runs without
        return ()
    devices = [device_at(index) for index in range(count())]
    return tuple(f"{_text(name(device))}: {_text(description(device))}" for device in devices)


def has_gpu() -> bool:
    return bool(C.llama_supports_gpu_offload())


def cpu_buffer_type() -> int:
    """The address of ggml's buffer type for plain RAM."""
    return int(_native("ggml_backend_cpu_buffer_type", ctypes.c_void_p)())


def _native(name: str, result: Any, *arguments: Any) -> Any:
    """A function of ggml. Linux finds it through libllama; Windows only in the library that defines it."""
    folder = Path(llama_cpp.__file__).parent / "lib"
    others = [path for path in folder.glob("*ggml*") if path.suffix in (".dll", ".so", ".dylib")]
    for library in (C._lib, *(ctypes.CDLL(str(path)) for path in others if os.name == "nt")):
        function = getattr(library, name, None)
        if function is not None:
            function.argtypes, function.restype = list(arguments), result
            return function
    raise AttributeError(name)


def _told(function: str) -> str:
    """What a function without arguments says; "" where there is none."""
    try:
        return _text(_native(function, ctypes.c_char_p)())
    except (AttributeError, OSError):
        return ""


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace")
