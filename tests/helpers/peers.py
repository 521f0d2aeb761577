"""A desktop made for one test, of real programs: an X server, a session bus, and whatever a test starts in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from app.session.demo import demo_model_path

PATIENCE_S = 60.0
WISHED = bool(os.environ.get("CARREL_PEERS"))  # read when tests are collected: they run without Carrel's own variables


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips a test that nobody asked for, or whose programs are not here."""
    missing = [name for name in programs if shutil.which(name) is None and not Path(name).exists()]
    reason = f"not installed: {', '.join(missing)}" if missing else "CARREL_PEERS=1 asks for it"
    return pytest.mark.skipif(not WISHED or bool(missing) or sys.platform != "linux", reason=reason)


class Desktop:
    """`env` is what a program of this desktop is given."""

    def __init__(self, folder: Path, *, screen: bool = True) -> None:
        self.folder, self._running = folder, list[subprocess.Popen[bytes]]()
        runtime = tempfile.mkdtemp(prefix="carrel-peers-")  # a socket's path must be short
        self._runtime = Path(runtime)
        kept = {name: os.environ[name] for name in os.environ if name in ("PATH", "HOME") or name.startswith("XDG_")}
        self.env = kept | {"XDG_RUNTIME_DIR": runtime, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}
        if screen:
            self.env["DISPLAY"] = ":" + self._said(["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24"])
            self.start("openbox")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self._said(["dbus-daemon", "--session", "--nofork", "--print-address=1"])

    def start(self, *words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> None:
        """A program that runs until the end."""
        with (self.folder / f"{Path(words[0]).name}.log").open("ab") as log:
            process = subprocess.Popen(words, env=self.env | (env or {}), stdin=subprocess.PIPE, stdout=log, stderr=log)
        with _given(process.stdin) as written:
            written.write(stdin)
        self._running.append(process)

    def ask(self, *words: str) -> str:
        """What a program says that ends by itself."""
        done = subprocess.run(words, env=self.env, capture_output=True, timeout=PATIENCE_S, check=False)
        return (done.stdout + done.stderr).decode("utf-8", "replace").strip()

    def python(self, code: str) -> str:
        """What Carrel's own Python says to this."""
        return self.ask(sys.executable, "-c", code)

    def open_carrel(self, home: Path, **env: str) -> None:
        """The window over a home that knows a model, until it can be typed into."""
        home.mkdir()
        (home / "settings.toml").write_text(f'last_model = "{demo_model_path()}"\n', "utf-8")
        self.start(sys.executable, "-m", "app", "--home", str(home), env=env)
        wait(lambda: self.ask("xdotool", "search", "--onlyvisible", "--name", "^Carrel$").isdigit())
        self.ask("xdotool", "search", "--onlyvisible", "--name", "^Carrel$", "windowactivate", "--sync")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.ask("xdotool", "key", "--clearmodifiers", key)
            time.sleep(0.3)

    def type(self, text: str) -> None:
        self.ask("xdotool", "type", "--delay", "80", text)
        time.sleep(0.8)

    def close(self) -> None:
        for process in reversed(self._running):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._runtime, ignore_errors=True)

    def _said(self, words: list[str]) -> str:
        """The first line of a program that goes on running."""
        process = subprocess.Popen(words, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._running.append(process)
        with _given(process.stdout) as said:
            return said.readline().decode().strip()


def wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.1)


def _given(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
