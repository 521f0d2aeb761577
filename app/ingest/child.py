"""The child's main: read one file, say what it holds line by line, and end.

Everything that can go wrong inside Python ends as a `Refused` line. What Python cannot catch (a native abort,
the operating system's limits) ends the process, which is why there is one.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from app.core.errors import CarrelError
from app.core.stdin import claim_stdin
from app.core.words import mark
from app.ingest.limits import bound_this_process
from app.ingest.messages import Finished, Holds, Message, PageRead, Refused, Request, Warned, read_request, to_line
from app.ingest.nesting import Trace
from app.ingest.refusal import damaged, too_much_memory
from app.ingest.source import Output, OutputFull, Source, shown

PARENT_GONE = 3
STDOUT, STDERR = 1, 2  # a windowed program on Windows may have no sys.stdin
Send = Callable[[Message], None]


def main() -> None:
    """Serve one request on this process's own standard streams, and end the process."""
    # A native library that prints must not break the protocol: it gets stderr as its stdout.
    requests = claim_stdin()
    with os.fdopen(os.dup(STDOUT), "wb") as answers:
        os.dup2(STDERR, STDOUT)
        request = read_request(requests.readline())
        threading.Thread(target=_end_with_parent, args=(requests.fileno(),), daemon=True).start()
        sys.dont_write_bytecode = True  # the limits forbid writing any file
        bound_this_process(request.limits)
        serve(request, lambda message: _write(answers, message))
    os._exit(0)  # everything is written; unloading native libraries takes time and can crash


def run_child(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Serve one request on the given streams, without bounding the process."""
    serve(read_request(stdin.readline()), lambda message: _write(stdout, message))


def serve(request: Request, send: Send) -> None:
    """Read the file and send its pages; ends with exactly one `Finished` or `Refused`."""
    path = Path(os.fsdecode(request.path))
    name = shown(path.name)
    try:
        error = _read(request, path, name, send)
    except CarrelError as caught:
        error = caught
    except MemoryError:
        error = too_much_memory(name)
    except OSError as caught:
        error = CarrelError(
            "unreadable", "{name} could not be opened: {reason}.", "Check that you may read it.",
            name=name, reason=caught.strerror or type(caught).__name__,
        )  # fmt: skip
    except Exception as caught:  # a reader met a file nobody thought of; the cause goes to the log
        print(f"{type(caught).__name__}: {caught}", file=sys.stderr)
        error = damaged(name)
    if error:
        send(Refused(error.code, error.template, error.remedy, error.params))


def _read(request: Request, path: Path, name: str, send: Send) -> CarrelError | None:
    words = [0]

    def tell(message: Message) -> None:
        if isinstance(message, PageRead):
            words[0] += bool(message.text.strip())
        elif isinstance(message, Warned):
            words[0] += 1  # a reader that has a warning has said what is wrong
        send(message)

    output = Output(tell, name, request.limits.characters)
    try:
        sha256 = _read_path(request, path, name, output, send)
    except RecursionError:
        return damaged(name)
    if not words[0]:
        send(Warned(mark("{name} holds no text."), {"name": name}))
    send(Finished(sha256))
    return None


def _read_path(request: Request, path: Path, name: str, output: Output, send: Send) -> str:
    """Send the pages of a file or a folder; returns its hash."""
    from app.ingest.folder import hash_folder, read_folder
    from app.ingest.readers import find_reader  # after the limits: readers load native code

    is_folder = path.is_dir()
    trace = Trace(frozenset(request.skip_parts), frozenset(request.plain_parts), output.enter)
    data = b"" if is_folder else path.read_bytes()
    source = Source(name, data, request.plain, request.password, trace=trace)
    try:
        if is_folder:
            return read_folder(source, path, output, lambda found: send(Holds(os.fsencode(found))))
        find_reader(source).read(source, output)
    except OutputFull:
        pass  # said as a warning
    return hash_folder(path) if is_folder else source.sha256


def _write(stream: IO[bytes], message: Message) -> None:
    stream.write(to_line(message) + b"\n")
    stream.flush()


def _end_with_parent(pipe: int) -> None:
    """The parent keeps the request pipe open while it lives.

    Read past Python's buffer: a thread that holds its lock makes the interpreter's own end wait and abort.
    """
    while os.read(pipe, 4096):
        pass
    os._exit(PARENT_GONE)
