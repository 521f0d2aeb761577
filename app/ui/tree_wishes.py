"""The wishes about the messages of a chat, for keys and the search of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import mark
from app.ui.commands import ANSWER, CHAT, MESSAGE, Command

if TYPE_CHECKING:
    from app.ui.window import Window


def tree_commands(window: Window) -> tuple[Command, ...]:
    """They mean the active chat; its widgets are looked up at every wish."""

    def has_messages() -> bool:
        return bool(window.conversation.messages)

    def can_go_on() -> bool:
        leaf = window.conversation.leaf
        return leaf is not None and window.conversation.can_go_on(leaf)

    def open_temporary() -> None:
        window.conversation.open_temporary()
        window.show_page("chat")

    return (
        Command("chat.temporary", mark("Temporary chat"), open_temporary, CHAT, ("Ctrl+Shift+N",), "eye-off"),
        Command(
            "chat.keep",
            mark("Keep this temporary chat"),
            lambda: window.chat.acts.keep_temporary(),
            CHAT,
            icon="check",
            enabled=lambda: window.conversation.is_temporary and has_messages(),
        ),
        Command(
            "chat.copy",
            mark("Copy the whole chat as Markdown"),
            lambda: window.chat.acts.copy_chat(),
            CHAT,
            icon="copy",
            enabled=has_messages,
        ),
        Command(
            "message.note",
            mark("Note beside the chat"),
            lambda: window.chat.composer.note.toggle(),
            MESSAGE,
            ("Ctrl+Shift+M",),
            "sticky-note",
        ),
        Command(
            "message.edit",
            mark("Edit the last question"),
            lambda: window.chat.acts.edit_last(),
            MESSAGE,
            ("Ctrl+Shift+E",),
            "pencil",
            enabled=has_messages,
        ),
        Command(
            "answer.again",
            mark("Answer the last question again"),
            lambda: window.chat.acts.answer_again(),
            ANSWER,
            ("Ctrl+R",),
            "rotate-cw",
            enabled=has_messages,
        ),
        Command(
            "answer.continue",
            mark("Continue the last answer"),
            lambda: window.chat.acts.continue_last(),
            ANSWER,
            icon="play",
            enabled=can_go_on,
        ),
    )
