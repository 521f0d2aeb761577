"""Scenes of the pictures: an answer whose quotations are checked, its receipt, several documents, many passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.engine import messages as m
from app.ui.sample_documents import sample_documents
from app.ui.sample_reading import CHINESE, ENGLISH, Reading

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("9-checked-quotes", lambda: checked_quotes(studio)),
        ("9b-receipt", lambda: receipt(studio)),
        ("9c-tasks", lambda: tasks(studio)),
        ("9d-coverage", lambda: coverage(studio)),
    ]


def _reading(studio: Studio) -> Reading:
    return CHINESE if studio.chinese else ENGLISH


def checked_quotes(studio: Studio) -> None:
    """An answer that quotes well and badly, with the passage of one quotation open beside it."""
    window, conversation, script = studio.window, studio.window.conversation, studio.engine.script
    window.new_chat()
    window.show_page("chat")
    studio.load()
    script.answer, script.thinking, script.title = _reading(studio).answer, "", _reading(studio).title
    conversation.attach(sample_documents(chinese=studio.chinese, lines_a_page=6))
    conversation.ask(_reading(studio).question, thinking=False)
    studio.wait(lambda: not conversation.is_running and bool(window.chat.view.message(1).citations))
    row: Any = window.chat.view._live[1]
    row.checks.button.setChecked(True)
    window.chat.view.verticalScrollBar().setValue(0)
    row.text.citation_wanted.emit(row.text.marks[0].citation)
    studio.settle(300)


def receipt(studio: Studio) -> None:
    row: Any = studio.window.chat.view._live[1]
    row.checks.button.setChecked(False)
    row.receipt.button.setChecked(True)
    studio.window.leafing.close()


def tasks(studio: Studio) -> None:
    studio.window.new_chat()
    studio.window.chat.composer.set_text("")
    studio.window.conversation.attach(sample_documents(chinese=studio.chinese, lines_a_page=6))
    studio.window.chat.tasks.open("table")
    studio.settle(600)


def coverage(studio: Studio) -> None:
    """A reading in passes under way, two of them noted."""
    window, script = studio.window, studio.engine.script
    window.new_chat()
    load = m.Load(0, path=studio.desk.engine.state.path, n_ctx=3_072)
    studio.desk.engine.load(load, lambda _: None)
    studio.wait(lambda: studio.desk.engine.state.n_ctx == load.n_ctx)
    script.answer, script.delay_s = _reading(studio).notes, 0.03
    window.conversation.attach(sample_documents(chinese=studio.chinese))
    window.chat.composer.set_text(_reading(studio).long_question)
    window.chat.send()
    studio.wait(window.chat.refusal.passes.isVisible)
    window.chat.refusal.passes.click()
    studio.wait(lambda: window.conversation.covering is not None and window.conversation.covering.left_s is not None)
    studio.wait(lambda: len(window.chat.view.message(1).coverage.notes) > 1)  # type: ignore[union-attr]
