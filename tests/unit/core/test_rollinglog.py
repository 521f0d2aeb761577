"""A log that another program has open loses no line."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from app.core.rollinglog import RollingLog


def test_lines_are_kept_although_the_file_cannot_be_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def held(*_: object) -> None:
        raise PermissionError(13, "held")

    log = RollingLog(tmp_path / "carrel.log", maxBytes=40, backupCount=2, encoding="utf-8", delay=True)
    said = [f"line number {number}" for number in range(9)]
    with monkeypatch.context() as patch:
        patch.setattr("logging.handlers.os.rename", held)
        for line in said:
            log.handle(logging.LogRecord("app", logging.WARNING, "", 0, line, None, None))
    assert (tmp_path / "carrel.log").read_text("utf-8").splitlines() == said
    log.handle(logging.LogRecord("app", logging.WARNING, "", 0, "free again", None, None))
    log.close()
    assert (tmp_path / "carrel.log").read_text("utf-8") == "free again\n"
    assert (tmp_path / "carrel.log.1").read_text("utf-8").splitlines() == said
    assert capsys.readouterr().err == ""
