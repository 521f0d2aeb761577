"""What every test gets: a home of its own, English, no screen, and a look at what it left behind."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from app.core import words

# What is compiled is kept, whatever the machine says: hundreds of children start here, and each would compile it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell that starts a job in the background has it ignore Ctrl+C, and its children after it; tests send that signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="carrel-tests-"))  # Qt warns without one

T = TypeVar("T")
GRACE_S = 3.0
FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CONFIG_HOME": ".config",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
    "WIN_PD_OVERRIDE_LOCAL_APPDATA": "AppData/Local",  # platformdirs asks Windows, not the environment
    "HF_HOME": ".cache/huggingface",
}
OUTSIDE = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "LANGUAGE")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home folder, so that no test reads or writes the profile, the models or the settings of a person."""
    home = tmp_path_factory.mktemp("home")
    for name, below in FOLDERS.items():
        monkeypatch.setenv(name, str(home / below))
    for name in [n for n in os.environ if n.upper() in OUTSIDE or n.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return home


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins in English, whatever the one before it spoke."""
    words.install("en", {})
    yield
    words.install("en", {})


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fails a test whose threads or child processes outlive it; those of wider fixtures began before and may stay."""
    threads, children = _threads(), _children()
    yield
    if left := _still_there(lambda: _threads() - threads):
        pytest.fail(f"threads left behind: {', '.join(sorted(thread.name for thread in left))}")
    if remaining := _still_there(lambda: _children() - children):
        commands = [_command(child) for child in remaining]
        for child in remaining:
            child.kill()
        pytest.fail(f"child processes left behind: {'; '.join(commands)}")


@pytest.fixture(scope="session", autouse=True)
def empty_clipboard_at_end() -> Iterator[None]:
    """Qt's offscreen platform crashes at exit while the clipboard holds an object made in Python."""
    yield
    if "PySide6.QtGui" in sys.modules:
        from PySide6.QtGui import QGuiApplication

        if QGuiApplication.instance() is not None:
            QGuiApplication.clipboard().clear()


def _still_there(found: Callable[[], set[T]]) -> set[T]:
    deadline = time.monotonic() + GRACE_S
    while (left := found()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.daemon}


def _children() -> set[psutil.Process]:
    if not _has_children():  # most tests; a look at every process of the computer takes longer than they do
        return set()
    return {child for child in psutil.Process().children() if "resource_tracker" not in _command(child)}


def _has_children() -> bool:
    """Living or dead, without waiting for one. True where the system cannot be asked."""
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _command(child: psutil.Process) -> str:
    try:
        return " ".join(child.cmdline()) or child.name()
    except psutil.ZombieProcess:
        return f"process {child.pid}, ended but never waited for"
    except psutil.NoSuchProcess:
        return "ended"
