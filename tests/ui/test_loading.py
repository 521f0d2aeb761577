"""How the model is loaded, decided in the window: what would come of it, what is kept, what the engine is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.config.settings import load_settings
from app.engine import messages as m
from app.fit.search import Fixed
from app.session.decided import decided_for
from app.session.demo import demo_model_path
from app.ui.pages.computer import ComputerPage
from app.ui.pages.loading_card import LoadingCard
from app.ui.pages.settings import SettingsPage
from app.ui.sample_computer import SAMPLE_MACHINE
from app.ui.widgets.context_slider import ContextSlider
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    monkeypatch.setattr("app.session.decided.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script("Yes."))
    made.window.guide.machine = SAMPLE_MACHINE
    made.window.guide.changed.emit()
    yield made
    made.close()


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def card_of(studio: Studio) -> LoadingCard:
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    page = studio.window.pages["computer"]
    assert isinstance(page, ComputerPage)
    return page.loading


def last_load(studio: Studio) -> m.Load:
    last: m.Load = studio.engine.loads[-1]
    return last


def test_a_context_is_foreseen_kept_and_loaded(studio: Studio) -> None:
    studio.load()
    card = card_of(studio)
    studio.wait(card.load.isEnabled)
    assert card.context.value is None
    assert card.context.words.text().startswith("Automatic: ")
    stops = card.context.slider
    stops.setValue(1)
    chosen = card.context.value
    assert chosen is not None
    studio.wait(lambda: f"{chosen // 1024}K tokens" in words_of(card) or f"{chosen:,} tokens" in words_of(card))
    card.kv.setCurrentIndex(card.kv.findData("q8_0"))
    card.kv.activated.emit(card.kv.currentIndex())
    studio.wait(lambda: "context in q8_0" in words_of(card))
    card.load.click()
    studio.wait(lambda: not studio.window.loader.is_busy)
    assert (last_load(studio).n_ctx, last_load(studio).kv_type) == (chosen, "q8_0")
    assert decided_for(studio.desk.home, demo_model_path()) == Fixed(n_ctx=chosen, kv_type="q8_0")
    assert studio.window.page == "chat"
    studio.window.loader.reload()
    studio.wait(lambda: not studio.window.loader.is_busy)
    assert last_load(studio).n_ctx == chosen, "the next start follows it"
    card = card_of(studio)
    card.automatic.click()
    assert card.fixed == Fixed()


def test_the_processor_alone(studio: Studio) -> None:
    studio.load()
    card = card_of(studio)
    card.more.setChecked(True)
    assert [card.cards.itemText(n) for n in range(card.cards.count())] == ["Automatic", "The processor alone"]
    card.cards.setCurrentIndex(1)
    card.cards.activated.emit(1)
    studio.wait(lambda: "on the processor" in words_of(card))
    card.load.click()
    studio.wait(lambda: not studio.window.loader.is_busy)
    assert last_load(studio).n_gpu_layers == 0


def test_what_cannot_be_loaded_says_why_and_is_not_offered(studio: Studio, tmp_path: Path) -> None:
    studio.load()
    card = card_of(studio)
    studio.wait(card.load.isEnabled)
    wrong = tmp_path / "not an adapter.gguf"
    wrong.write_bytes(b"GGUF nothing")
    card.more.setChecked(True)
    card.adapters.add_file(wrong)
    studio.wait(lambda: card.problem.isVisible())
    assert not card.load.isEnabled()
    assert card.problem.text()
    card.adapters.changed.emit(())
    studio.wait(card.load.isEnabled)


def test_nothing_is_offered_without_a_model(studio: Studio) -> None:
    assert not studio.window.modelbar.loading.isVisible()
    assert not card_of(studio).isVisible()


def test_slider_keeps_a_size_that_is_no_stop(qtbot: QtBot) -> None:
    slider = ContextSlider()
    qtbot.addWidget(slider)
    told: list[object] = []
    slider.chosen.connect(told.append)
    slider.show_value(35_840, longest_ctx=131_072, automatic_ctx=0)
    assert slider.value == 35_840
    assert told == []
    slider.slider.setValue(slider.slider.maximum())
    assert (slider.value, told) == (131_072, [131_072])
    assert slider.words.text() == "128K tokens, about 190 pages"
    slider.slider.setValue(0)
    assert told[-1] is None


def test_engine_settings_are_kept(studio: Studio) -> None:
    studio.window.show_page("settings")
    page = studio.window.pages["settings"]
    assert isinstance(page, SettingsPage)
    engine, readings = page.engine, page.readings
    engine.idle.setValue(30)
    engine.idle.editingFinished.emit()
    readings.budget.setValue(20)
    readings.budget.editingFinished.emit()
    engine.speculation.setChecked(False)
    assert not engine.draft.isEnabled()
    saved = load_settings(studio.desk.home.settings_file)
    assert (saved.idle_unload_min, saved.sessions_gb, saved.speculation) == (30, 20.0, False)
    studio.wait(lambda: "at most 20.0 GB" in readings.used.text())
    assert not readings.clear_all.isVisible()


def test_adapters_change_strength_and_leave(studio: Studio, tmp_path: Path) -> None:
    studio.load()
    adapters = card_of(studio).adapters
    adapters.add_file(tmp_path / "one.gguf")
    adapters.add_file(tmp_path / "one.gguf")
    adapters.add_file(tmp_path / "two.gguf")
    assert [Path(one.path).name for one in adapters.adapters] == ["one.gguf", "two.gguf"]
    adapters._on_scale(1, 0.5)
    assert card_of(studio).fixed.adapters[1].scale == 0.5
    adapters._on_remove(0)
    assert [msgspec.structs.astuple(one)[1] for one in adapters.adapters] == [0.5]


def test_two_cards_can_be_one_or_both(studio: Studio) -> None:
    studio.load()
    (gpu,) = SAMPLE_MACHINE.gpus
    other = msgspec.structs.replace(gpu, uuid="GPU-other", index=1)
    studio.window.guide.machine = msgspec.structs.replace(SAMPLE_MACHINE, gpus=(gpu, other))
    studio.window.guide.changed.emit()
    card = card_of(studio)
    choices = {card.cards.itemText(number): card.cards.itemData(number) for number in range(card.cards.count())}
    assert choices == {"Automatic": None, "One graphics card": 1, "All 2 graphics cards": 2, "The processor alone": 0}


def test_a_load_that_needs_too_much_leads_to_how_it_is_loaded(studio: Studio) -> None:
    studio.load()
    studio.script.load_failure = "out_of_memory"
    studio.window.loader.reload()
    card = studio.window.chat.engine_card
    studio.wait(card.change.isVisible, 20_000)
    assert card.support.isVisible()
    card.change.click()
    assert studio.window.page == "computer"
