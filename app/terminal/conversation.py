"""A conversation in the terminal, for computers without a display."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.config.paths import expanded
from app.core.chat import Document
from app.core.errors import Cancelled, CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session.branches import show_chat, switch_version
from app.session.chats import list_chats
from app.session.desk import Desk
from app.session.turn import Wish
from app.terminal.output import note
from app.terminal.tree import continued, edited, print_branch, repeated
from app.terminal.vault import ask_again_when_idle
from app.terminal.waiting import wait_for


class Talk:
    """What lasts from one question to the next: the chat, the files not sent yet, how to answer."""

    def __init__(
        self,
        desk: Desk,
        loop: Loop,
        wish: Wish,
        *,
        load: Callable[[], object],
        read: Callable[[list[Path]], tuple[Document, ...]],
        stream: Callable[[Wish, Callable[[int], object]], object],
    ) -> None:
        self._desk, self._loop, self._wish = desk, loop, wish
        self._load, self._read, self._stream = load, read, stream

    def run(self) -> int:
        """Ask until the input ends. Lines beginning with "/" are commands; Ctrl+C stops an answer."""
        note(_help())
        while True:
            try:
                line = input("\n> ").strip()
            except (EOFError, KeyboardInterrupt):
                print()
                return 0
            if line == "/quit":
                return 0
            try:
                self._take(line)
            except (Cancelled, KeyboardInterrupt):
                note(say("Stopped. What was said is kept."))
            except CarrelError as error:
                note(str(error))

    def _take(self, line: str) -> None:
        ask_again_when_idle(self._desk, self._loop)
        if line.startswith("/"):
            self._command(line)
        elif line:
            self._ask(line)

    def _ask(self, line: str) -> None:
        """Ask; the files go along once and the chat goes on, also when the answer is stopped or fails."""
        if not self._desk.engine.state.has_model:
            self._load()

        def asked(chat_id: int) -> None:
            self._wish = replace(self._wish, documents=(), chat_id=chat_id)

        self._stream(replace(self._wish, text=line), asked)

    def _ask_at(self, wish: Wish) -> None:
        """At another place of the tree; the files that are not sent yet wait for the next question."""
        if not self._desk.engine.state.has_model:
            self._load()
        self._stream(wish, lambda _: None)

    def _in_the_tree(self, words: list[str], line: str) -> bool:
        """Commands about the chat that was begun; False for a word that is none of them."""
        chat_id, desk, wish = self._wish.chat_id, self._desk, self._wish
        if chat_id is None:
            return False
        match words:
            case ["/edit", *_] if len(words) > 1:
                text = line.removeprefix("/edit").strip()
                self._ask_at(edited(desk, replace(wish, text=text), chat_id))
            case ["/again"]:
                self._ask_at(repeated(desk, wish, chat_id))
            case ["/continue"]:
                self._ask_at(continued(desk, wish, chat_id))
            case ["/versions"]:
                print_branch(wait_for(self._loop, lambda done, failed: show_chat(desk, chat_id, done, failed)))
            case ["/switch", number] if number.isdecimal():
                found = wait_for(self._loop, lambda done, failed: switch_version(desk, int(number), done, failed))
                print_branch(found)
            case _:
                return False
        return True

    def _command(self, line: str) -> None:
        match _words(line):
            case ["/file", *paths] if paths:
                self._add([expanded(path) for path in paths])
            case ["/new"]:
                self._wish = replace(self._wish, chat_id=None, documents=())
            case ["/chats"]:
                for chat in wait_for(self._loop, lambda done, _failed: list_chats(self._desk, done)):
                    print(f"{chat.id:5}  {chat.title}")
            case ["/open", number] if number.isdecimal():
                self._wish = replace(self._wish, chat_id=int(number), documents=())
            case words:
                if not self._in_the_tree(words, line):
                    note(_help())
                    note(_tree_help())

    def _add(self, paths: list[Path]) -> None:
        documents = self._read(paths)
        for document in documents:
            note(document_words(document))
        self._wish = replace(self._wish, documents=(*self._wish.documents, *documents))


def document_words(document: Document) -> str:
    """A document in one line."""
    tokens = f"{document.tokens:,}"
    return say("{name}: {pages} pages, {tokens} tokens", name=document.name, pages=len(document.pages), tokens=tokens)


def _words(line: str) -> list[str]:
    """The words of a command; quotes hold a path together. A line with a lone quote is a command and one word."""
    try:
        words = shlex.split(line, posix=os.name != "nt")  # on Windows a backslash separates folders
    except ValueError:
        words = line.split(maxsplit=1)
    return [word.strip("\"'") for word in words]


def _help() -> str:
    return say(
        "Ask a question. /file PATH adds a file, /new begins a new chat, /chats lists them, /open N goes on with one, "
        "/quit leaves. Ctrl+C stops an answer."
    )


def _tree_help() -> str:
    return say(
        "In a chat, /edit TEXT asks the last question in other words, /again answers it again, /continue goes on with "
        "an answer that was cut off, /versions lists what there is, /switch ID shows another version."
    )
