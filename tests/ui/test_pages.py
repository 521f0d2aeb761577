"""The pages: what the computer is, which plan and why, downloads, models here, settings that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.catalog.index import load_catalog
from app.catalog.local import LocalModel
from app.config.settings import load_settings
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.fetch.progress import Progress
from app.fit.plan import advise
from app.session.demo import demo_model_path
from app.ui.downloads import Download
from app.ui.inspector.answer_card import AnswerCard
from app.ui.inspector.machine_cards import MachineCards
from app.ui.pages.download_card import DownloadCard, progress_words
from app.ui.pages.library import LibraryPage
from app.ui.pages.settings import SettingsPage
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script("Yes."))
    guide = made.window.guide
    guide.machine = SAMPLE_MACHINE
    guide.advice = advise(SAMPLE_MACHINE, load_catalog(made.desk.home.catalog_facts_file).candidates())
    guide.changed.emit()
    yield made
    made.close()


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def button(widget: QWidget, text: str) -> QAbstractButton:
    return next(b for b in widget.findChildren(QAbstractButton) if b.text() == text and not b.isHidden())


class FakePull:
    """A pull that only remembers what it was told."""

    def __init__(self) -> None:
        self.progressed: Emitter[[Progress]] = Emitter()
        self.ended: Emitter[[object]] = Emitter()
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda: self.told.append(name)


def test_download_card_counts_pauses_resumes_and_fails_in_place(studio: Studio) -> None:
    pull: Any = FakePull()
    downloads = studio.window.downloads
    download = Download("model.gguf", pull, Progress("downloading", 500_000_000, 2_000_000_000, 50e6, 30.0))
    downloads.all.append(download)
    card = DownloadCard(downloads, download)
    studio.qtbot.addWidget(card)
    card.show()
    assert "500 MB of 2.0 GB · 50 MB/s · 30 s left" in words_of(card)
    assert card.bar.value() == card.bar.maximum() // 4
    button(card, "Pause").click()
    download.progress = Progress("paused", 500_000_000, 2_000_000_000)
    downloads.changed.emit(download)
    button(card, "Resume").click()
    assert pull.told == ["pause", "resume"]
    download.error = CarrelError("no_space", "The disk is full.", "Make room.")
    downloads.changed.emit(download)
    assert "The disk is full. Make room." in words_of(card)


def test_progress_says_what_it_waits_for() -> None:
    trouble = CarrelError("cut", "The connection was cut.")
    assert "The connection was cut." in progress_words(Progress("downloading", 1, 2, trouble=trouble))
    assert progress_words(Progress("queued")) == "Waiting to begin"


def test_finished_download_is_loaded(studio: Studio) -> None:
    pull: Any = FakePull()
    download = Download("model.gguf", pull, path=demo_model_path())
    studio.window.downloads.finished.emit(download)
    studio.wait(lambda: studio.desk.engine.state.has_model)
    assert studio.desk.engine.state.path == str(demo_model_path())


def test_library_lists_what_is_here_and_loads_it(studio: Studio) -> None:
    model = studio.desk.home.models / "toy-q8_0.gguf"
    model.write_bytes(demo_model_path().read_bytes())
    (studio.desk.home.models / "broken.gguf").write_bytes(b"GGUF nothing")
    studio.window.guide.list_models()
    studio.window.show_page("library")
    page = studio.window.pages["library"]
    assert isinstance(page, LibraryPage)
    studio.wait(lambda: "toy" in words_of(page.here))
    assert "broken" in words_of(page.here)
    loads = [b for b in page.here.findChildren(QAbstractButton) if b.text() == "Load" and not b.isHidden()]
    assert len(loads) == 1, "a damaged file has no button"
    loads[0].click()
    studio.wait(lambda: studio.desk.engine.state.has_model)
    studio.wait(lambda: "Loaded" in words_of(page.here))


def test_chosen_file_that_is_no_model_is_refused_in_words(studio: Studio, tmp_path: Path) -> None:
    text = tmp_path / "notes.gguf"
    text.write_text("no model")
    studio.window.show_page("library")
    studio.window.open_model(text)
    studio.wait(lambda: studio.window.notices.isVisible())
    assert studio.window.notices.words
    assert not studio.window.loader.is_busy


def test_settings_hold_at_once_and_after_a_restart(studio: Studio) -> None:
    studio.window.show_page("settings")
    page = studio.window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.answers.thinking.click()
    page.answers.system_prompt.setPlainText("Answer briefly.")
    page.answers.system_prompt.kept(page.answers.system_prompt.toPlainText())
    page.models.proxy.setText("http://127.0.0.1:1")
    page.models.proxy.editingFinished.emit()
    page.models.margin.setValue(1024)
    page.models.margin.editingFinished.emit()
    kept = load_settings(studio.desk.home.settings_file)
    assert (kept.thinking, kept.system_prompt) == (False, "Answer briefly.")
    assert (kept.proxy, kept.vram_margin_mib) == ("http://127.0.0.1:1", 1024)
    assert not studio.window.chat.composer.thinking.isChecked()


def test_colours_and_language_are_found_among_the_commands(studio: Studio) -> None:
    studio.window.show_page("settings")
    page = studio.window.pages["settings"]
    assert isinstance(page, SettingsPage)
    (dark,) = studio.window.commands.search("dark colours")
    assert dark.act is not None
    dark.act()
    assert (studio.desk.settings.theme, page.appearance.theme.currentData()) == ("dark", "dark")
    assert not studio.window.commands.search("dark colours"), "they are dark already"
    (chinese,) = studio.window.commands.search("简体")
    assert chinese.act is not None
    chinese.act()
    assert [one.title for one in studio.window.commands.search("浅色")] == ["浅色"]


def test_settings_are_found_by_their_words(studio: Studio) -> None:
    studio.window.show_page("settings")
    page = studio.window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.search.setText("PROXY mirror")
    assert page.models.isVisible()
    assert not page.engine.isVisible()
    assert not page.appearance.isVisible()
    page.search.setText("general")
    assert page.appearance.isVisible()
    assert page.answers.isVisible()
    page.search.setText("nothing of the kind")
    assert page.nothing.isVisible()
    page.search.clear()
    assert page.engine.isVisible()
    assert not page.nothing.isVisible()
    page.search.setText("zzz")
    page.search.setFocus()
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert (page.search.text(), studio.window.page) == ("", "settings"), "the first Escape empties the line"
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert studio.window.page == "chat"


def test_the_preset_of_new_chats_follows_from_wherever_it_is_chosen(studio: Studio) -> None:
    studio.window.show_page("settings")
    page = studio.window.pages["settings"]
    assert isinstance(page, SettingsPage)
    studio.desk.change_settings(default_preset="contract", thinking=False)
    assert page.answers.default.currentText() == "Contract reading"
    assert not page.answers.thinking.isChecked()
    studio.desk.presets.remove("support")
    assert page.answers.default.currentText() == "Contract reading"
    assert page.answers.default.findData("support") < 0


def test_settings_language_box_speaks_chinese(studio: Studio) -> None:
    studio.window.show_page("settings")
    page = studio.window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.appearance.language.setCurrentIndex(page.appearance.language.findData("zh_CN"))
    page.appearance.language.activated.emit(page.appearance.language.currentIndex())
    assert studio.window.sidebar.new_button.text() == "新对话"
    again = studio.window.pages["settings"]
    assert isinstance(again, SettingsPage)
    assert again is not page
    assert again.appearance.language.currentData() == "zh_CN"
    studio.desk.change_settings(language="en")


def test_performance_shows_the_turn_and_the_computer(studio: Studio) -> None:
    window = studio.window
    window.modelbar.inspector.setChecked(True)
    stand_in: Any = window.telemetry
    stand_in.play()
    cards, answer = window.inspector.machine, window.inspector.answer
    assert isinstance(cards, MachineCards)
    assert isinstance(answer, AnswerCard)
    assert cards.load.isVisible()
    assert 80 < (cards.load.value or 0) <= 100
    assert cards.vram.parts.total_bytes == 24 << 30
    assert "22.6 / 24.0 GB" in window.sidebar.chip.accessibleName()
    studio.load()
    studio.ask("A question")
    assert "tokens" in words_of(answer)
    assert (answer.speed.value or 0) > 0


def test_another_model_is_one_press_away(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a choice; a single model leads to the page that says how others come here."""
    window = studio.window
    asked: list[Path] = []
    monkeypatch.setattr(window, "load", asked.append)
    window.show_page("chat")
    window.guide.models = [LocalModel(Path("/m/Qwen3-8B-Q4_K_M.gguf"), "Qwen3-8B-Q4_K_M", "Q4_K_M", 5_027_783_488)]
    window.modelbar.model.click()
    assert window.page == "library"
    window.show_page("chat")
    window.guide.models.append(LocalModel(Path("/m/Qwen3-32B-Q5_K_M.gguf"), "Qwen3-32B-Q5_K_M", "Q5_K_M", 0))
    window.modelbar.model.click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert window.page == "chat"
    assert [act.text() for act in menu.actions()] == ["Qwen3-8B, 4-bit\t5.0 GB", "Qwen3-32B, 5-bit", "", "All models…"]
    menu.actions()[1].trigger()
    assert asked == [Path("/m/Qwen3-32B-Q5_K_M.gguf")]
    menu.close()


def test_what_is_on_its_way_is_not_asked_for_twice(studio: Studio) -> None:
    window = studio.window
    page = LibraryPage(studio.desk, window.guide, window.downloads)
    assert window.guide.advice is not None
    plan = window.guide.advice.recommended
    get = next(made for one, made in page._gets if one is plan)
    assert get.isEnabled()
    assert get.text().startswith("Download ")
    pull: Any = FakePull()
    download = Download(plan.model.file, pull, Progress("downloading", 1, 2))
    window.downloads.all.append(download)
    window.downloads.listed.emit()
    assert (get.text(), get.isEnabled()) == ("Downloading", False)
    window.guide.models = [LocalModel(Path("/m") / Path(plan.model.file).name, "", "Q4_K_M", 1)]
    window.downloads.all.clear()
    window.downloads.listed.emit()
    assert (get.text(), get.isEnabled()) == ("Load it", True)
    page.deleteLater()


def test_the_name_of_the_model_is_whole_where_there_is_room(studio: Studio) -> None:
    studio.window.show_page("chat")
    model = studio.window.modelbar.model
    for words in ("No model loaded", "Qwen3-32B, 4-bit, 3,072 tokens", "Qwen3-32B，4 位，30K 个词元"):
        model.set_words(words)
        QApplication.processEvents()
        assert model.text() == words
        model.setFixedWidth(110)
        QApplication.processEvents()
        assert model.text().endswith("…")
        assert words in model.toolTip()
        model.setMaximumWidth(16_777_215)
        model.setMinimumWidth(0)
        QApplication.processEvents()
        assert model.text() == words
