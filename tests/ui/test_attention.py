"""A user who looks away is told; the tray hides no window that nobody could bring back; failures have a page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from app.core.errors import CarrelError
from app.session.mishap import Mishap
from app.ui.attention import LONG_S, Attention
from app.ui.bridge import last_resort
from app.ui.downloads import Download
from app.ui.pages.crash import CrashPage
from app.ui.pages.desktop_card import DesktopCard
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

Open = Callable[..., Studio]
CLICKS: list[Callable[[str], object]] = []
offscreen = pytest.mark.qt_log_ignore(
    "systemTrayWindowChanged", "propagateSizeHints", "does not support raise", extend=True
)


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one(script: Script | None = None) -> Studio:
        studios.append(Studio(tmp_path / "home", qtbot, script or Script("Yes.")))
        return studios[-1]

    yield open_one
    for studio in studios:
        studio.window._quitting = True
        studio.close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the desktop was asked to show."""
    found: list[tuple[str, str]] = []

    def notify(title: str, words: str, *, clicked: Callable[[str], object]) -> bool:
        found.append((title, words))
        CLICKS.append(clicked)
        return True

    monkeypatch.setattr("app.ui.attention.notify_desktop", notify)
    monkeypatch.setattr("sys.platform", "linux")
    return found


@pytest.fixture
def tray(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """A system tray that can come and go."""
    state = {"there": True}
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: state["there"])
    monkeypatch.setattr(QSystemTrayIcon, "isVisible", lambda _: state["there"])
    return state


def test_answer_and_download_are_told_to_who_looks_away_and_never_its_words(
    open_studio: Open, told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = open_studio(Script("Secret answer."))
    studio.load()
    studio.ask("short, in sight")
    assert told == []
    monkeypatch.setattr(type(studio.window), "isActiveWindow", lambda _: False)
    studio.ask("Secret question")
    studio.wait(lambda: len(told) == 1)
    assert told[0][0] == "The answer is complete."
    assert "ecret" not in "".join(told[0])
    studio.desk.change_settings(notify=False)
    studio.ask("another")
    assert len(told) == 1
    studio.desk.change_settings(notify=True)
    told.clear()
    pull: Any = None
    downloads = studio.window.downloads
    downloads.finished.emit(Download("Qwen3-32B-Q4_K_M.gguf", pull))
    downloads.failed.emit(Download("b.gguf", pull, error=CarrelError("disk_full", "The disk is full.", "Make room.")))
    studio.wait(lambda: len(told) == 2)
    assert sorted(told) == [
        ("The download is complete.", "Qwen3-32B-Q4_K_M.gguf is here."),
        ("The download stopped.", "The disk is full. Make room."),
    ]


@offscreen
def test_a_click_on_what_was_told_opens_the_chat_it_was_about(
    open_studio: Open, told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = open_studio()
    studio.load()
    monkeypatch.setattr(type(studio.window), "isActiveWindow", lambda _: False)
    studio.ask("first")
    studio.wait(lambda: len(told) == 1)
    first = studio.window.conversation.chat_id
    studio.window.new_chat()
    studio.window.show_page("settings")
    CLICKS[-1]("")
    studio.wait(lambda: studio.window.page == "chat" and studio.window.conversation.chat_id == first)


def test_long_answer_is_told_also_in_sight_but_not_a_stopped_one(
    open_studio: Open, told: list[tuple[str, str]]
) -> None:
    studio = open_studio(Script("word " * 200, delay_s=0.05))
    now = [0.0]
    attention = Attention(studio.window, lambda: now[0])
    studio.load()
    studio.ask("Go on", to_the_end=False)
    turn = studio.window.conversation.turn
    assert turn is not None
    studio.wait(lambda: len(turn.outcome.text) > 10)
    now[0] = LONG_S + 1
    studio.window.conversation.stop()
    studio.wait(lambda: not studio.window.conversation.is_running)
    assert told == []
    studio.script.answer = "Yes."
    studio.script.delay_s = 0.05
    studio.ask("again", to_the_end=False)
    studio.wait(lambda: studio.window.conversation.is_running)
    now[0] += LONG_S + 1
    studio.wait(lambda: told == [("The answer is complete.", "It took 21 s.")])
    assert attention is not None


@offscreen
def test_closing_hides_only_where_a_tray_can_bring_it_back(open_studio: Open, tray: dict[str, bool]) -> None:
    studio = open_studio()
    window = studio.window
    studio.desk.change_settings(tray=True)
    assert window.tray.is_shown
    window.close()
    assert not window.isVisible()
    assert not window._finished, "it goes on working"
    tray["there"] = False
    window.tray.look()
    assert window.isVisible(), "the tray went away: the window comes back"
    window.close()
    assert window._finished


@offscreen
def test_menu_of_the_tray_does_what_it_says(open_studio: Open, tray: dict[str, bool]) -> None:
    studio = open_studio(Script("word " * 200, delay_s=0.05))
    window = studio.window
    studio.load()
    studio.desk.change_settings(tray=True, language="zh_CN")
    menu = window.tray._menu
    assert menu is not None
    opened, _, _, stop, unload, _, leave = menu.actions()
    assert opened.text() == "打开 Carrel"
    menu.aboutToShow.emit()
    assert (stop.isEnabled(), unload.isEnabled()) == (False, True)
    studio.ask("Go on", to_the_end=False)
    studio.wait(lambda: window.conversation.turn is not None and bool(window.conversation.turn.outcome.text))
    menu.aboutToShow.emit()
    assert stop.isEnabled()
    stop.trigger()
    studio.wait(lambda: not window.conversation.is_running)
    menu.aboutToShow.emit()
    unload.trigger()
    studio.wait(lambda: studio.desk.engine.state.resting)
    window.close()
    opened.trigger()
    assert window.isVisible()
    leave.trigger()
    assert window._finished


def test_unforeseen_failure_has_a_page_that_hands_on_no_words(open_studio: Open) -> None:
    studio = open_studio()
    window = studio.window
    last_resort.catch(ValueError("my confidential text"))
    assert window.notices.words == "Something unforeseen went wrong. Your text is saved."
    studio.qtbot.mouseClick(window.notices._button, Qt.MouseButton.LeftButton)
    page = window.pages["crash"]
    assert isinstance(page, CrashPage)
    assert window.stack.currentWidget() is page
    studio.qtbot.mouseClick(page.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert "ValueError" in copied
    assert "confidential" not in copied
    studio.qtbot.mouseClick(page.go_on, Qt.MouseButton.LeftButton)
    assert window.page == "chat"
    window.mishaps.tell_last_run(Mishap("crash", "Fatal Python error: Segmentation fault"))
    assert window.notices.words.startswith("Carrel ended unexpectedly the last time. Your text is saved")
    studio.qtbot.mouseClick(window.notices._button, Qt.MouseButton.LeftButton)
    assert "Segmentation fault" in page.details.toPlainText()
    QGuiApplication.clipboard().clear()


@pytest.mark.skipif(sys.platform == "win32", reason="the files of a Linux desktop")
def test_desktop_card_keeps_its_choices_and_takes_the_entry_away_again(
    open_studio: Open, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = open_studio()
    card = DesktopCard(studio.desk)
    studio.qtbot.addWidget(card)
    entry = own_home / ".local/share/applications/carrel.desktop"
    card.notify.click()
    assert studio.desk.settings.notify is False
    assert not card.tray.isEnabled(), "there is no tray here"
    card.entry.click()
    studio.wait(entry.exists)
    studio.wait(card.entry.isEnabled)
    card.entry.click()
    studio.wait(lambda: not entry.exists())
