"""The real window over the real engine child: drop, ask, stream, stop, die, reload, restart."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.boot import build_desk
from app.config.paths import open_home
from app.session.demo import demo_document_path, demo_model_path, demo_question
from app.ui.app import dress, make_application
from app.ui.bridge import QtPost
from app.ui.window import Window
from tests.helpers.demo import ENGLISH
from tests.helpers.models import script_model
from tests.ui.studio import drop

LOAD_MS = 60_000
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)  # says the offscreen platform


class RunningWindow:
    """What `./carrel --home FOLDER` opens, in this process."""

    def __init__(self, folder: Path, qtbot: QtBot, *, demo: bool = False) -> None:
        self.qtbot = qtbot
        self.post = QtPost()
        self.desk = build_desk(open_home(folder), self.post.post)
        dress("light")
        self.window = Window(self.desk)
        self.window.show()
        self.window.begin(demo=demo)
        self.closed = False

    def wait(self, done: Callable[[], bool], timeout_ms: int = 20_000) -> None:
        self.qtbot.waitUntil(done, timeout=timeout_ms)

    def wait_loaded(self) -> None:
        self.wait(lambda: self.desk.engine.state.has_model and not self.window.loader.is_busy, LOAD_MS)

    def send(self, text: str) -> None:
        composer = self.window.chat.composer
        composer.set_text(text)
        self.wait(composer.send_button.isEnabled)
        self.qtbot.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)

    def press(self, widget: QWidget) -> None:
        """A real press where the widget is seen in the window."""
        self.wait(widget.isVisible)
        QApplication.processEvents()
        middle = widget.mapTo(self.window, QPoint(widget.width() // 2, widget.height() // 2))
        seen = self.window.childAt(middle)
        assert seen is widget or (seen is not None and widget.isAncestorOf(seen)), "something lies over it"
        none = Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(self.window.windowHandle(), Qt.MouseButton.LeftButton, none, middle)

    @property
    def answer_so_far(self) -> str:
        """What the session holds of the last answer, running or ended."""
        conversation = self.window.conversation
        outcome = conversation.turn.outcome if conversation.turn else [*conversation.outcomes.values()][-1]
        return outcome.text

    def wait_for_text(self, characters: int) -> None:
        conversation = self.window.conversation
        self.wait(lambda: conversation.turn is not None and len(conversation.turn.outcome.text) >= characters)

    def wait_ended(self) -> None:
        self.wait(lambda: not self.window.conversation.is_running)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.window.close()
            self.desk.close()
            self.window.deleteLater()
            QApplication.processEvents()


@pytest.fixture
def open_window(tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[[], RunningWindow]]:
    make_application(["carrel"])
    running: list[RunningWindow] = []

    def open_one(*, demo: bool = False) -> RunningWindow:
        running.append(RunningWindow(tmp_path / "home", qtbot, demo=demo))
        return running[-1]

    yield open_one
    for one in running:
        one.close()


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that never stops talking by itself."""
    return script_model(tmp_path_factory.mktemp("models") / "talker.gguf", "over and on again ", repeat=True)


def test_demo_reads_a_dropped_file_and_answers(open_window: Callable[[], RunningWindow]) -> None:
    running = open_window()
    window = running.window
    assert window.stack.currentWidget() is window.pages["start"]
    window.load(demo_model_path())
    running.wait_loaded()
    assert window.chat.demo_line.isVisible()
    assert drop(window.chat, demo_document_path())
    running.wait(lambda: bool(window.conversation.documents), LOAD_MS)
    tokens = window.conversation.documents[0].tokens
    assert tokens > 100
    window.chat.composer.thinking.setChecked(False)
    running.send("How much is the monthly rent?")
    running.wait(lambda: window.chat.view.count == 2)
    running.wait(lambda: not window.conversation.is_running, LOAD_MS)
    answer = window.chat.view.message(1)
    assert answer.state == "complete"
    assert answer.text == running.answer_so_far
    assert answer.text.strip() == "The monthly rent is 1,450.00 dollars [D1 p.1]."
    assert f"{tokens:,} tokens, nothing left out" in answer.receipt


def test_a_bare_profile_leads_to_a_true_answer_with_mouse_keys_and_a_drop(
    open_window: Callable[[], RunningWindow], tmp_path: Path
) -> None:
    running = open_window()
    window = running.window
    page: Any = window.pages["start"]
    running.press(page.demo)
    running.wait_loaded()
    running.wait(lambda: bool(window.conversation.documents), LOAD_MS)
    assert page.parent() is not None
    welcome = window.chat.transcript.welcome
    running.press(welcome.starters[1])
    known = next(fact for fact in ENGLISH.facts if fact.question == window.chat.composer.text)
    window.chat.composer.thinking.setChecked(False)
    running.wait(window.chat.composer.send_button.isEnabled)
    running.press(window.chat.composer.send_button)
    running.wait(lambda: window.chat.view.count == 2)
    running.wait_ended()
    assert running.answer_so_far.strip() == known.answer
    note = tmp_path / "note.txt"
    note.write_text("Dogs of up to 20 kilograms may be kept since May.", "utf-8")
    assert drop(window.chat, note)
    running.wait(lambda: [one.name for one in window.conversation.documents] == ["note.txt"], LOAD_MS)
    QTest.keyClicks(window.chat.composer.edit, "Who is the tenant?")
    QTest.keyClick(window.chat.composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert window.chat.composer.text == "Who is the tenant?\n"
    running.wait(window.chat.composer.send_button.isEnabled)


def test_the_demo_command_does_the_main_job_by_itself(open_window: Callable[..., RunningWindow]) -> None:
    running = open_window(demo=True)
    window = running.window
    running.wait(lambda: bool(window.conversation.outcomes), LOAD_MS)
    question, answer = window.chat.view.message(0), window.chat.view.message(1)
    assert question.text == demo_question()
    assert [file.name for file in question.files] == [demo_document_path().name]
    assert answer.text.strip() == ENGLISH.facts[1].answer
    assert "nothing left out" in answer.receipt
    assert window.inspector.isVisible()


def test_engine_killed_mid_answer_keeps_the_words_and_one_click_goes_on(
    open_window: Callable[[], RunningWindow], talker: Path
) -> None:
    running = open_window()
    window = running.window
    window.open_model(talker)
    running.wait_loaded()
    running.send("Talk")
    running.wait_for_text(40)
    pid = running.desk.engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    running.wait_ended()
    view = window.chat.view
    running.wait(lambda: view.message(1).failure is not None)
    kept = view.message(1)
    assert len(kept.text) >= 40
    assert kept.failure is not None
    assert kept.failure.saved == "The answer up to here is saved."
    reload_button = next(
        b for b in view.findChildren(QAbstractButton) if b.text() == "Reload the model" and b.isVisible()
    )
    running.qtbot.mouseClick(reload_button, Qt.MouseButton.LeftButton)
    running.wait_loaded()
    assert running.desk.engine.pid != pid
    running.send("Go on")
    running.wait_for_text(40)
    running.qtbot.mouseClick(window.chat.composer.send_button, Qt.MouseButton.LeftButton)
    running.wait_ended()
    assert view.message(3).state == "stopped"
    assert view.count == 4
    assert view.message(3).text.startswith("over and on")


def test_restart_finds_the_chat_and_loads_the_model_again(
    open_window: Callable[[], RunningWindow], talker: Path
) -> None:
    first = open_window()
    first.window.open_model(talker)
    first.wait_loaded()
    first.send("Remember me")
    first.wait_for_text(40)
    first.window.conversation.stop()
    first.wait_ended()
    said = first.window.chat.view.message(1).text
    first.close()
    second = open_window()
    sidebar = second.window.sidebar
    assert second.window.stack.currentWidget() is second.window.frame.panes
    second.wait(lambda: sidebar.list.chats.rowCount() == 2)
    sidebar.list.clicked.emit(sidebar.list.chats.index(1))
    second.wait(lambda: second.window.chat.view.count == 2)
    assert second.window.chat.view.message(0).text == "Remember me"
    assert second.window.chat.view.message(1).text == said
    second.wait_loaded()
    assert second.desk.engine.state.path == str(talker)
