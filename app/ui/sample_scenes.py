"""Scenes of the pictures: an answer whose quotations are checked, its receipt, several documents, many passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.words import language
from app.engine import messages as m
from app.session.desk import Desk
from app.ui.sample import ScriptedEngine
from app.ui.sample_documents import sample_documents
from app.ui.sample_reading import CHINESE, ENGLISH, Reading
from app.ui.window import Window


class ReadingScenes:
    """What a studio needs for them is its own: a window, a scripted engine, and time."""

    window: Window
    engine: ScriptedEngine
    desk: Desk

    def _load(self) -> None:
        raise NotImplementedError

    def _wait(self, done: Callable[[], bool]) -> None:
        raise NotImplementedError

    def _settle(self, ms: int) -> None:
        raise NotImplementedError

    @property
    def _reading(self) -> Reading:
        return CHINESE if language() == "zh_CN" else ENGLISH

    def checked_quotes(self) -> None:
        """An answer that quotes well and badly, with the passage of one quotation open beside it."""
        window, conversation, script = self.window, self.window.conversation, self.engine.script
        window.new_chat()
        window.show_page("chat")
        self._load()
        script.answer, script.thinking, script.title = self._reading.answer, "", self._reading.title
        conversation.attach(sample_documents(chinese=language() == "zh_CN", lines_a_page=6))
        conversation.ask(self._reading.question, thinking=False)
        self._wait(lambda: not conversation.is_running and bool(window.chat.view.message(1).citations))
        row: Any = window.chat.view._live[1]
        row.checks.button.setChecked(True)
        window.chat.view.verticalScrollBar().setValue(0)
        row.text.citation_wanted.emit(row.text.marks[0].citation)
        self._settle(300)

    def receipt(self) -> None:
        row: Any = self.window.chat.view._live[1]
        row.checks.button.setChecked(False)
        row.receipt.button.setChecked(True)
        self.window.leafing.close()

    def tasks(self) -> None:
        self.window.new_chat()
        self.window.chat.composer.set_text("")
        self.window.conversation.attach(sample_documents(chinese=language() == "zh_CN", lines_a_page=6))
        self.window.chat.tasks.open("table")
        self._settle(600)

    def coverage(self) -> None:
        """A reading in passes under way, two of them noted."""
        window, script = self.window, self.engine.script
        window.new_chat()
        load = m.Load(0, path=self.desk.engine.state.path, n_ctx=3_072)
        self.desk.engine.load(load, lambda _: None)
        self._wait(lambda: self.desk.engine.state.n_ctx == load.n_ctx)
        script.answer, script.delay_s = self._reading.notes, 0.03
        window.conversation.attach(sample_documents(chinese=language() == "zh_CN"))
        window.chat.composer.set_text(self._reading.long_question)
        window.chat.send()
        self._wait(window.chat.refusal.passes.isVisible)
        window.chat.refusal.passes.click()
        self._wait(lambda: window.conversation.covering is not None and window.conversation.covering.left_s is not None)
        self._wait(lambda: len(window.chat.view.message(1).coverage.notes) > 1)  # type: ignore[union-attr]
