"""What the palette lists: commands and what was found, under headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.dates import date_words
from app.core.words import say
from app.store.query import Span, read_query, spans_of
from app.store.rows import Chat
from app.store.search import Found, Hit
from app.ui.commands import Command
from app.ui.palette.proposals import Proposal

Kind = Literal["heading", "hit", "command", "proposal"]

MOST_RECENT, MOST_CHATS, MOST_COMMANDS = 6, 6, 6
_PICTURES = {"chat": "message-square", "note": "sticky-note", "thinking": "brain", "page": "file-text"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a title, what stands at its right end, and perhaps a line of the text with its hits lit."""

    kind: Kind
    title: str
    side: str = ""
    line: str = ""
    title_spans: tuple[Span, ...] = ()
    spans: tuple[Span, ...] = ()
    picture: str = ""
    hit: Hit | None = None
    command: str = ""
    proposal: Proposal | None = None


def entries_at_rest(chats: Sequence[Chat], commands: Iterable[Command]) -> list[Entry]:
    """Before anything is typed: the last chats, and everything that can be done."""
    recent = [_chat_entry(chat) for chat in chats[:MOST_RECENT]]
    return _under(say("Recent chats"), recent) + _under(say("Commands"), [_command(one) for one in commands])


def entries_of(found: Found, commands: Sequence[Command]) -> list[Entry]:
    """What was found, the names of chats first; without words every chat that fits."""
    most = MOST_CHATS if found.query.terms else None
    rows = _under(say("Chats"), [_hit(hit, found) for hit in found.chats[:most]])
    rows += _under(say("Commands"), [_command(one) for one in commands[:MOST_COMMANDS]])
    rows += _under(say("Messages"), [_hit(hit, found) for hit in found.messages])
    return rows + _under(say("Documents"), [_hit(hit, found) for hit in found.pages])


def entries_of_commands(words: str, commands: Iterable[Command]) -> list[Entry]:
    """After a ">" only what can be done."""
    return _under(say("Commands"), [_command(one) for one in commands])


def entries_of_proposals(proposals: Iterable[Proposal]) -> list[Entry]:
    """How the search can be narrowed."""
    rows = [Entry("proposal", one.title, one.typed, picture=one.picture, proposal=one) for one in proposals]
    return _under(say("Narrow the search"), rows)


def is_for_commands(text: str) -> bool:
    return text.lstrip().startswith((">", "＞"))


def _under(heading: str, rows: list[Entry]) -> list[Entry]:
    return [Entry("heading", heading), *rows] if rows else []


def _chat_entry(chat: Chat) -> Entry:
    title = chat.title or say("Untitled")
    hit = Hit("chat", title, chat.updated_at, title, (), chat.id)
    return Entry("hit", title, date_words(chat.updated_at), picture="message-square", hit=hit)


def _command(command: Command) -> Entry:
    return Entry("command", command.title, command.key_words, picture=command.icon or "zap", command=command.id)


def _hit(hit: Hit, found: Found) -> Entry:
    title, day = hit.title or say("Untitled"), date_words(hit.at_s)
    lit = tuple(spans_of(found.query.terms, title))
    if hit.kind == "chat":
        return Entry("hit", title, day, title_spans=lit, picture="message-square", hit=hit)
    picture = _PICTURES.get(hit.kind) or ("pencil" if hit.role == "user" else "message-square")
    if hit.kind == "page":
        page = say("page {number}", number=hit.page)
        name = say(" · ").join([hit.document, page])
        return Entry("hit", name, title, hit.snippet, (), hit.spans, picture, hit)
    return Entry("hit", title, day, hit.snippet, lit, hit.spans, picture, hit)


def spoken(entry: Entry) -> str:
    """For screen readers."""
    parts = [entry.title, entry.line, entry.side]
    return say(", ").join(part for part in parts if part)


def words_of(text: str) -> str:
    """What is typed, without the sign that asks for commands alone."""
    return text.lstrip().lstrip(">＞").strip() if is_for_commands(text) else text.strip()


def can_be_found(text: str) -> bool:
    """Whether there is something to look for."""
    return bool(read_query(text).terms)
