"""One set-up at a time, and the stamp of a finished one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from installers.firstrun.console import Console
from installers.firstrun.guard import Stamp, only_one

ROOT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys
from pathlib import Path
from installers.firstrun.console import Console
from installers.firstrun.guard import only_one
with only_one(Console(Path(sys.argv[1] + ".log")), Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def hold(lock: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(lock)]
    holder = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_the_second_set_up_waits_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with hold(tmp_path / "lock") as first:
        command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as second:
            assert second.stderr is not None
            assert "Waiting for it to finish" in second.stderr.readline()
            assert second.poll() is None
            first.communicate("\n")
            out, _ = second.communicate("\n")
            assert out == "held\n"
    with only_one(Console(tmp_path / "log"), tmp_path / "lock"):
        assert capsys.readouterr().err == ""


def test_a_killed_set_up_leaves_the_lock_free(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with hold(tmp_path / "lock") as holder:
        holder.kill()
        holder.communicate()
    with only_one(Console(tmp_path / "log"), tmp_path / "lock"):
        assert capsys.readouterr().err == ""


def test_a_stamp_is_read_as_it_was_written(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "stamp")
    assert stamp.read() == ("", False)
    stamp.write("key", dev=True)
    assert stamp.read() == ("key", True)


def test_an_unfinished_set_up_matches_no_key_but_remembers_the_tests_packages(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "stamp")
    stamp.write("key", dev=True)
    stamp.clear()
    key, dev = stamp.read()
    assert key not in ("", "key")
    assert dev


@pytest.mark.parametrize("content", ["", "key", "key run extra", "\xff"])
def test_a_damaged_stamp_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "stamp").write_bytes(content.encode("latin-1"))
    assert Stamp(tmp_path / "stamp").read() == ("", False)
