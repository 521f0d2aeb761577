"""Reads the files named on stdin with one reader, each in a forked child, and prints a JSON line for each.

    python tests/bench/reading.py carrel|markitdown < LIST

Run by `tests.bench.documents`, for markitdown with the interpreter of its own environment: it needs nothing of Carrel.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

MEMORY_BYTES = 8 << 30
SECONDS = 60


def carrel() -> Callable[[str], str]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from app import ingest
    from app.ingest.child import serve
    from app.ingest.messages import Limits, Message, PageRead, Refused, Request

    own = [module.name for module in pkgutil.walk_packages(ingest.__path__, "app.ingest.")]
    for name in (*own, "olefile", "pypdfium2", "python_calamine", "turbohtml", "turbohtml.detect"):
        importlib.import_module(name)

    def read(path: str) -> str:
        said: list[Message] = []
        serve(Request(os.fsencode(path), Limits()), said.append)
        if any(isinstance(message, Refused) for message in said):
            raise ValueError(str(next(message for message in said if isinstance(message, Refused)).error()))
        return "\n".join(message.text for message in said if isinstance(message, PageRead))

    return read


def markitdown() -> Callable[[str], str]:
    warnings.simplefilter("ignore")
    from markitdown import MarkItDown  # type: ignore[import-not-found]

    converter = MarkItDown()

    def read(path: str) -> str:
        return str(converter.convert(path).text_content)

    return read


def measure(read: Callable[[str], str], path: str) -> dict[str, object]:
    """In a child, so that a hang or a crash costs one file."""
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            _be_read(read, path, out.fileno())
        _, status, usage = os.wait4(child, 0)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    return {
        "file": path,
        "ok": status == 0,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "text": text if status == 0 else "",
    }


def _be_read(read: Callable[[str], str], path: str, out: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.alarm(SECONDS)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    try:
        data = read(path).encode("utf-8", "replace")
        while data:
            data = data[os.write(out, data) :]
    except BaseException:
        os._exit(1)
    os._exit(0)


def main(reader: str, paths: list[str]) -> None:
    read = {"carrel": carrel, "markitdown": markitdown}[reader]()
    for path in paths:
        print(json.dumps(measure(read, path)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], [line for line in sys.stdin.read().splitlines() if line])
