"""A second start hands over to the first: to this home's alone, whatever is sent, and also after a crash."""

from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app.config.paths import open_home
from app.ui.doorbell import MOST_BYTES, Doorbell, Ring, read_ring, ring_of, server_name

RING = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.config.paths import open_home
from app.ui.doorbell import Doorbell, ring_of
application = QCoreApplication([])
bell = Doorbell(open_home(Path(sys.argv[1])))
print(bell.is_first, bell.ring(ring_of(sys.argv[2:])), flush=True)
"""
CRASH = RING.replace("print(", "import os; print(bell.is_first, flush=True); os._exit(9); print(")


@pytest.fixture
def bell(tmp_path: Path, qtbot: QtBot) -> Iterator[Doorbell]:
    made = Doorbell(open_home(tmp_path / "home"))
    yield made
    made.close()


def test_second_start_hands_over_and_the_first_hears(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    command = [sys.executable, "-c", RING, str(tmp_path / "home"), "a b.pdf", "/x/é.gguf"]
    with (
        qtbot.waitSignal(bell.rang, timeout=20_000) as heard,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second,
    ):
        pass_events(qtbot, second)
        assert second.stdout is not None
        assert second.stdout.read().split() == ["False", "True"]
    assert heard.args == [Ring((str(Path("a b.pdf").absolute()), str(Path("/x/é.gguf").absolute())))]


def test_crash_leaves_nothing_that_keeps_the_next_one_out(tmp_path: Path, qtbot: QtBot) -> None:
    home = tmp_path / "home"
    crashed = subprocess.run([sys.executable, "-c", CRASH, str(home)], capture_output=True, text=True, check=False)
    assert crashed.stdout.split() == ["True"]
    bell = Doorbell(open_home(home))
    assert bell.is_first
    assert knock(bell, home, b"{}\n", qtbot) == [Ring()]
    bell.close()


def test_each_home_has_its_own(bell: Doorbell, tmp_path: Path) -> None:
    other = Doorbell(open_home(tmp_path / "other"))
    assert bell.is_first
    assert other.is_first
    other.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a named pipe has no mode")
def test_only_this_user_can_ring(bell: Doorbell, tmp_path: Path) -> None:
    mode = Path(server_name(open_home(tmp_path / "home"))).stat().st_mode
    assert not mode & (stat.S_IRWXG | stat.S_IRWXO)


def test_socket_stands_where_only_this_user_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    with tempfile.TemporaryDirectory(prefix="short-") as name:  # pytest's own folder may be too deep for a socket
        folder = Path(name)
        assert Path(server_name(open_home(folder / "home"))).parent == folder / "home"
        deep = open_home(folder / ("deep" * 20) / "home")
        assert len(server_name(deep)) < 100
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        assert Path(server_name(deep)).parent == folder


def test_nonsense_is_not_heard(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    home = tmp_path / "home"
    for line in (b"hello\n", b'{"files": 7}\n', b"\xff\xfe\n", b"x" * (MOST_BYTES + 9)):
        assert knock(bell, home, line, qtbot) == []
    a = str(Path("/a").absolute())
    line = msgspec.json.encode({"files": ["relative", a, f"{a}\0c"]})
    assert knock(bell, home, line + b"\n", qtbot) == [Ring((a,))]


@given(st.binary(max_size=200))
def test_no_line_is_too_strange_to_read(line: bytes) -> None:
    ring = read_ring(line)
    assert ring is None or all(Path(name).is_absolute() for name in ring.files)


def test_paths_are_made_absolute_where_they_are_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "leave")
    assert ring_of(["a.pdf"], demo=True) == Ring((str(tmp_path / "a.pdf"),), demo=True, token="leave")


def knock(bell: Doorbell, home: Path, line: bytes, qtbot: QtBot) -> list[Ring]:
    """What the bell says about a line; the socket is closed at its other end afterwards."""
    heard: list[Ring] = []
    connection = bell.rang.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(server_name(open_home(home)))
    assert socket.waitForConnected(2_000)
    socket.write(line)
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState, timeout=5_000)
    bell.rang.disconnect(connection)
    return heard


def pass_events(qtbot: QtBot, process: subprocess.Popen[str]) -> None:
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
