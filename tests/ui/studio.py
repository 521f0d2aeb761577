"""A window over the scripted engine for tests: built in a folder, led by wishes, closed without a trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.demo import demo_model_path
from app.ui.bridge import QtPost
from app.ui.sample_computer import SampleTelemetry
from app.ui.window import Window
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk


class Studio:
    """One running window. `script` may be changed between questions."""

    def __init__(self, folder: Path, qtbot: QtBot, script: Script | None = None, engine: Any = None) -> None:
        self.qtbot, self.script = qtbot, script or Script()
        self.post = QtPost()
        self.engine: Any = engine or ScriptedEngine(self.script)
        self.desk = make_desk(folder, self.post.post, self.engine)
        self.desk.change_settings(name_chats=False)  # one question, one answer
        stand_in: Any = SampleTelemetry()
        self.window = Window(self.desk, stand_in)
        self.window.resize(1200, 800)
        self.window.show()
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow)
        self.closed = False

    def wait(self, done: Callable[[], bool], timeout_ms: int = 30_000) -> None:
        self.qtbot.waitUntil(done, timeout=timeout_ms)

    def load(self) -> None:
        """The demo model's file is planned for; the scripted engine says that it is loaded."""
        self.window.load(demo_model_path())
        self.wait(lambda: self.desk.engine.state.has_model and not self.window.loader.is_busy)

    def ask(self, text: str, *, to_the_end: bool = True) -> None:
        composer = self.window.chat.composer
        composer.set_text(text)
        self.qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
        if to_the_end:
            self.wait(lambda: not self.window.conversation.is_running)
            self.wait(lambda: self.last_text() != "" or bool(self.window.chat.refusal.words.text()))

    def last_text(self) -> str:
        messages = self.window.conversation.messages
        return messages[-1].text if messages and messages[-1].state != "streaming" else ""

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.window.close()
            self.desk.close()
            self.window.deleteLater()
            QApplication.processEvents()


def drop(widget: QWidget, *paths: Path) -> bool:
    """Drop files on a widget as the desktop does; whether they were taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), actions, mime, button, keys)
    QApplication.sendEvent(widget, enter)
    event = QDropEvent(QPointF(20, 20), actions, mime, button, keys)
    QApplication.sendEvent(widget, event)
    return enter.isAccepted() and event.isAccepted()
