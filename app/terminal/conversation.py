"""A conversation in the terminal, for computers without a display."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from app.core.errors import Cancelled, CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session.chats import list_chats
from app.session.desk import Desk
from app.session.turn import Wish
from app.terminal.output import note
from app.terminal.waiting import wait_for


def converse(desk: Desk, loop: Loop, wish: Wish) -> int:
    """Ask until the input ends. Lines beginning with "/" are commands; Ctrl+C stops an answer, twice leaves."""
    note(_help())
    while True:
        try:
            line = input("\n> ").strip()
        except (EOFError, KeyboardInterrupt):
            print()
            return 0
        if line == "/quit":
            return 0
        if not line:
            continue
        try:
            wish = _command(desk, loop, wish, line) if line.startswith("/") else _ask(desk, loop, wish, line)
        except Cancelled:
            note(say("Stopped. What was said is kept."))
        except CarrelError as error:
            note(str(error))


def _help() -> str:
    return say(
        "Ask a question. /file PATH adds a file, /new begins a new chat, /chats lists them, /open N goes on with one, "
        "/quit leaves. Ctrl+C stops an answer."
    )


def _ask(desk: Desk, loop: Loop, wish: Wish, line: str) -> Wish:
    """Ask; the files go along once, the chat goes on."""
    from app.terminal.chat import stream

    asked = replace(wish, text=line)
    chat_ids: list[int] = []
    stream(desk, loop, asked, as_json=False, on_chat=chat_ids.append)
    return replace(wish, documents=(), chat_id=chat_ids[-1] if chat_ids else wish.chat_id)


def _command(desk: Desk, loop: Loop, wish: Wish, line: str) -> Wish:
    from app.terminal.chat import document_words, read_for_terminal

    words = shlex.split(line)
    match words:
        case ["/file", *paths] if paths:
            documents = read_for_terminal(desk, loop, [Path(path).expanduser() for path in paths])
            for document in documents:
                note(document_words(document))
            return replace(wish, documents=(*wish.documents, *documents))
        case ["/new"]:
            return replace(wish, chat_id=None, documents=())
        case ["/chats"]:
            for chat in wait_for(loop, lambda done, _failed: list_chats(desk, done)):
                print(f"{chat.id:5}  {chat.title}")
        case ["/open", number] if number.isdigit():
            return replace(wish, chat_id=int(number), documents=())
        case _:
            note(_help())
    return wish
