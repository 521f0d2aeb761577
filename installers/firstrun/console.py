"""What set-up shows while it works, and the log that keeps the rest."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

DOT_EVERY_S = 20.0
LAST_WORDS_BYTES = 64 << 10
_COMMAND = re.compile(r"^\d\d:\d\d:\d\d \$ .*$", re.MULTILINE)
_TELLS_AN_ERROR = re.compile(r"(?i)\berror\b|^\s*[×╰├]|\bE: ")
_STEP_OF = re.compile(rb"^(?:DEBUG )?\[(\d+)/(\d+)\] ")


class SetupError(Exception):
    """A reason to stop, said in a sentence a person can act on."""


class Console:
    """Prints steps with their times to stderr (stdout is the program's); every command's output goes to a log."""

    def __init__(self, log_file: Path) -> None:
        self.log_file = log_file
        self._terminal = sys.stderr.isatty()
        self._shown = 0

    def say(self, text: str) -> None:
        """One line of its own."""
        self._end_line()
        print(text, file=sys.stderr, flush=True)
        self.note(text)

    def note(self, text: str) -> None:
        """One line for the log alone."""
        with self.log_file.open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%H:%M:%S')} {text}\n")

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Say what begins and, at its end, how long it took."""
        self.say(f"  {title} ...")
        began = time.monotonic()
        yield
        self.say(f"    done in {spell_seconds(time.monotonic() - began)}")

    def run(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> int:
        """Run `command` with its output in the log, showing progress; returns its exit code.

        The command gets a process group of its own, so that an interruption ends the compilers below it as well.
        """
        self.note("$ " + " ".join(command))
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=env,
                start_new_session=os.name != "nt",
            )
            assert process.stdout is not None
            progress = Progress()
            reader = threading.Thread(target=_copy, args=(process.stdout, log, progress), daemon=True)
            reader.start()
            try:
                self._watch(process, progress)
            except BaseException:
                _end_group(process)
                raise
            finally:
                reader.join(2.0)
                process.stdout.close()
        return process.returncode

    def last_words(self) -> str:
        """What the last command said went wrong, in a line; for the sentence that reports its failure."""
        with self.log_file.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(log.tell() - LAST_WORDS_BYTES, 0))
            lines = _COMMAND.split(log.read().decode("utf-8", "replace"))[-1].splitlines()
        telling = [line for line in lines if _TELLS_AN_ERROR.search(line) and not line.startswith("DEBUG")]
        return " ".join(line.strip(" \t×╰─▶├│") for line in telling[:3])[:500]

    def _watch(self, process: subprocess.Popen[bytes], progress: Progress) -> None:
        began = shown = time.monotonic()
        pause_s = 0.5 if self._terminal else DOT_EVERY_S
        while True:
            try:
                process.wait(0.1)
                break
            except subprocess.TimeoutExpired:
                now = time.monotonic()
            if now - shown >= pause_s:
                shown = now
                self._show(f"    {spell_seconds(now - began)}{progress}")
        self._end_line()

    def _show(self, text: str) -> None:
        if not self._terminal:
            print(text, file=sys.stderr, flush=True)
            return
        print("\r" + text.ljust(self._shown), end="", file=sys.stderr, flush=True)
        self._shown = len(text)

    def _end_line(self) -> None:
        if self._shown:
            print("\r" + " " * self._shown + "\r", end="", file=sys.stderr, flush=True)
            self._shown = 0


class Progress:
    """How far a compile is, read from the compiler driver's own counters."""

    def __init__(self) -> None:
        self.done = self.total = 0

    def read(self, line: bytes) -> None:
        if found := _STEP_OF.match(line):
            self.done, self.total = int(found[1]), int(found[2])

    def __str__(self) -> str:
        return f", compiling: file {self.done} of {self.total}" if 0 < self.done < self.total else ""


def spell_seconds(seconds: float) -> str:
    """A duration as people say it: `8 s`, `2 min 05 s`."""
    whole = max(round(seconds), 0)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02} s"


def _copy(source: IO[bytes], log: IO[bytes], progress: Progress) -> None:
    with contextlib.suppress(ValueError):  # the pipe was closed under a reader that outlived its command
        for line in source:
            progress.read(line)
            log.write(line)
            log.flush()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5.0)
