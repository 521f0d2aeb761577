"""Chats leave and come in by the window's pages; an answer is made again before one's eyes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.passphrase import Cost
from app.store.store import Store
from app.ui.chat.message import RECORD
from app.ui.printing import make_printer
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio, drop


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    made = Studio(tmp_path / "home", qtbot, Script("Dogs are not kept.", "Page two."))
    made.desk.make_printer = make_printer
    shown: list[object] = []
    for module in ("archives", "recordings"):
        monkeypatch.setattr(f"app.ui.{module}.show_folder", shown.append)
    yield made
    made.close()


def _answers(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What the system's file dialogs give."""
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_: (str(path), "JSON (*.json)"))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path)], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(path))


def _ask(studio: Studio) -> int:
    studio.load()
    studio.ask("Dogs?")
    return studio.window.conversation.messages[-1].id


def test_a_chat_is_exported_from_the_list(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _ask(studio)
    window = studio.window
    window.sidebar.export_wanted.emit([window.conversation.chat_id])
    assert window.page == "archives"
    card: Any = window.pages["archives"].export  # type: ignore[attr-defined]
    studio.wait(lambda: card.which.currentText() == "Dogs?")
    assert card.which.count() == 2
    for form, mark in (("pdf", b"%PDF"), ("json", b"carrel-chats")):
        _answers(monkeypatch, tmp_path / "made")
        card.format.setCurrentIndex(card.format.findData(form))
        studio.qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
        studio.wait(lambda: window.archives.share is None)
        assert mark in (tmp_path / f"made.{form}").read_bytes()
        assert window.notices.words == f"made.{form} is saved."


def test_all_chats_go_into_a_folder(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for title in ("One", "Two"):
        studio.desk.store.call(partial(Store.create_chat, title=title))
    window = studio.window
    window.show_page("archives")
    card: Any = window.pages["archives"].export  # type: ignore[attr-defined]
    studio.wait(lambda: len(card.chats) == 2)
    assert card.amount.text() == "2 chats"
    _answers(monkeypatch, tmp_path)
    card.format.setCurrentIndex(card.format.findData("html"))
    card.go.click()
    studio.wait(lambda: window.notices.words == "2 files are saved.")
    assert sorted(file.name for file in tmp_path.glob("*.html")) == ["One.html", "Two.html"]


def test_a_dropped_file_with_chats_is_offered_for_import(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    file.write_text(json.dumps([{"role": "user", "content": "你好"}, {"role": "assistant", "content": "Hi"}]))
    window = studio.window
    assert drop(window, file)
    studio.wait(lambda: "holds chats of another program" in window.notices.words)
    studio.qtbot.mouseClick(window.notices._button, Qt.MouseButton.LeftButton)
    studio.wait(lambda: "1 chat imported" in window.notices.words)
    studio.wait(lambda: [chat.title for chat in window.conversation.chats] == ["你好"])


def test_a_backup_is_made_and_takes_the_place(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.container.Cost", lambda: Cost(64, 1, 1))
    _ask(studio)
    window, file = studio.window, tmp_path / "all.carrel-backup"
    window.show_page("archives")
    page: Any = window.pages["archives"]
    page.backup.passphrase.edit.setText("open sesame")
    assert not page.backup.go.isEnabled()
    page.backup.again.edit.setText("open sesame")
    assert page.backup.go.isEnabled()
    _answers(monkeypatch, file)
    page.backup.go.click()
    studio.wait(lambda: "all.carrel-backup is saved." in window.notices.words)
    assert page.backup.passphrase.text() == ""
    studio.desk.store.call(lambda store: store.create_chat("Later"))
    assert drop(window, file)
    assert window.page == "archives"
    restore = page.restore
    assert restore.passphrase.isVisible()
    assert not restore.go.isEnabled()
    restore.replace.setChecked(True)
    restore.passphrase.edit.setText("open sesame")
    restore.go.click()
    studio.wait(lambda: "The backup is in place." in window.notices.words)
    studio.wait(lambda: [chat.title for chat in window.conversation.chats] == ["Dogs?"])


def test_no_backup_says_so_where_it_was_chosen(studio: Studio, tmp_path: Path) -> None:
    window = studio.window
    window.show_page("archives")
    page: Any = window.pages["archives"]
    page.restore.offer(tmp_path / "none.carrel-backup")
    assert "is not there" in page.restore.trouble.text()
    assert not page.restore.go.isVisible()


def test_the_record_of_an_answer_and_the_same_text_again(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = _ask(studio)
    window = studio.window
    window.chat.acts._on_action(str(answer), RECORD)
    assert window.page == "record"
    studio.wait(lambda: window.recordings.record is not None)
    page: Any = window.pages["record"]
    said = {label.text() for label in page.facts.findChildren(type(page.chat))}
    assert "carrel-demo-q8_0.gguf" in said
    studio.qtbot.mouseClick(page.rerun.go, Qt.MouseButton.LeftButton)
    studio.wait(lambda: page.rerun.verdict.isVisible())
    assert page.rerun.verdict.text() == "The same text came out, letter for letter."
    assert not page.rerun.texts.isVisible()
    studio.script.answer = "Dogs are welcome."
    page.rerun.go.click()
    studio.wait(lambda: page.rerun.texts.isVisible())
    assert "the answers part at character 10" in page.rerun.verdict.text()
    assert len(window.conversation.messages) == 2
    _answers(monkeypatch, tmp_path / "record.json")
    page.save.click()
    studio.wait(lambda: (tmp_path / "record.json").exists())


def test_an_answer_comes_again_with_the_values_it_was_made_with(studio: Studio) -> None:
    answer = _ask(studio)
    window, conversation = studio.window, studio.window.conversation
    before = studio.engine.links[-1].generated[-1].sampling
    conversation.manner.choose(temperature=1.4)
    window.recordings.show_last_record()
    studio.wait(lambda: window.recordings.record is not None)
    page: Any = window.pages["record"]
    page.again.click()
    assert window.page == "chat"
    studio.wait(lambda: not conversation.is_running and conversation.messages[-1].id != answer)
    studio.wait(lambda: conversation.place_of(conversation.messages[-1].id) == (2, 2))
    after = studio.engine.links[-1].generated[-1].sampling
    assert after.temperature == before.temperature != 1.4
    assert after.seed != before.seed
