"""The real program twice over one home: the second start hands over and leaves; a crash of the first is told."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.config.paths import open_home
from app.ui.doorbell import Ring, _ring, server_name

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a display that is only said to be there")
PATIENCE_S = 60


@pytest.fixture
def display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody answers at the address of a display; Qt draws to nowhere."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as server:
        server.bind(str(runtime / "wayland-0"))
        server.listen(16)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        yield


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "app", "--home", str(home), *words]


def wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def test_second_start_hands_over_and_a_crash_is_told(display: None, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "note ü.txt"
    file.write_text("The rent is 900.", "utf-8")
    bell, marker, draft = Path(server_name(open_home(home))), home / "running.json", home / "draft.json"
    with subprocess.Popen(command(home)) as first:
        try:
            wait(lambda: bell.exists() and marker.exists())
            second = subprocess.run(command(home, str(file)), timeout=PATIENCE_S, check=False)
            assert second.returncode == 0
            assert first.poll() is None, "the first is still the one"
            wait(lambda: draft.exists() and str(file) in draft.read_text("utf-8"))
        finally:
            first.send_signal(signal.SIGKILL)
    assert bell.exists(), "a killed program cleans up nothing"
    assert marker.exists()
    before = marker.read_bytes()
    with subprocess.Popen(command(home)) as third:
        try:
            wait(lambda: marker.exists() and marker.read_bytes() != before)
            wait(lambda: _ring(server_name(open_home(home)), Ring()))
        finally:
            third.send_signal(signal.SIGTERM)
        assert third.wait(PATIENCE_S) == 0
    assert not marker.exists(), "this one ended well"
