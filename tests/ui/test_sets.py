"""Document sets in the window: saved from the preview, opened in a new chat, kept up with their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.pages.sets import SetsPage
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

Open = Callable[..., Studio]


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    monkeypatch.setattr("app.session.planning.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one(script: Script | None = None) -> Studio:
        studios.append(Studio(tmp_path / "home", qtbot, script))
        return studios[-1]

    yield open_one
    for studio in studios:
        studio.close()


@pytest.fixture
def papers(tmp_path: Path) -> tuple[Path, Path]:
    lease, annex = tmp_path / "租约 lease.md", tmp_path / "annex.md"
    lease.write_text("# Lease\n\nThe rent is 900.\n", "utf-8")
    annex.write_text("# Annex\n\nSix chairs.\n", "utf-8")
    return lease, annex


def save_set(studio: Studio, papers: tuple[Path, Path], name: str) -> SetsPage:
    """Drop the papers, open the preview, save them under a name; then the page of sets."""
    window = studio.window
    window.conversation.add_files(papers)
    studio.wait(lambda: len(window.conversation.documents) == 2, 20_000)
    studio.wait(lambda: not window.conversation.is_reading, 20_000)
    window.toggle_preview()
    panel = window.frame.preview
    panel.save.click()
    assert panel.saving.field.text() == papers[0].stem
    panel.saving.field.setText(name)
    studio.qtbot.keyClick(panel.saving.field, Qt.Key.Key_Return)
    studio.wait(lambda: [one.name for one in window.sets.all] == [name])
    window.show_page("sets")
    page = window.pages["sets"]
    assert isinstance(page, SetsPage)
    studio.wait(lambda: name in page.cards and name in window.sets.checks)
    return page


def button(widget: QWidget, words: str) -> QAbstractButton:
    return next(one for one in widget.findChildren(QAbstractButton) if one.text() == words)


def test_set_is_saved_opened_in_a_new_chat_and_sent(open_studio: Open, papers: tuple[Path, Path]) -> None:
    studio = open_studio(Script("900."))
    studio.load()
    page = save_set(studio, papers, "Harbour Street")
    assert page.cards["Harbour Street"].amount.text().startswith("2 files")
    assert not page.empty.isVisible()
    studio.window.conversation.drop_files()
    page.cards["Harbour Street"].open.click()
    studio.wait(lambda: len(studio.window.conversation.documents) == 2)
    assert studio.window.page == "chat"
    studio.ask("How much?")
    sent = studio.engine.links[0].generated[-1].turns[-1].content
    assert sent.index("The rent is 900.") < sent.index("Six chairs.")


def test_changed_file_is_named_and_read_again(open_studio: Open, papers: tuple[Path, Path]) -> None:
    studio = open_studio()
    page = save_set(studio, papers, "Harbour Street")
    card = page.cards["Harbour Street"]
    assert not card.state.isVisible()
    papers[0].write_text("# Lease\n\nThe rent is 950.\n", "utf-8")
    papers[1].unlink()
    studio.window.show_page("sets")
    studio.wait(card.state.isVisible)
    assert "Changed since it was read: 租约 lease.md." in card.state.text()
    assert "Not found where it was: annex.md." in card.state.text()
    card.again.click()
    studio.wait(lambda: not card.again.isVisible(), 20_000)
    assert "annex.md" in card.state.text(), "what was read of it stays"
    card.open.click()
    studio.wait(lambda: len(studio.window.conversation.documents) == 2)
    texts = [one.pages[0].text for one in studio.window.conversation.documents]
    assert "950" in texts[0]
    assert "Six chairs." in texts[1]


def test_opening_a_set_with_a_changed_file_offers_to_read_it(open_studio: Open, papers: tuple[Path, Path]) -> None:
    studio = open_studio()
    page = save_set(studio, papers, "Harbour Street")
    papers[0].write_text("# Lease\n\nThe rent is 950.\n", "utf-8")
    page.cards["Harbour Street"].open.click()
    notices = studio.window.notices
    studio.wait(lambda: "Changed since it was read" in notices.words)
    button(notices, "Read again").click()
    documents = lambda: studio.window.conversation.documents  # noqa: E731
    studio.wait(lambda: len(documents()) == 2 and "950" in documents()[0].pages[0].text, 20_000)


def test_set_is_renamed_in_place_removed_and_brought_back(open_studio: Open, papers: tuple[Path, Path]) -> None:
    studio = open_studio()
    page = save_set(studio, papers, "Harbour Street")
    card = page.cards["Harbour Street"]
    button(card, "Rename").click()
    assert card.name.hasFocus()
    card.name.setText("  Flat   2 ")
    studio.qtbot.keyClick(card.name, Qt.Key.Key_Return)
    studio.wait(lambda: list(page.cards) == ["Flat 2"])
    button(page.cards["Flat 2"], "Remove").click()
    studio.wait(page.empty.isVisible)
    button(studio.window.notices, "Undo").click()
    studio.wait(lambda: list(page.cards) == ["Flat 2"])


def test_set_says_that_its_reading_is_saved(
    open_studio: Open, papers: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(desk: object, name: str, done: Callable[[float | None], object]) -> None:
        done(1.2)

    monkeypatch.setattr("app.session.sets.find_reading", found)
    studio = open_studio()
    page = save_set(studio, papers, "Harbour Street")
    assert page.cards["Harbour Street"].reading.text() == "Already read by this model: opens in about 1.2 s."
