"""What Carrel tells of itself: what it changed, and the bundle of logs for someone who helps."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QFileDialog
from pytestqt.qtbot import QtBot

from app.core.errors import CarrelError
from app.ui.chat.failure import FailurePart
from app.ui.receipts import SUPPORT, failure_of
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    target = str(tmp_path / "bundle 支持.zip")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (target, ""))
    made = Studio(tmp_path / "home", qtbot, Script("one two three four", die_after=2, delay_s=0.01))
    yield made
    made.close()


def test_a_failed_answer_offers_a_bundle_that_holds_none_of_its_words(studio: Studio, tmp_path: Path) -> None:
    studio.load()
    studio.ask("Confidential question", to_the_end=False)
    view = studio.window.chat.view
    studio.wait(lambda: view.count == 2 and view.message(1).failure is not None)
    failure = view.message(1).failure
    assert failure is not None
    assert (failure.action_label, failure.other) == ("Reload the model", SUPPORT)
    buttons = [b for b in view.findChildren(QAbstractButton) if b.text() == "Save support bundle…"]
    buttons[0].click()
    studio.wait(lambda: "is saved" in studio.window.notices.words)
    with zipfile.ZipFile(tmp_path / "bundle 支持.zip") as bundle:
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
    assert everything
    assert b"Confidential" not in everything


def test_the_about_page_offers_it_too(studio: Studio, tmp_path: Path) -> None:
    studio.window.show_page("about")
    page = studio.window.pages["about"]
    next(b for b in page.findChildren(QAbstractButton) if b.text() == "Save support bundle…").click()
    studio.wait((tmp_path / "bundle 支持.zip").exists)


def test_what_carrel_did_by_itself_is_told(studio: Studio) -> None:
    studio.desk.noticed.emit("Memory ran out, so the model was loaded again with a shorter context.")
    assert studio.window.notices.isVisible()
    assert "shorter context" in studio.window.notices.words


def test_only_a_broken_engine_offers_a_bundle() -> None:
    busy = failure_of("failed", CarrelError("engine_busy", "Busy."), "", True)
    assert busy is not None
    assert (busy.action, busy.other) == ("", "")
    stalled = failure_of("failed", None, "engine_stalled", True)
    assert stalled is not None
    assert stalled.cause == "The engine no longer moved and was ended."
    assert stalled.other == SUPPORT


def test_both_buttons_of_a_failure_stand_beside_each_other(qtbot: QtBot) -> None:
    note = failure_of("failed", CarrelError("engine_died", "It died."), "", False)
    assert note is not None
    part = FailurePart(None, note)  # type: ignore[arg-type]
    qtbot.addWidget(part)
    part.resize(600, part.fit(600))
    first, second = part.buttons
    assert first.geometry().right() < second.geometry().left()
    assert first.geometry().bottom() < part.height()
