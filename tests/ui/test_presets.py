"""The page of presets: edited, copied, named, removed, reset, each step taken back; used in a new chat."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ui.pages.presets import PresetsPage
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio


def test_a_preset_is_edited_named_copied_removed_and_reset_with_ways_back(tmp_path: Path, qtbot: QtBot) -> None:
    studio = Studio(tmp_path / "home", qtbot, Script("Yes."))
    window, presets = studio.window, studio.desk.presets
    window.show_page("presets")
    page = window.pages["presets"]
    assert isinstance(page, PresetsPage)
    original = presets.get("contract")
    card = page.cards["contract"]
    assert not card.reset.isVisible()
    page.open("contract")
    assert card.editor is not None
    card.editor.instructions.setPlainText("Read it twice.")
    card.editor.rows["temperature"].field.setValue(0.25)
    card.editor.thinking.setCurrentIndex(2)
    card.editor.thinking.activated.emit(2)
    page.open("support")
    assert card.editor is None, "one is open at a time"
    kept = presets.get("contract")
    assert (kept.choices.instructions, kept.choices.temperature, kept.choices.thinking) == (
        "Read it twice.",
        0.25,
        False,
    )
    assert kept.origin == "changed"
    assert "changed" in card.state.text()

    card.reset.trigger()
    assert presets.get("contract") == original
    window.notices._on_clicked()
    assert presets.get("contract").choices == kept.choices

    card.copy.trigger()
    copy = page.cards["contract-reading"]
    assert copy.editor is not None
    copy.rename.trigger()
    copy.name.setText("Leases")
    qtbot.keyClick(copy.name, Qt.Key.Key_Return)
    assert copy.title.text() == "Leases"
    copy.remove.trigger()
    assert "contract-reading" not in page.cards
    window.notices._on_clicked()
    assert presets.get("Leases").choices.instructions == "Read it twice."

    card.favour.trigger()
    assert studio.desk.settings.default_preset == "contract"
    page.cards["translation"].remove.trigger()
    assert page.missing.isVisible()
    page.missing.click()
    assert "translation" in page.cards
    page.cards["translation"].use.click()
    assert window.page == "chat"
    assert window.conversation.manner.choices.preset == "translation"
    studio.close()


def test_what_lies_damaged_in_the_folder_is_told_on_the_page(tmp_path: Path, qtbot: QtBot) -> None:
    studio = Studio(tmp_path / "home", qtbot, Script("Yes."))
    folder = studio.desk.home.presets
    folder.mkdir()
    (folder / "mine.toml").write_text("name =")
    studio.window.show_page("presets")
    page = studio.window.pages["presets"]
    assert isinstance(page, PresetsPage)
    assert "mine.toml" in page.problems.text()
    assert page.problems.isVisible()
    (folder / "mine.toml").write_text("name = 'Mine'")
    studio.window.show_page("settings")
    studio.window.show_page("presets")
    assert "mine" in page.cards
    assert not page.problems.isVisible()
    studio.close()
