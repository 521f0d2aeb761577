"""The wishes about chats as a whole. Each runs on the database thread and brings its result home."""

from __future__ import annotations

from collections.abc import Callable

from app.session.desk import Desk
from app.store.rows import Chat, Message


def list_chats(desk: Desk, done: Callable[[list[Chat]], object]) -> None:
    """All chats, newest first."""
    desk.store.ask(lambda store: store.list_chats(), done)


def open_chat(desk: Desk, chat_id: int, done: Callable[[list[Message]], object]) -> None:
    """The branch that was shown last, from its first message to its last."""
    desk.store.ask(lambda store: store.thread(chat_id), done)


def rename_chat(
    desk: Desk,
    chat_id: int,
    title: str,
    done: Callable[[object], object] = lambda _: None,
    failed: Callable[[Exception], object] | None = None,
) -> None:
    desk.store.ask(lambda store: store.rename_chat(chat_id, title), done, failed)


def delete_chat(desk: Desk, chat_id: int, done: Callable[[object], object] = lambda _: None) -> None:
    """Out of sight, not out of existence: `restore_chat` brings it back."""
    desk.store.ask(lambda store: store.delete_chat(chat_id), done)


def restore_chat(desk: Desk, chat_id: int, done: Callable[[object], object] = lambda _: None) -> None:
    desk.store.ask(lambda store: store.restore_chat(chat_id), done)


def recover_answers(desk: Desk, done: Callable[[list[Message]], object] = lambda _: None) -> None:
    """Once at start: give answers that a crash of the program cut off their journaled text."""
    desk.store.ask(lambda store: store.recover(), done)
