"""A child process that speaks lines of bytes on its pipes. The engine and the file readers run in such children.

Reader threads hand every line, and finally the exit, to the callbacks; the callbacks run in those threads, so
they only `post`. The child is started away from the user's current directory and dies with its parent.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.core import jobobject, ntstatus

APP_FOLDER = Path(__file__).resolve().parents[2]
STDERR_LINES_KEPT = 400


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended. `code` is negative for a signal; `last_words` are its last lines on stderr."""

    code: int
    last_words: str

    def cause(self) -> str:
        """The way it ended as a short phrase, for logs."""
        if self.code >= 0:
            return ntstatus.describe_status(self.code) or f"exit code {self.code}"
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"

    @property
    def was_ended(self) -> bool:
        """Whether somebody else ended it: on Windows without a word, and with the code of a Python that failed."""
        on_windows = os.name == "nt" and self.code == ntstatus.TERMINATED and "Traceback" not in self.last_words
        return on_windows or self.code == -9  # SIGKILL

    @property
    def lacks_instructions(self) -> bool:
        """Whether it met an instruction that this processor does not know."""
        return self.cause() == "SIGILL" or self.code == ntstatus.ILLEGAL_INSTRUCTION


def own_command(*arguments: str) -> list[str]:
    """The command that starts this same program again, from source or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-P", str(APP_FOLDER / "app" / "__main__.py"), *arguments]


class Child:
    """A started process. `send` and `kill` may be called from any thread."""

    def __init__(
        self,
        command: Sequence[str],
        on_line: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
        extra_env: Mapping[str, str] | None = None,
        on_stderr: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._on_line, self._on_exit, self._on_stderr = on_line, on_exit, on_stderr
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES_KEPT)
        self._write_lock = threading.Lock()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tempfile.gettempdir() if os.name == "nt" else "/",  # ggml loads plug-ins from the current directory
            env=_child_env(extra_env or {}),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        if os.name == "nt":
            jobobject.adopt(self._process)
        self._err_thread = threading.Thread(target=self._read_stderr, name="child-stderr", daemon=True)
        self._out_thread = threading.Thread(target=self._read_stdout, name="child-stdout", daemon=True)
        self._err_thread.start()
        self._out_thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, line: bytes) -> None:
        """Write one line (without its newline). A dead child is reported by `on_exit`, not here."""
        with self._write_lock, contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def kill(self) -> None:
        """End it now; `on_exit` follows."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self, timeout_s: float = 3.0) -> None:
        """Close its stdin, wait, kill if it stays, and join the readers."""
        if self._write_lock.acquire(timeout=timeout_s):
            with contextlib.suppress(OSError):
                assert self._process.stdin is not None
                self._process.stdin.close()
            self._write_lock.release()
        else:  # a `send` waits for a child that no longer reads
            self.kill()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
        if threading.current_thread() is not self._out_thread:
            self._out_thread.join(timeout_s)

    def _read_stdout(self) -> None:
        assert self._process.stdout is not None
        for line in _lines(self._process.stdout):
            self._on_line(line)
        code = self._process.wait()
        self._err_thread.join(1.0)
        for stream in (self._process.stdout, self._process.stderr, self._process.stdin):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        self._on_exit(Exit(code, "\n".join(self._stderr)))

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError):
            for line in _lines(self._process.stderr):
                text = line.decode("utf-8", "replace")
                self._stderr.append(text)
                self._on_stderr(text)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    return (line.rstrip(b"\r\n") for line in stream)


def _child_env(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would load foreign engine plug-ins or another CUDA's libraries."""
    env = {k: v for k, v in os.environ.items() if k not in ("GGML_BACKEND_PATH", "CUDA_PATH", "HIP_PATH")}
    return env | {"GGML_NO_BACKTRACE": "1", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"} | dict(extra)
