"""What is done with single messages: versions, an answer cut and gone on with, what waits, a note, a temporary chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("60-versions", lambda: versions(studio)),
        ("61-message-menu", lambda: menu(studio)),
        ("62-waiting", lambda: waiting(studio)),
        ("63-cut-off", lambda: cut_off(studio)),
        ("64-editing-and-note", lambda: editing(studio)),
        ("65-temporary", lambda: temporary(studio)),
    ]


def versions(studio: Studio) -> None:
    """A question with two answers, the second shown."""
    window, talk = studio.window, studio.talk
    studio.engine.script.delay_s = 0.0
    window.new_chat()
    if not studio.desk.engine.state.has_model:
        studio.load()
    window.show_page("chat")
    _ask(studio, talk.question)
    conversation = window.conversation
    conversation.regenerate(conversation.messages[-1].id, thinking=False)
    studio.wait(lambda: not conversation.is_running and bool(conversation.versions))
    window.chat.view.scroll_to_end()


def menu(studio: Studio) -> None:
    """The icons of the question, as under the mouse."""
    studio.window.chat.view._live[0].set_focused(True)
    studio.window.chat.view.verticalScrollBar().setValue(0)


def waiting(studio: Studio) -> None:
    """An answer comes, two messages wait."""
    window, conversation, talk = studio.window, studio.window.conversation, studio.talk
    studio.engine.script.delay_s = 0.02
    window.chat.composer.set_text(talk.file_question)
    window.chat.send()
    studio.wait(lambda: conversation.turn is not None and len(conversation.turn.outcome.text) > 60)
    for text in talk.titles[1:3]:
        window.chat.composer.set_text(text)
        window.chat.acts.enqueue(text)
    studio.wait(lambda: len(conversation.queue) == 2)
    window.chat.composer.set_text(talk.titles[3])


def cut_off(studio: Studio) -> None:
    """The answer was stopped: it can be gone on with, and what waits says why."""
    conversation = studio.window.conversation
    conversation.stop()
    studio.wait(lambda: not conversation.is_running)
    studio.settle(60)
    studio.window.chat.view.scroll_to_end()


def editing(studio: Studio) -> None:
    """The last question is edited, with a note beside it."""
    window, conversation = studio.window, studio.window.conversation
    for queued in list(conversation.queue):
        conversation.drop_waiting(queued.id)
    conversation.keep_note(studio.talk.titles[1])
    window.chat.composer.note.setChecked(True)
    window.chat.acts.edit_last()


def temporary(studio: Studio) -> None:
    """A chat that is nowhere but in memory."""
    window, conversation = studio.window, studio.window.conversation
    studio.engine.script.delay_s = 0.0
    conversation.cancel_edit()
    window.chat.composer.note.setChecked(False)
    conversation.open_temporary()
    studio.wait(lambda: conversation.is_temporary)
    _ask(studio, studio.talk.question)


def _ask(studio: Studio, text: str) -> None:
    conversation = studio.window.conversation
    studio.window.chat.composer.set_text(text)
    studio.window.chat.send()
    studio.wait(lambda: conversation.is_running)
    studio.wait(lambda: not conversation.is_running and conversation.messages[-1].state == "complete")
