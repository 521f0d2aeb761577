"""The page of a record offers the model it was made with, and comes back to the one in memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session.demo import demo_model_path
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script("Dogs are not kept."))
    yield made
    made.close()


def load(studio: Studio, path: Path) -> None:
    studio.window.load(path)
    studio.wait(lambda: studio.desk.engine.state.path == str(path) and not studio.window.loader.is_busy)
    studio.wait(lambda: studio.desk.engine.state.has_model)


def test_one_press_loads_the_recorded_model_and_the_other_comes_back(studio: Studio) -> None:
    first, second = (studio.desk.home.models / f"{name}.gguf" for name in ("First", "Second"))
    for path in (first, second):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(demo_model_path(), path)
    second.write_bytes(second.read_bytes() + b"\0")
    load(studio, first)
    studio.ask("Dogs?")
    window = studio.window
    window.recordings.show_last_record()
    studio.wait(lambda: window.recordings.record is not None)
    page: Any = window.pages["record"]
    assert page.rerun.go.isVisible()
    assert not page.rerun.recorded.isVisible()
    load(studio, second)
    window.show_page("record")
    assert not page.rerun.go.isVisible()
    assert page.rerun.other.isVisible()
    assert page.rerun.plain.isVisible()
    studio.qtbot.mouseClick(page.rerun.recorded, Qt.MouseButton.LeftButton)
    studio.wait(lambda: page.rerun.verdict.isVisible())
    assert page.rerun.verdict.text() == "The same text came out, letter for letter."
    studio.wait(lambda: not window.recordings.borrowed)
    assert studio.desk.engine.state.path == str(second)
    assert page.rerun.recorded.isVisible()
    assert not page.rerun.state.isVisible()
    loaded = [Path(spec.path).name for link in studio.engine.links for spec in link.loaded]
    assert loaded == ["First.gguf", "Second.gguf", "First.gguf", "Second.gguf"]
