"""What set-up shows and logs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from installers.firstrun.console import Console, Progress, spell_seconds

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path / "setup.log")


def test_output_goes_to_the_log_and_the_exit_code_comes_back(
    console: Console, capfd: pytest.CaptureFixture[str]
) -> None:
    assert console.run([sys.executable, "-c", "import sys; print('noise 书'); sys.exit(7)"]) == 7
    assert "noise 书" in console.log_file.read_text("utf-8")
    assert capfd.readouterr() == ("", "")


def test_the_last_words_are_those_of_the_last_command(console: Console) -> None:
    console.run(["sh", "-c", "echo 'error: an old one'"])
    console.run(
        ["sh", "-c", "echo 'DEBUG an error to skip'; echo '  × No solution found'; echo '  ╰─▶ for this reason'"]
    )
    assert console.last_words() == "No solution found for this reason"


def test_progress_is_read_from_the_compilers_counter() -> None:
    progress = Progress()
    assert str(progress) == ""
    progress.read(b"DEBUG [12/79] /usr/bin/g++ -O3\n")
    assert str(progress) == ", compiling: file 12 of 79"
    progress.read(b"see [1/2] in the middle\n")
    assert str(progress) == ", compiling: file 12 of 79"
    progress.read(b"[79/79] linking\n")
    assert str(progress) == ""


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (245, "4 min 05 s")])
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert spell_seconds(seconds) == text


def test_a_step_says_how_long_it_took(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    with console.step("Packing"):
        pass
    assert capsys.readouterr().err == "  Packing ...\n    done in 0 s\n"


def test_an_interruption_ends_the_compilers_below_the_command(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from installers.firstrun.console import Console\n"
        "Console(pathlib.Path(sys.argv[1])).run(['sh', '-c', 'sleep 60 & echo $! >' + sys.argv[2] + '; wait'])"
    )
    note = tmp_path / "pid"
    command = [sys.executable, "-c", script, str(tmp_path / "log"), str(note)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as running:
        deadline = time.monotonic() + 10
        while not (note.exists() and note.read_text().strip()) and time.monotonic() < deadline:
            time.sleep(0.02)
        below = psutil.Process(int(note.read_text()))
        time.sleep(0.5)  # the command may be quicker than the start of it returns
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=15)
    assert running.returncode != 0
    psutil.wait_procs([below], timeout=5)
    assert not below.is_running() or below.status() == psutil.STATUS_ZOMBIE
