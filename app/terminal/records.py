"""`record` and `rerun`: what an answer was made with, and whether the same text comes out again."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app.core.loop import Loop
from app.core.words import say
from app.session.desk import Desk
from app.session.export.paper import moment
from app.session.record.borrowing import find_recorded, fixed_as
from app.session.record.comparing import Comparison, cell_words, comparison_words, pass_words
from app.session.record.passrecord import pass_facts
from app.session.record.report import Record, open_record, read_record, record_bytes, record_facts, save_record
from app.session.record.rerun import Rerun
from app.store.rows import Message
from app.store.store import Store
from app.terminal.chat import load_for_terminal
from app.terminal.output import StatusLine, note, print_json, to_plain
from app.terminal.waiting import Hear, wait_for

LISTED = 20


def run_record(desk: Desk, loop: Loop, args: Namespace) -> int:
    """List the last answers, or tell or write the record of one."""
    if args.message is None:
        answers = desk.store.call(_last_answers)
        if args.json:
            print_json({"answers": [{"message": a.id, "chat": a.chat_id, "asked_at": a.created_at} for a in answers]})
        for answer in answers if not args.json else ():
            print(f"{answer.id:6}  {moment(answer.created_at)}  {' '.join(answer.text.split())[:70]}")
        return 0
    record: Record = wait_for(loop, lambda done, failed: open_record(desk, args.message, done, failed))
    if args.to:
        path: Path = wait_for(loop, lambda done, failed: save_record(desk, record, Path(args.to), done, failed))
        print_json({"file": str(path)}) if args.json else print(path)
    elif args.json:
        print(record_bytes(record, ".json").decode().rstrip())
    else:
        for name, value in (*record_facts(record), *pass_facts(record.passes)):
            print(f"{name}: {value}")
    return 0


def _last_answers(store: Store) -> list[Message]:
    """The answers of the chats written in last, the newest first."""
    found: list[Message] = []
    for chat in store.list_chats()[:LISTED]:
        found += [one for one in store.all_messages(chat.id) if one.role == "assistant" and one.state != "streaming"]
    return sorted(found, key=lambda one: one.created_at, reverse=True)[:LISTED]


def run_rerun(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Load what made the answer, make it again, compare; 1 when another text came out."""
    record: Record = desk.store.call(lambda store: read_record(store, args.message))
    model = Path(args.model) if args.model else _recorded(desk, loop, record)
    load_for_terminal(desk, loop, model, fixed_as(record.origin))
    status = StatusLine()

    def start(done: Hear, failed: Hear) -> None:
        rerun = Rerun(desk, args.message, done, failed)
        rerun.progressed.connect(lambda what, count, total: status.show(_step(rerun) + _progress(what, count, total)))
        rerun.start()

    comparison: Comparison = wait_for(loop, start)
    status.clear()
    print_json(_as_json(comparison)) if args.json else _print(comparison)
    return int(not comparison.is_same)


def _recorded(desk: Desk, loop: Loop, record: Record) -> Path:
    """The file of the record: where it was, else by its hash among the models that are here."""
    if Path(record.origin.model.path).is_file():
        return Path(record.origin.model.path)
    found: Path = wait_for(loop, lambda done, failed: find_recorded(desk, record.origin, done, failed))
    return found


def _step(rerun: Rerun) -> str:
    """ "2/5 " of a reading in passes."""
    return f"{rerun.step}/{rerun.steps}  " if rerun.steps > 1 else ""


def _progress(what: str, count: int, total: int) -> str:
    if what == "reading":
        return say("Reading {done} of {total} tokens", done=f"{count:,}", total=f"{total:,}")
    return say("Writing {done} of {total} tokens", done=f"{count:,}", total=f"{total:,}")


def _print(comparison: Comparison) -> None:
    print(comparison_words(comparison))
    if comparison.parting is not None:
        for name, text in ((say("then"), comparison.parting.then), (say("now"), comparison.parting.now)):
            print(f"  {name}: …{' '.join((comparison.parting.before + '⟦' + text).split())}")
    for one in comparison.passes_apart:
        note(f"- {pass_words(one)}")
    for cell in comparison.cells:
        note(f"- {cell_words(cell)}")
    for sentence in (*comparison.differences, *(() if comparison.is_same else comparison.doubts)):
        note(f"- {sentence}")
    if not comparison.is_same and not comparison.differences and not comparison.doubts:
        note(say("Nothing is known to be different."))


def _as_json(comparison: Comparison) -> dict[str, object]:
    return {
        "same": comparison.is_same,
        "parting": to_plain(comparison.parting),
        "passes": [to_plain(one) for one in comparison.passes],
        "cells": [to_plain(one) for one in comparison.cells],
        "differences": list(comparison.differences),
        "doubts": list(comparison.doubts),
        "text": comparison.text,
        "thinking": comparison.thinking,
    }
