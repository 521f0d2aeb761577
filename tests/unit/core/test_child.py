"""The child process: lines, ends, and every way of dying."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from app.core.child import APP_FOLDER, STDERR_LINES_KEPT, Child, Exit, own_command

ECHO = "import sys\nfor line in sys.stdin: print('got', line.strip(), flush=True)"
posix = pytest.mark.skipif(os.name == "nt", reason="signals")


class Watched:
    """A child whose lines and end can be waited for."""

    def __init__(self, script: str, **extra_env: str) -> None:
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.exits: queue.SimpleQueue[Exit] = queue.SimpleQueue()
        self.child = Child([sys.executable, "-c", script], self.lines.put, self.exits.put, extra_env)

    def end(self) -> Exit:
        return self.exits.get(timeout=10)

    def text(self) -> list[bytes]:
        found = []
        while not self.lines.empty():
            found.append(self.lines.get())
        return found


def test_lines_go_down_and_up() -> None:
    watched = Watched(ECHO)
    watched.child.send("问题".encode())
    watched.child.send(b"two")
    assert watched.lines.get(timeout=10) == "got 问题".encode()
    assert watched.lines.get(timeout=10) == b"got two"
    watched.child.close()
    assert watched.end() == Exit(0, "")
    assert watched.exits.empty()


def test_every_line_comes_before_the_end() -> None:
    watched = Watched("for n in range(2000): print(n)\nprint('no newline', end='')")
    watched.end()
    assert watched.text() == [*(b"%d" % n for n in range(2000)), b"no newline"]


def test_a_failure_keeps_its_last_words_only() -> None:
    watched = Watched("import sys\nfor n in range(3000): print('line', n, file=sys.stderr)\nsys.exit(7)")
    end = watched.end()
    assert (end.code, end.cause()) == (7, "exit code 7")
    assert len(end.last_words.splitlines()) == STDERR_LINES_KEPT
    assert end.last_words.endswith("line 2999")


@posix
@pytest.mark.parametrize("name", ["SIGKILL", "SIGABRT", "SIGSEGV"])
def test_a_signal_is_named(name: str) -> None:
    number = signal.Signals[name]
    watched = Watched(ECHO)
    os.kill(watched.child.pid, number)
    end = watched.end()
    assert (end.code, end.cause()) == (-number, number.name)
    watched.child.send(b"to the dead")  # reported by the end, not here
    watched.child.kill()
    watched.child.close()


def test_an_unknown_signal_still_reads() -> None:
    assert Exit(-250, "").cause() == "signal 250"


def test_the_pipe_is_the_readers_alone() -> None:
    """While it waits for the next line, stdin answers everybody else: on Windows the pipe itself would not."""
    script = "import os, sys; from app.core.stdin import claim_stdin; mine = claim_stdin(); print(os.read(0, 9)); "
    script += "print(sys.stdin.read()); sys.stdout.flush()\nfor line in mine: print(line.strip(), flush=True)"
    watched = Watched(script, PYTHONPATH=str(APP_FOLDER))
    assert (watched.lines.get(timeout=10), watched.lines.get(timeout=10)) == (b"b''", b"")
    watched.child.send("问题".encode())
    assert watched.lines.get(timeout=10) == str("问题".encode()).encode()
    watched.child.close()
    assert watched.end().code == 0


def test_closing_ends_a_child_that_reads() -> None:
    watched = Watched(ECHO)
    watched.child.close()
    assert watched.end().code == 0
    watched.child.close()


def test_closing_kills_one_that_stays() -> None:
    watched = Watched("import time; print('up', flush=True); time.sleep(60)")
    watched.lines.get(timeout=10)
    watched.child.close(timeout_s=0.1)
    assert watched.end().code != 0


def test_closing_does_not_wait_for_a_send_that_is_stuck() -> None:
    watched = Watched("import time; print('up', flush=True); time.sleep(60)")
    watched.lines.get(timeout=10)
    sender = threading.Thread(target=watched.child.send, args=(b"x" * 4_000_000,))
    sender.start()
    time.sleep(0.2)
    assert sender.is_alive()  # the pipe is full and nobody reads
    watched.child.close(timeout_s=0.2)
    assert watched.end().code != 0
    sender.join(5)
    assert not sender.is_alive()


def test_foreign_engine_plug_ins_are_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GGML_BACKEND_PATH", "/evil")
    monkeypatch.setenv("KEPT", "yes")
    names = ("GGML_BACKEND_PATH", "KEPT", "GGML_NO_BACKTRACE", "GIVEN")
    watched = Watched(f"import os; print([os.environ.get(n) for n in {names}], os.getcwd())", GIVEN="too")
    watched.end()
    assert watched.text()[0].startswith(b"[None, 'yes', '1', 'too'] ")


@posix
def test_it_runs_away_from_the_current_folder() -> None:
    watched = Watched("import os; print(os.getcwd())")
    watched.end()
    assert watched.text() == [b"/"]


def test_a_program_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nothing|WinError 2"):
        Child([str(tmp_path / "nothing")], lambda _: None, lambda _: None)


def test_the_command_that_starts_this_program_again(monkeypatch: pytest.MonkeyPatch) -> None:
    command = own_command("engine", "--x")
    assert command[0] == sys.executable
    assert Path(command[-3]).is_absolute()
    assert Path(command[-3]).parts[-2:] == ("app", "__main__.py")
    assert command[-2:] == ["engine", "--x"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_command("engine") == [sys.executable, "engine"]
