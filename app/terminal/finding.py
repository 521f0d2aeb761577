"""`find`: words in chats, messages, side notes and the pages of documents."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from app.core.dates import date_words
from app.core.loop import Loop
from app.core.words import say
from app.session.desk import Desk
from app.session.filters import Filter
from app.session.folders import folder_named
from app.session.search import LIMIT, find
from app.store.search import Found, Hit
from app.terminal.output import StatusLine, note, print_json, to_plain
from app.terminal.waiting import wait_for

FAILED = 1


def add_find(parser: ArgumentParser) -> None:
    """The arguments of `find`."""
    text = (
        'all must occur; "in quotation marks" as they stand; with a - before it must not occur; '
        "in:FOLDER has:file is:pinned model:NAME after:2026-11 before:2026-11-22 narrow it"
    )
    parser.add_argument("words", nargs="+", metavar="WORDS", help=text)
    parser.add_argument("--folder", metavar="NAME", help="only chats in this folder")
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="N", help=f"at most so many of a kind ({LIMIT})")


def run_find(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Print what was found; nothing found exits with 1."""
    _read_all(desk)
    words, limit = " ".join(map(_whole, args.words)), max(1, args.limit)
    if args.folder:
        words = f"{Filter('folder', folder_named(desk, args.folder).name).typed} {words}"
    found: Found = wait_for(loop, lambda done, failed: find(desk, words, done, failed, limit=limit))
    if args.json:
        print_json({"query": words, "hits": [to_plain(hit) for hit in found.hits]})
    else:
        for hit in found.hits:
            _show(hit)
        if not found.hits:
            note(say("Nothing was found."))
    return 0 if found.hits else FAILED


def _read_all(desk: Desk) -> None:
    """The index reads what is new before it is asked: here nobody waits for an answer meanwhile."""
    line = StatusLine()
    while desk.store.call(lambda store: store.index_some(0.5)):
        count = desk.store.call(lambda store: store.unindexed())
        line.show(say("Reading for the search: {count} to go", count=f"{count:,}"))
    line.clear()


def _whole(word: str) -> str:
    """What the shell gave as one argument: `in:"Two words"` comes without its quotation marks."""
    name, colon, value = word.partition(":")
    return f'{name}:"{value}"' if colon and " " in value and '"' not in word else word


def _show(hit: Hit) -> None:
    print(say(" · ").join([*_places(hit), date_words(hit.at_s)]))
    print(f"  {_lit(hit)}")


def _places(hit: Hit) -> list[str]:
    """What the hit stands in, from the outside in."""
    if hit.set_name:
        return [say("Set {name}", name=hit.set_name), hit.document, say("page {number}", number=hit.page)]
    chat = say("Chat {number}: {title}", number=hit.chat_id, title=hit.title or say("Untitled"))
    inside = {
        "page": [hit.document, say("page {number}", number=hit.page)],
        "note": [say("Side note")],
        "thinking": [say("Thinking")],
        "message": [say("Answer") if hit.role == "assistant" else say("Question")],
    }
    return [chat, *inside.get(hit.kind, [])]


def _lit(hit: Hit) -> str:
    """The line with its hits in bold where a person reads."""
    if not sys.stdout.isatty():
        return hit.snippet
    line, end = "", 0
    for first, last in hit.spans:
        line += f"{hit.snippet[end:first]}\x1b[1m{hit.snippet[first:last]}\x1b[22m"
        end = last
    return line + hit.snippet[end:]
