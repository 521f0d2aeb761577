"""Chats of Ollama's own window: `db.sqlite` in its folder, tables `chats`, `messages` and, later, `attachments`.

The file is only read, also while Ollama has it open. Ollama keeps no branches and no instructions in it.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.chatfile import ChatCopy
from app.session.importing.found import PICTURE, TOOL, Tally, a_text
from app.session.importing.growing import Piece, grow_chat
from app.store.sqlite import sqlite3

NAME = "Ollama"
MAGIC = b"SQLite format 3\0"


def looks_like(path: Path) -> bool:
    """Whether it is a database at all."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_database(path: Path, tally: Tally) -> list[ChatCopy]:
    """Its chats, the oldest first; none when it is another program's or damaged."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)
        with contextlib.closing(connection):
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            files = _files(connection)
            _count_calls(connection, tally)
            sql = "SELECT id, title, created_at FROM chats ORDER BY created_at, id"
            chats = [_chat(connection, row, files, tally) for row in connection.execute(sql).fetchall()]
    except sqlite3.Error:
        return []
    return [chat for chat in chats if chat is not None]


def _chat(connection: Any, row: tuple[Any, ...], files: dict[int, list[str]], tally: Tally) -> ChatCopy | None:
    chat_id, title, created_at = row
    sql = "SELECT id, role, content, thinking, model_name, created_at FROM messages WHERE chat_id = ? ORDER BY id"
    pieces: list[Piece] = []
    for key, role, text, thinking, model, when in connection.execute(sql, (chat_id,)):
        named = tuple(files.get(key, ()))
        tally.add(PICTURE, len(named))
        parent = pieces[-1].key if pieces else ""
        said = (a_text(role), a_text(text), a_text(thinking), _time(when), a_text(model))
        pieces.append(Piece(str(key), parent, *said, named))
    return grow_chat(a_text(title), pieces, tally, created_at=_time(created_at))


def _files(connection: Any) -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    with contextlib.suppress(sqlite3.Error):  # the first releases had none
        for message_id, name in connection.execute("SELECT message_id, filename FROM attachments ORDER BY id"):
            found[message_id].append(a_text(name) or "file")
    return found


def _count_calls(connection: Any, tally: Tally) -> None:
    with contextlib.suppress(sqlite3.Error):
        tally.add(TOOL, int(connection.execute("SELECT count(*) FROM tool_calls").fetchone()[0]))


def _time(value: Any) -> float:
    """As Go writes it, with its zone, or as SQLite does, in UTC without one."""
    try:
        moment = datetime.fromisoformat(a_text(value).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
