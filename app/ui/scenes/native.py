"""Two chats side by side, the keys, Carrel on the desktop, and what a failure looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.session.mishap import Mishap, about

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio

SAMPLE_FAILURE = "ValueError\n  app/ui/chat/view.py:118 in append\n  app/ui/chat/stream.py:62 in push"


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("80-two-chats", lambda: two_chats(studio)),
        ("81-keys", lambda: studio.window.show_page("keys")),
        ("82-desktop", lambda: desktop(studio)),
        ("83-crash", lambda: studio.window.mishaps.show(Mishap("error", f"{about()}\n\n{SAMPLE_FAILURE}"))),
    ]


def two_chats(studio: Studio) -> None:
    """An answer in each, the right one active."""
    window, talk = studio.window, studio.talk
    studio.engine.script.delay_s = 0.0
    if not studio.desk.engine.state.has_model:
        studio.load()
    window.modelbar.inspector.setChecked(False)
    for question, thinking in ((talk.question, True), (talk.file_question, False)):
        window.show_page("chat")
        window.new_chat()
        conversation = window.conversation
        conversation.ask(question, thinking=thinking)
        studio.wait(lambda: not window.conversation.is_running)
        studio.wait(lambda: bool(window.conversation.messages) and bool(window.conversation.messages[-1].text))
        if not window.panes.is_split:
            window.open_beside()
    window.chat.view.verticalScrollBar().setValue(0)


def desktop(studio: Studio) -> None:
    """The card in the settings."""
    window = studio.window
    window.panes.close(window.panes.open[-1])
    window.show_page("settings")
    page = window.pages["settings"]
    studio.settle(50)
    page.ensureWidgetVisible(page.desktop, 0, 40)  # type: ignore[attr-defined]
