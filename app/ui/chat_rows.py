"""What stands in the list of chats, row by row: pinned ones, folders with what is in them, the rest by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Literal

from app.core.folding import fold, folded_line
from app.core.words import say
from app.store.query import Query, read_query
from app.store.rows import Chat, Folder
from app.ui.words import day_words

Kind = Literal["heading", "folder", "chat"]
Key = tuple[Kind, int | str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `id` is a chat's or a folder's; `place` is the folder a row stands in, if any.

    `is_answered` says that an answer runs in the chat just now.
    """

    kind: Kind
    text: str
    id: int = 0
    place: int | None = None
    count: int = 0
    is_open: bool = False
    is_pinned: bool = False
    is_answered: bool = False

    @property
    def key(self) -> Key:
        return (self.kind, self.text if self.kind == "heading" else self.id)


def make_rows(chats: Sequence[Chat], folders: Sequence[Folder], closed: Collection[int], needle: str = "") -> list[Row]:
    """All rows. With a `needle` only chats whose name has its words, and folders that hold such, all of them open."""
    query = read_query(needle)
    wanted = [chat for chat in chats if _fits(query, chat.title)] if query.terms else list(chats)
    pinned = [chat for chat in wanted if chat.pinned_at is not None]
    rows = _under(say("Pinned"), [_row(chat) for chat in pinned], is_pinned=True)
    rows += _under(say("Folders"), _in_folders(wanted, folders, closed, searching=bool(query.terms)))
    known = {folder.id for folder in folders}
    days: defaultdict[str, list[Row]] = defaultdict(list)
    today = datetime.now().astimezone().date()
    for chat in wanted:
        if chat.pinned_at is None and chat.folder_id not in known:
            days[day_words(chat.updated_at, today)].append(_row(chat))
    return rows + [row for day, inside in days.items() for row in _under(day, inside)]


def next_named(rows: Sequence[Row], typed: str, current: int) -> int | None:
    """The number of the next row whose name begins with what is typed; else one of whose words does. The same letter
    again goes on to the next one.
    """
    letters = folded_line(typed)
    repeated = len(set(letters)) == 1
    letters = letters[0] if repeated and len(letters) > 1 else letters
    if not letters:
        return None
    start = current + 1 if repeated or current < 0 else current
    order = [(start + step) % len(rows) for step in range(len(rows))]
    named = [(number, _folded_line(rows[number].text)) for number in order if rows[number].kind != "heading"]
    begins = (number for number, name in named if name.startswith(letters))
    within = (number for number, name in named if f" {letters}" in name)
    return next(chain(begins, within), None)


def _fits(query: Query, title: str) -> bool:
    return all(term.pattern.search(_folded(title)) for term in query.terms)


_folded = lru_cache(maxsize=20_000)(fold)
_folded_line = lru_cache(maxsize=20_000)(folded_line)


def _in_folders(
    chats: Sequence[Chat], folders: Sequence[Folder], closed: Collection[int], *, searching: bool
) -> list[Row]:
    held: defaultdict[int, list[Chat]] = defaultdict(list)
    for chat in chats:
        if chat.folder_id is not None and chat.pinned_at is None:
            held[chat.folder_id].append(chat)
    rows: list[Row] = []
    for folder in folders:
        inside = held[folder.id]
        if searching and not inside:
            continue
        is_open = searching or folder.id not in closed
        rows.append(Row("folder", folder.name, folder.id, count=len(inside), is_open=is_open))
        rows += [_row(chat, folder.id) for chat in inside] if is_open else []
    return rows


def _under(heading: str, rows: list[Row], *, is_pinned: bool = False) -> list[Row]:
    return [Row("heading", heading, is_pinned=is_pinned), *rows] if rows else []


def _row(chat: Chat, place: int | None = None) -> Row:
    pinned = chat.pinned_at is not None
    return Row("chat", chat.title or say("Untitled"), chat.id, place, is_pinned=pinned)
