"""A chat as Markdown: what people paste into notes, and what a chat is when it is dragged out of the window."""

from __future__ import annotations

import re

from app.core.words import say
from app.session.desk import Desk
from app.session.export.paper import Contents, Entry, Paper, Transcript, paper_of, read_transcript
from app.session.markdown import parser

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})", re.MULTILINE)
_SPECIAL = re.compile(r"([\\`*\[\]<>]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))")


def export_markdown(chat: Transcript, contents: Contents = Contents()) -> str:  # noqa: B008 - a frozen value
    """The chat as one Markdown text."""
    return write_markdown(paper_of(chat, contents))


def chat_as_markdown(desk: Desk, chat_id: int, contents: Contents = Contents()) -> str:  # noqa: B008 - a frozen value
    """The same of a chat by its number. Waits for the database: some milliseconds for a chat of usual length."""
    return export_markdown(desk.store.call(lambda store: read_transcript(store, chat_id)), contents)


def write_markdown(paper: Paper) -> str:
    facts = "\n".join(f"- {name}: {_plain(value)}" for name, value in paper.facts)
    parts = [f"# {_plain(paper.title)}", facts, *(_entry(entry) for entry in paper.entries)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _entry(entry: Entry) -> str:
    parts = [f"## {entry.heading}", f"*{entry.line}*", _list(entry.files)]
    if entry.thinking:
        parts += [f"> **{entry.thinking_heading}**", _quoted(entry.thinking)]
    parts.append(_closed(_lowered(entry.text) if entry.is_answer else entry.text))
    if entry.note:
        parts.append(f"*{_plain(entry.note)}*")
    if entry.citations:
        parts += [f"**{say('Citations')}** {entry.citations_line}".rstrip(), _list(entry.citations)]
    if entry.receipt_line or entry.receipt:
        parts += [f"**{say('Reading receipt')}** {entry.receipt_line}".rstrip(), _list(entry.receipt)]
    return "\n\n".join(part for part in parts if part)


def _lowered(text: str) -> str:
    """The headings of an answer two steps down, below the one that says that it is an answer."""
    lines = text.split("\n")
    for token in parser().parse(text):
        if token.type == "heading_open" and token.map and token.markup.startswith("#"):
            line = token.map[0]
            lines[line] = lines[line].replace("#", "#" * min(3, 7 - len(token.markup)), 1)
    return "\n".join(lines)


def _list(rows: tuple[str, ...]) -> str:
    return "\n".join(f"- {_plain(row)}" for row in rows)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _closed(text).splitlines())


def _plain(text: str) -> str:
    """Words that are no markup, in one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _closed(text: str) -> str:
    """An answer that was cut off inside a code block must not swallow what follows it."""
    open_fence = ""
    for found in _FENCE.finditer(text):
        mark = found.group(1)
        if not open_fence:
            open_fence = mark
        elif mark[0] == open_fence[0] and len(mark) >= len(open_fence):
            open_fence = ""
    return f"{text.rstrip()}\n{open_fence}" if open_fence else text.rstrip()
