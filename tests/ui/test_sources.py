"""What is spared at the start of PySide still works when it is wanted."""

from __future__ import annotations

import re
import subprocess
import sys

from app.core.child import APP_FOLDER
from app.ui.sources import LONG, compiling_later


def test_long_patterns_are_compiled_when_they_are_used() -> None:
    long = "a" * LONG + "(b)"
    with compiling_later():
        pattern = re.compile(long)
        search = pattern.search
        short = re.compile("c")
    assert isinstance(short, re.Pattern)
    assert not isinstance(pattern, re.Pattern)
    found = search("a" * LONG + "b")
    assert found is not None
    assert found.group(1) == "b"
    assert pattern.fullmatch("b") is None
    assert isinstance(re.compile(long), re.Pattern)


def test_pyside_still_says_what_is_wrong_with_a_call() -> None:
    code = """
from app.ui.sources import read_no_sources
read_no_sources()
from PySide6.QtCore import QPoint
try:
    QPoint("one", 2)
except TypeError as error:
    print(error)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=APP_FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "called with wrong argument types" in done.stdout
    assert "xpos: int, ypos: int" in done.stdout
    assert done.stderr == ""
