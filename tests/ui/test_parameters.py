"""How a chat is answered, chosen at the window's edge: what reaches the engine, what stays, what is refused."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.params import PLAIN, THINKING, Choices
from app.engine import messages as m
from app.session.demo import demo_model_path
from app.store.store import Store
from app.ui.inspector.parameters import Parameters
from app.ui.inspector.value_row import Value
from app.ui.inspector.values import value_groups
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Studio]]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one() -> Studio:
        studios.append(Studio(tmp_path / "home", qtbot, Script("Yes.")))
        return studios[-1]

    yield open_one
    for studio in studios:
        studio.close()


def load(studio: Studio) -> None:
    """A model that has no values of its own, as the demo has."""
    path = studio.desk.home.root / "model.gguf"
    if not path.exists():
        shutil.copy(demo_model_path(), path)
    studio.window.load(path)
    studio.wait(lambda: studio.desk.engine.state.has_model and not studio.window.loader.is_busy)


def panel(studio: Studio) -> Parameters:
    studio.window.frame.right.button.setChecked(True)
    studio.window.inspector.show_tab("parameters")
    return studio.window.inspector.parameters


def sent(studio: Studio) -> m.Generate:
    last: m.Generate = studio.engine.links[0].generated[-1]
    return last


def test_a_value_belongs_to_its_chat_and_survives_a_restart(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    load(studio)
    rows = panel(studio).rows
    assert not rows["temperature"].back.isVisible()
    rows["temperature"].field.setValue(0.25)
    rows["seed"].field.setValue(11)
    assert rows["temperature"].back.isVisible()
    assert "0.60" in rows["temperature"].back.accessibleName()
    assert studio.window.chat.composer.parameters.text().strip() == "2 changed"
    studio.ask("One?")
    assert (sent(studio).sampling.temperature, sent(studio).sampling.seed) == (0.25, 11)
    studio.window.new_chat()
    assert rows["temperature"].field.value() == THINKING.temperature
    assert rows["seed"].field.text() == "Random"
    studio.ask("Two?")
    assert sent(studio).sampling.temperature == THINKING.temperature
    studio.close()
    again = open_studio()
    again.window.conversation.refresh_list()
    again.wait(lambda: len(again.window.conversation.chats) == 2)
    first = next(chat for chat in again.window.conversation.chats if chat.title == "One?")
    again.window.conversation.open_chat(first.id)
    again.wait(lambda: panel(again).rows["temperature"].field.value() == 0.25)
    panel(again).reset.click()
    again.wait(lambda: again.desk.store.call(lambda store: store.chat(first.id).choices) == Choices())


def test_choices_of_a_chat_not_begun_survive_other_chats_and_a_restart(open_studio: Callable[[], Studio]) -> None:
    first = open_studio()
    load(first)
    first.ask("A question")
    first.window.new_chat()
    panel(first).rows["top_k"].field.setValue(7)
    first.window.conversation.open_chat(first.window.conversation.chats[0].id)
    first.wait(lambda: panel(first).rows["top_k"].field.value() == THINKING.top_k)
    first.window.new_chat()
    assert panel(first).rows["top_k"].field.value() == 7
    first.close()
    second = open_studio()
    assert panel(second).rows["top_k"].field.value() == 7
    load(second)
    second.ask("Mine?")
    assert sent(second).sampling.top_k == 7
    second.window.new_chat()
    assert panel(second).rows["top_k"].field.value() == THINKING.top_k


def test_the_preset_follows_the_thinking_switch(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    load(studio)
    parameters = panel(studio)
    parameters.rows["temperature"].field.setValue(0.7)
    assert "One value" in parameters.preset.text()
    studio.window.chat.composer.thinking.setChecked(False)
    assert not parameters.thinking.isChecked()
    assert parameters.rows["top_p"].field.value() == PLAIN.top_p
    assert parameters.preset.text() == "As the model card advises for plain answers."
    assert not parameters.reset.isEnabled()
    parameters.thinking.setChecked(True)
    assert studio.window.chat.composer.thinking.isChecked()
    assert parameters.reset.isEnabled()


def test_one_value_goes_back_alone(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    rows = panel(studio).rows
    rows["seed"].field.setValue(3)
    rows["min_p"].field.setValue(0.1)
    rows["seed"].back.click()
    assert studio.window.conversation.manner.choices == Choices(min_p=0.1)
    assert rows["seed"].field.text() == "Random"
    rows["seed"].field.setValue(5)
    rows["seed"].field.setValue(-1)
    assert studio.window.conversation.manner.choices.seed is None


def test_a_form_is_judged_while_typed_and_refused_when_wrong(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    load(studio)
    form = panel(studio).form
    form.fold.setChecked(True)
    form.kind.setCurrentIndex(form.kind.findData("json_schema"))
    form.kind.activated.emit(form.kind.currentIndex())
    form.edit.setPlainText('{"type": "object"')
    studio.wait(lambda: "line 1" in form.verdict.text())
    studio.ask("As JSON?", to_the_end=False)
    studio.wait(lambda: studio.window.chat.refusal.isVisible())
    assert "JSON schema is not JSON" in studio.window.chat.refusal.words.text()
    assert studio.window.chat.composer.text == "As JSON?"
    form.edit.setPlainText('{"type": "object"}')
    studio.wait(lambda: form.verdict.text().startswith("✓"))
    studio.ask("As JSON?")
    assert sent(studio).json_schema == '{"type": "object"}'


def test_instructions_typed_before_leaving_stay_with_their_chat(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    load(studio)
    studio.ask("One?")
    panel(studio).instructions.setPlainText("Answer in German.")
    studio.window.new_chat()
    assert panel(studio).instructions.toPlainText() == ""
    studio.window.conversation.open_chat(studio.window.conversation.chats[0].id)
    studio.wait(lambda: panel(studio).instructions.toPlainText() == "Answer in German.")
    studio.ask("Two?")
    assert sent(studio).turns[0] == m.Turn("system", "Answer in German.")


def test_ctrl_p_and_the_composer_open_and_close_the_parameters(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    window = studio.window
    assert not window.inspector.isVisible()
    studio.qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert window.inspector.isVisible()
    assert window.inspector.tab == "parameters"
    window.chat.composer.parameters.click()
    assert not window.inspector.isVisible()


def test_every_parameter_has_a_name_and_tab_goes_from_top_to_bottom(open_studio: Callable[[], Studio]) -> None:
    parameters = panel(open_studio())
    parameters.rows["seed"].field.setValue(3)
    parameters.form.fold.setChecked(True)
    parameters.form.kind.setCurrentIndex(2)
    parameters.form.kind.activated.emit(2)
    stops: list[QWidget] = []
    widget = parameters.thinking.nextInFocusChain()
    while widget is not None and parameters.isAncestorOf(widget) and widget is not parameters.thinking:
        named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
        part = widget.objectName().startswith("qt_")  # the line inside a spin box
        if not part and widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert named, widget
            stops.append(widget)
        widget = widget.nextInFocusChain()
    tops = [stop.mapTo(parameters, stop.rect().topLeft()).y() for stop in stops]
    assert len(stops) >= 14
    assert all(after >= before - 12 for before, after in itertools.pairwise(tops)), tops


def test_instructions_of_a_chat_count_in_the_gauge(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    load(studio)
    studio.window.conversation.manner.choose(instructions="Answer in plain words. " * 20)
    gauge = studio.window.chat.composer.gauge
    studio.wait(lambda: gauge.parts.instructions > 50)


def test_a_chat_that_came_from_elsewhere_counts_in_the_gauge(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()

    def fill(store: Store) -> int:
        chat = store.create_chat("Brought in")
        question = store.add_message(chat.id, None, "user", "one " * 40)
        store.add_message(chat.id, question.id, "assistant", "two " * 60)
        return chat.id

    studio.window.conversation.open_chat(studio.desk.store.call(fill))
    load(studio)
    gauge = studio.window.chat.composer.gauge
    studio.wait(lambda: gauge.parts.history >= 90)


def test_a_preset_fills_the_chat_marks_what_is_changed_and_can_be_undone(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    load(studio)
    parameters, composer = panel(studio), studio.window.chat.composer
    parameters.rows["temperature"].field.setValue(0.9)
    choice = parameters.picker.choice
    choice.setCurrentIndex(choice.findData("translation"))
    choice.activated.emit(choice.currentIndex())
    preset = studio.desk.presets.get("translation")
    assert parameters.instructions.toPlainText() == preset.choices.instructions
    assert parameters.rows["temperature"].field.value() == 0.3
    assert not parameters.rows["temperature"].back.isVisible()
    assert not composer.thinking.isChecked()
    assert studio.desk.settings.thinking, "the wish of one chat is not that of all"
    assert composer.parameters.text().strip() == "Translation"
    studio.wait(lambda: parameters.tokens.text().endswith("tokens"))
    assert "Translation" in studio.window.notices.words
    studio.window.notices._on_clicked()
    assert parameters.rows["temperature"].field.value() == 0.9
    assert composer.parameters.text().strip() == "1 changed"
    choice.setCurrentIndex(choice.findData("translation"))
    choice.activated.emit(choice.currentIndex())
    parameters.rows["top_p"].field.setValue(0.5)
    composer.thinking.click()
    assert "2 values" in parameters.preset.text()
    assert parameters.rows["top_p"].back.isVisible()
    studio.ask("Translate this")
    assert sent(studio).sampling.top_p == 0.5
    assert sent(studio).turns[0].content == preset.choices.instructions
    assert sent(studio).thinking
    parameters.reset.click()
    assert parameters.rows["top_p"].field.value() == 0.9
    assert not composer.thinking.isChecked()
    studio.window.new_chat()
    assert choice.currentData() == ""
    assert composer.thinking.isChecked()
    studio.close()
    again = open_studio()
    again.wait(lambda: bool(again.desk.store.call(lambda store: store.list_chats())))
    kept = again.desk.store.call(lambda store: store.list_chats())[0].choices
    assert (kept.preset, kept.thinking, kept.temperature) == ("translation", False, 0.3)


def test_the_choices_of_a_chat_become_a_preset(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    parameters = panel(studio)
    parameters.rows["temperature"].field.setValue(0.2)
    parameters.instructions.setPlainText("Answer in verse.")
    parameters.picker.keep.click()
    parameters.picker.name.field.setText("Verse")
    studio.qtbot.keyClick(parameters.picker.name.field, Qt.Key.Key_Return)
    assert parameters.picker.choice.currentText() == "Verse"
    made = studio.desk.presets.get("verse")
    assert (made.choices.temperature, made.choices.instructions) == (0.2, "Answer in verse.")
    assert studio.window.conversation.manner.differences == ()


def test_new_chats_begin_with_the_preset_chosen_for_them(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    load(studio)
    studio.desk.change_settings(default_preset="contract")
    composer = studio.window.chat.composer
    assert composer.parameters.text().strip() == "Contract reading"
    studio.ask("Whose duty is it?")
    studio.window.new_chat()
    assert composer.parameters.text().strip() == "Contract reading"
    studio.desk.presets.remove("contract")
    assert composer.parameters.text().strip() == ""
    studio.window.conversation.open_chat(studio.window.conversation.chats[0].id)
    studio.wait(lambda: studio.window.conversation.chat_id is not None)
    picker = panel(studio).picker.choice
    assert picker.currentData() == "contract"
    assert "removed" in picker.currentText()


def test_a_slider_chooses_when_it_is_let_go_and_the_wheel_passes_over_it(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    row, manner = panel(studio).rows["temperature"], studio.window.conversation.manner
    slider = row.slider
    assert slider is not None
    studio.qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert manner.choices.temperature == row.field.value() == 0.65
    assert slider.accessibleName() == "Temperature"
    assert slider.accessibleDescription() == "0.65"
    slider.setSliderDown(True)
    slider.setSliderPosition(20)
    slider.sliderMoved.emit(20)
    assert row.field.value() == 1.0, "seen while it is held"
    assert manner.choices.temperature == 0.65, "chosen when it is let go"
    slider.setSliderDown(False)
    assert manner.choices.temperature == 1.0
    wheel(slider)
    assert manner.choices.temperature == 1.0
    row.field.setValue(1.234)
    assert manner.choices.temperature == 1.23, "the slider lies near, and changes nothing"
    row.back.click()
    assert slider.value() == 12
    longest = panel(studio).rows["max_tokens"]
    assert longest.slider is not None
    assert longest.slider.value() == longest.slider.maximum(), "no limit is the end of the scale"
    studio.qtbot.keyClick(longest.slider, Qt.Key.Key_Home)
    assert manner.choices.max_tokens == 64
    studio.qtbot.keyClick(longest.slider, Qt.Key.Key_End)
    assert longest.field.text() == "No limit"


def wheel(widget: QWidget) -> None:
    """One notch over the middle of it."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_one_press_takes_what_the_model_card_recommends_and_can_be_undone(open_studio: Callable[[], Studio]) -> None:
    studio = open_studio()
    parameters, manner = panel(studio), studio.window.conversation.manner
    card = parameters.card
    assert (card.thinking.isChecked(), card.plain.isChecked()) == (True, False)
    parameters.rows["temperature"].field.setValue(0.9)
    parameters.rows["seed"].field.setValue(11)
    assert not card.thinking.isChecked()
    card.plain.click()
    assert (manner.thinks, parameters.rows["top_p"].field.value()) == (False, PLAIN.top_p)
    assert parameters.rows["temperature"].field.value() == PLAIN.temperature
    assert manner.choices.seed == 11, "of which the card says nothing"
    assert card.plain.isChecked()
    assert "top-p 0.8" in card.words.text()
    assert studio.window.notices.words == "What you chose for this chat was replaced."
    manner.choose(seed=None)
    assert parameters.preset.text() == "As the model card advises for plain answers."
    card.plain.click()
    assert card.plain.isChecked()
    studio.window.notices._on_clicked()
    assert parameters.rows["temperature"].field.value() == 0.9


@settings(max_examples=40)
@given(st.sampled_from([value for _, values in value_groups() for value in values if value.scale]), st.data())
def test_every_place_of_a_slider_means_a_value_that_stands_there(value: Value, data: st.DataObject) -> None:
    scale = value.scale
    assert scale is not None
    place = data.draw(st.integers(0, scale.last))
    meant = scale.value_at(place)
    assert scale.value_at(scale.place_of(meant)) == meant
    assert scale.place_of(value.highest) == (scale.last if scale.zero != "last" else scale.last - 1)
    assert scale.value_at(0) <= scale.value_at(1) or scale.zero == "first"
