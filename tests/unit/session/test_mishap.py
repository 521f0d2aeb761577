"""What is handed on about a failure: where it was, and no word of the user's; and how the last run ended."""

from __future__ import annotations

import getpass
import subprocess
import sys
from pathlib import Path

import pytest

from app.config.paths import Home, open_home
from app.core.errors import CarrelError
from app.session.lastrun import LastRun, Marker, _this_run
from app.session.mishap import Mishap, describe_error, mishap_of

RUN = """
import os, sys
from pathlib import Path
from app.config.paths import open_home
from app.session.lastrun import LastRun
run = LastRun(open_home(Path(sys.argv[1])))
found = run.begin()
print(found.kind if found else "well")
sys.stdout.flush()
match sys.argv[2]:
    case "end": run.end()
    case "kill": os.kill(os.getpid(), 9)
    case "fault":
        import faulthandler
        faulthandler._sigabrt()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


def run(home: Home, how: str) -> str:
    """Begin and end a run in a process of its own; what it said of the one before."""
    command = [sys.executable, "-c", RUN, str(home.root), how]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def look(home: Home) -> Mishap | None:
    """Begin and end well, here; what was found of the run before."""
    last = LastRun(home)
    found = last.begin()
    last.end()
    return found


def failure(secret: str) -> BaseException:
    def inner() -> None:
        raise ValueError(secret)

    try:
        try:
            inner()
        except ValueError as cause:
            raise RuntimeError(f"about {secret}") from cause
    except RuntimeError as error:
        found = error
    return found


def test_description_says_where_and_keeps_the_words() -> None:
    told = describe_error(failure("my confidential contract"))
    assert "confidential" not in told
    assert told.startswith("RuntimeError\n")
    assert "caused by ValueError" in told
    assert "test_mishap.py:" in told
    assert "in inner" in told


def test_description_names_neither_home_nor_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "aurelia")
    missing = ImportError(f"cannot load {Path.home()}/lib/thing.so of /data/aurelia/x")
    told = mishap_of(missing).details
    assert "thing.so" in told
    assert str(Path.home()) not in told
    assert "aurelia" not in told


def test_errors_with_words_of_their_own_keep_what_helps() -> None:
    assert (
        describe_error(CarrelError("disk_full", "The {file} is full.", "x", file="secret")) == "CarrelError: disk_full"
    )
    assert describe_error(OSError(28, "No space left", "/home/x/secret.pdf")) == "OSError: No space left"


def test_good_end_leaves_nothing_to_tell(home: Home) -> None:
    last = LastRun(home)
    assert last.begin() is None
    last.end()
    last.end()
    assert look(home) is None
    assert not (home.logs / "crash-before.log").exists()


@pytest.mark.parametrize(
    "how", ["kill", pytest.param("fault", marks=pytest.mark.skipif(sys.platform == "win32", reason=""))]
)
def test_crash_is_told_once(home: Home, how: str) -> None:
    assert run(home, how) == "well"
    found = look(home)
    assert found is not None
    assert found.kind == "crash"
    assert ("Abort" in found.details) is (how == "fault")
    assert (home.logs / "crash-before.log").exists() is (how == "fault"), "for the support bundle"
    assert look(home) is None


def test_power_cut_is_told_from_a_crash(home: Home) -> None:
    import msgspec

    now = _this_run()
    before = Marker(now.pid, "another start" if now.boot else "", now.boot_s - 100_000)
    (home.root / "running.json").write_bytes(msgspec.json.encode(before))
    found = look(home)
    assert found is not None
    assert found.kind == "power"


def test_marker_cut_off_is_a_crash(home: Home) -> None:
    (home.root / "running.json").write_bytes(b'{"pid": 1')
    found = look(home)
    assert found is not None
    assert found.kind == "crash"
