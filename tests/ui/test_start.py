"""The first run: from a bare profile to the first answer in three presses of the mouse, and what stands in the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import MagicMock

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.catalog.index import load_catalog
from app.core import words
from app.core.errors import CarrelError
from app.fetch.progress import Progress
from app.fit.plan import Advice, advise
from app.machine.snapshot import Machine, load_machine
from app.session.demo import demo_model_path, demo_question
from app.session.library import Pull
from app.ui.app import _begin
from app.ui.pages.download_card import DownloadCard
from app.ui.pages.plan_card import PlanView
from app.ui.pages.start import StartPage
from app.ui.plan_words import computer_sentence, other_sentence, plan_sentence
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio, drop

MACHINES = Path(__file__).parents[1] / "helpers" / "machines"


def advice_for(machine: Machine) -> Advice:
    return advise(machine, load_catalog(Path("nowhere")).candidates())


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script("The rent is 1,450."))
    show_machine(made, SAMPLE_MACHINE)
    yield made
    made.close()


def show_machine(studio: Studio, machine: Machine) -> None:
    guide = studio.window.guide
    guide.machine, guide.advice_error = machine, None
    try:
        guide.advice = advice_for(machine)
    except CarrelError as error:
        guide.advice, guide.advice_error = None, error
    guide.changed.emit()


def start_page(studio: Studio) -> StartPage:
    studio.window.show_page("start")
    page = studio.window.pages["start"]
    assert isinstance(page, StartPage)
    return page


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


class Mouse:
    """Presses what is seen at a place of the window, as a hand does, and counts."""

    def __init__(self, studio: Studio) -> None:
        self._window = studio.window
        self.presses = 0

    def press(self, widget: QWidget) -> None:
        middle = widget.mapTo(self._window, QPoint(widget.width() // 2, widget.height() // 2))
        assert widget.isVisible()
        assert widget.isEnabled()
        seen = self._window.childAt(middle)
        assert seen is not None
        assert seen is widget or widget.isAncestorOf(seen), "something lies over it"
        self.presses += 1
        handle = self._window.windowHandle()
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)


def test_the_keyboard_is_at_the_button_that_begins(studio: Studio) -> None:
    page = start_page(studio)
    assert page.get.hasFocus()
    assert page.choice is not None
    page.choice.rows[1].radio.setFocus()
    studio.window.guide.changed.emit()
    assert page.choice.rows[1].radio.hasFocus(), "a second look at the computer takes it from nobody"


def test_three_presses_lead_from_a_bare_profile_to_an_answer(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    pulls: list[Pull] = []
    monkeypatch.setattr("app.session.library.Pull.start", lambda pull: pulls.append(pull))
    window, mouse = studio.window, Mouse(studio)
    assert window.page == "start"
    page = start_page(studio)
    mouse.press(page.get)
    page.get.click()
    (pull,) = pulls
    assert pull.name == "Qwen3-32B-Q4_K_M.gguf"
    pull.progressed.emit(Progress("downloading", 5_000_000_000, 19_762_149_024, 90e6, 164.0))
    card = page.findChild(DownloadCard)
    assert card is not None
    assert "5.0 GB of 19.8 GB" in words_of(card)
    assert not page.get.isVisible(), "what runs is not begun twice"
    assert page.begin.promise.isVisible()
    assert page.demo.isEnabled()
    assert not page.offline.fold.isChecked()
    pull.ended.emit(CarrelError("unreachable", "There is no network.", "Check the cable."))
    assert "There is no network. Check the cable." in words_of(card)
    assert page.offline.fold.isChecked(), "the way without a network is shown"
    arrived = studio.desk.home.models / "Qwen3-32B-Q4_K_M.gguf"
    shutil.copy(demo_model_path(), arrived)
    pull.ended.emit(arrived)
    studio.wait(lambda: window.page == "chat" and studio.desk.engine.state.has_model)
    starters = window.chat.transcript.welcome.starters
    assert len(starters) == 3
    mouse.press(starters[2])
    assert window.chat.composer.text
    mouse.press(window.chat.composer.send_button)
    studio.wait(lambda: studio.last_text() == "The rent is 1,450.")
    assert mouse.presses == 3


def test_without_a_network_and_with_the_demo(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window, mouse = studio.window, Mouse(studio)
    _choose_from_a_stick(studio, tmp_path, monkeypatch)
    mouse.press(start_page(studio).demo)
    studio.wait(lambda: studio.desk.engine.state.has_model and bool(window.conversation.documents))
    starters = window.chat.transcript.welcome.starters
    assert starters[0].accessibleName() == demo_question()
    assert not window.chat.transcript.welcome.cards, "a toy follows no preset"
    assert window.chat.composer.text == demo_question()
    mouse.press(starters[1])
    assert window.chat.composer.text == starters[1].accessibleName()
    assert len(window.conversation.documents) == 1, "the sample is attached once"
    studio.wait(window.chat.composer.send_button.isEnabled)
    mouse.press(window.chat.composer.send_button)
    studio.wait(lambda: studio.last_text() != "")
    assert mouse.presses == 3


def _choose_from_a_stick(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says what to fetch elsewhere, refuses a folder where it was chosen, and takes one that is dropped."""
    page = start_page(studio)
    page.offline.fold.setChecked(True)
    assert "Qwen3-32B-Q4_K_M.gguf (19.8 GB)" in page.offline.words.text()
    page.offline.copy.click()
    assert QGuiApplication.clipboard().text() == page.offline.address.text()
    assert page.offline.address.text().startswith("https://huggingface.co/Qwen/Qwen3-32B-GGUF/")
    stick = tmp_path / "stick"
    stick.mkdir()
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getExistingDirectory", lambda *_: str(stick))
    page.offline.folder.click()
    studio.wait(lambda: "There is no GGUF model" in page.begin.refused.text())
    assert page.begin.refused.isVisible()
    assert not studio.window.notices.isVisible(), "it is told where it was chosen"
    shutil.copy(demo_model_path(), stick / "model.gguf")
    assert drop(page.viewport(), stick)
    assert not page.begin.refused.isVisible()
    studio.wait(lambda: studio.desk.engine.state.has_model)
    assert studio.window.page == "chat"
    assert studio.desk.engine.state.path == str(stick / "model.gguf")


def test_the_page_names_computer_plan_and_alternatives_and_what_stands_in_the_way(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page, advice = start_page(studio), studio.window.guide.advice
    assert advice is not None
    assert page.choice is not None
    words = words_of(page)
    for wanted in ("GeForce RTX 4090", "570.86.15", "23.4 GB free of 24.0 GB", "Recommended", "19.8 GB"):
        assert wanted in words
    assert plan_sentence(advice.recommended) in words
    assert page.get.text().startswith("Download 19.8")
    assert [row.radio.isChecked() for row in page.choice.rows] == [True, False, False]
    Mouse(studio).press(page.choice.rows[1].sentence)
    assert page.choice.plan is advice.alternatives[0]
    assert [row.radio.isChecked() for row in page.choice.rows] == [False, True, False]
    assert not page.get.text().startswith("Download 19.8")
    page.choice.details.setChecked(True)
    view = page.findChild(PlanView)
    assert view is not None
    assert view.plan is advice.alternatives[0]
    show_machine(studio, msgspec.structs.replace(SAMPLE_MACHINE, ram_free_bytes=51 << 30))
    assert page.choice.rows[1].radio.isChecked(), "a second look at the computer leaves the choice alone"
    _too_little_disk(studio, monkeypatch, tmp_path)
    _too_small(studio)


def _too_little_disk(studio: Studio, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """It is told, and the way out stands beside it."""
    monkeypatch.setattr(studio.window.guide, "refresh", lambda: None)
    show_machine(studio, msgspec.structs.replace(SAMPLE_MACHINE, disk_free_bytes=3_000_000_000))
    page = start_page(studio)
    page.choice.rows[0].radio.setChecked(True)  # type: ignore[union-attr]
    assert not page.get.isEnabled()
    assert page.begin.place.isVisible()
    assert "The disk has 3.0 GB free; 19.8 GB are needed. Make room" in page.begin.space.text()
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getExistingDirectory", lambda *_: str(folder))
    page.begin.place.click()
    assert studio.desk.settings.models_folder == str(folder)
    show_machine(studio, SAMPLE_MACHINE)
    assert page.get.isEnabled()
    assert not page.begin.place.isVisible()


def _too_small(studio: Studio) -> None:
    """It is told so, and still has the demo."""
    tiny = msgspec.structs.replace(SAMPLE_MACHINE, gpus=(), ram_total_bytes=1 << 30, ram_free_bytes=400 << 20)
    show_machine(studio, tiny)
    page = start_page(studio)
    studio.wait(lambda: "No model of the catalog runs here" in words_of(page.plan))
    assert "demo runs on any computer" in words_of(page.plan)
    assert not page.get.isEnabled()
    assert page.demo.isEnabled()
    assert page.choose.isEnabled()


SAID: dict[str, Callable[[str, str], bool]] = {
    "rtx4090": lambda computer, plan: "Enough for Qwen3-32B" in computer and "wholly on the GeForce RTX 4090" in plan,
    "gpu12": lambda computer, plan: "smaller model" in computer and "wholly on the GeForce RTX 3060" in plan,
    "cpu32": lambda computer, plan: "on the processor here" in computer and "Runs on the processor" in plan,
}


@pytest.mark.parametrize("name", SAID)
def test_every_computer_gets_an_honest_sentence(name: str) -> None:
    advice = advice_for(load_machine(MACHINES / f"{name}.json"))
    assert SAID[name](computer_sentence(advice), plan_sentence(advice.recommended))
    for other in advice.alternatives:
        larger = "32B" in other.model.name and "32B" not in advice.recommended.model.name
        assert ("larger model" in other_sentence(other, advice.recommended)) == larger


@pytest.mark.parametrize(("language", "shown", "told"), [("zh_CN", False, 1), ("zh_CN", True, 0), ("en", False, 0)])
def test_boxes_for_chinese_are_explained(
    language: str, shown: bool, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.app.can_show_chinese", lambda: shown)
    monkeypatch.setattr("app.ui.app._collect_garbage", lambda: None)
    monkeypatch.setattr("app.ui.app._set_formulas", lambda: None)
    words.install(language, {})
    window = MagicMock()
    _begin(window, [], [])
    assert window.notices.tell_error.call_count == told
