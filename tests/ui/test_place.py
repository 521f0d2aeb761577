"""The window comes back as it was left: its place, its panes, its page, its chats, and where one was reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.edges import place_file
from app.ui.place import Place, brought_into_view
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

SCREEN = QRect(0, 0, 1920, 1080)
Open = Callable[..., Studio]


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one(script: Script | None = None) -> Studio:
        studios.append(Studio(tmp_path / "home", qtbot, script))
        studios[-1].window.resize(1440, 860)
        return studios[-1]

    yield open_one
    for studio in studios:
        studio.close()


@pytest.mark.parametrize(
    "lost",
    [QRect(2500, 100, 800, 600), QRect(-790, 100, 800, 600), QRect(100, -580, 800, 600), QRect(9, 2000, 4000, 99)],
)
def test_window_of_a_screen_that_is_gone_comes_back(lost: QRect) -> None:
    found = brought_into_view(lost, [SCREEN])
    assert SCREEN.contains(found)
    assert found.size() == lost.size().boundedTo(SCREEN.size())


@pytest.mark.parametrize("seen", [QRect(100, 100, 800, 600), QRect(-600, 0, 800, 600), QRect(1800, 1000, 800, 600)])
def test_window_that_can_be_taken_hold_of_stays(seen: QRect) -> None:
    assert brought_into_view(seen, [SCREEN]) == seen
    assert brought_into_view(seen.translated(1920, 0), [SCREEN, SCREEN.translated(1920, 0)]) == seen.translated(1920, 0)


def test_geometry_survives_and_nonsense_is_passed_over(tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "window.ini"
    file.write_text("[General]\ngeometry=nonsense\npage=\n[panes]\nopen=7 x\nactive=\n[shares]\nchats=99\n")
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(10, 20, 300, 200)
    Place(file).restore_geometry(window)
    assert window.geometry() == QRect(10, 20, 300, 200)
    place_file(file).setValue("geometry", window.saveGeometry())
    other = QWidget()
    qtbot.addWidget(other)
    Place(file).restore_geometry(other)
    assert other.size() == window.size()


def test_second_start_shows_what_the_first_left(open_studio: Open) -> None:
    first = open_studio(Script("a line\n\n" * 200))
    first.load()
    first.ask("one")
    first.window.inspector.show_tab("parameters")
    first.window.open_beside()
    first.ask("two")
    first.window.chat.view.go_to_place(1, 300)
    first.window.panes.shares["chats"].value = 0.4
    ids = [pane.conversation.chat_id for pane in first.window.panes.all]
    first.close()

    second = open_studio()
    window = second.window
    assert window.panes.is_split
    assert window.panes.active.number == 2
    assert window.inspector.tab == "parameters"
    window.begin()
    second.wait(lambda: [pane.conversation.chat_id for pane in window.panes.all] == ids)
    second.wait(lambda: window.chat.view.reading_place == (1, 300))
    left, right = (view.width() for view in window.frame.panes.views)
    assert right / (left + right) == pytest.approx(0.4, abs=0.02)


def test_a_crash_does_not_lose_which_chat_was_open(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    studio.load()
    studio.ask("One?")
    file, number = studio.desk.home.root / "window.ini", str(studio.window.conversation.chat_id)
    studio.wait(lambda: place_file(file).value("panes/chat1") == number)


def test_another_language_leaves_the_tab_at_the_edge(open_studio: Open) -> None:
    studio = open_studio()
    studio.window.modelbar.inspector.setChecked(True)
    studio.window.inspector.show_tab("parameters")
    studio.window.speak_again()
    assert studio.window.inspector.tab == "parameters"
    studio.wait(lambda: studio.window.inspector.isVisible())


class Doorman(QObject):
    """Sees every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


def test_no_part_is_a_window_of_its_own_for_a_moment(open_studio: Open, qapp: QApplication) -> None:
    doorman = Doorman()
    qapp.installEventFilter(doorman)
    try:
        studio = open_studio()
        studio.window.speak_again()
        studio.wait(lambda: studio.window.sidebar.isVisible())
    finally:
        qapp.removeEventFilter(doorman)
    assert set(doorman.shown) == {"Window"}


def test_page_and_closed_pane_come_back_and_a_deleted_chat_does_not(open_studio: Open) -> None:
    first = open_studio(Script("Yes."))
    first.load()
    first.desk.change_settings(last_model="/gone/model.gguf")
    first.ask("one")
    first.window.show_page("settings")
    chat_id = first.window.conversation.chat_id
    assert chat_id is not None
    done: list[object] = []
    first.desk.store.ask(lambda store: store.delete_chat(chat_id), done.append)
    first.wait(lambda: bool(done))
    first.close()

    second = open_studio()
    assert second.window.page == "settings"
    assert not second.window.panes.is_split
    second.window.begin()
    second.qtbot.wait(100)
    assert second.window.conversation.chat_id is None
    second.qtbot.keyClick(second.window, Qt.Key.Key_Escape)
    assert second.window.page == "chat"
