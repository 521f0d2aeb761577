"""`sets`: named sets of documents, compared with the files they were read from."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app.core.counts import documents_words, tokens_words
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.words import mark, say
from app.session.desk import Desk
from app.session.sets import FileCheck, check_set, delete_set, key_of, list_sets, reread_set, save_set
from app.store.rows import DocumentSet
from app.terminal.output import note, print_json
from app.terminal.reading import read_for_terminal
from app.terminal.waiting import wait_for

_STATES = {"same": mark("as read"), "changed": mark("changed"), "gone": mark("gone")}


def run_sets(desk: Desk, loop: Loop, args: Namespace) -> int:
    """List, add, remove or check. A check that finds changed or vanished files exits with 1."""
    match args.action:
        case "add":
            documents = read_for_terminal(desk, loop, [Path(file) for file in args.files], args.password)
            saved = wait_for(loop, lambda done, failed: save_set(desk, args.name, documents, done, failed))
            _show(desk, [saved], as_json=args.json)
        case "remove":
            wait_for(loop, lambda done, failed: delete_set(desk, args.name, done, failed))
        case "check":
            return _check(desk, loop, args)
        case _:
            _show(desk, wait_for(loop, lambda done, _failed: list_sets(desk, done)), as_json=args.json)
    return 0


def _show(desk: Desk, found: list[DocumentSet], *, as_json: bool) -> None:
    if as_json:
        print_json({"sets": [_set_json(desk, one) for one in found]})
        return
    for one in found:
        documents, tokens = len(one.documents), sum(document.tokens for document in one.documents)
        parts = {"documents": documents_words(documents), "tokens": tokens_words(tokens)}
        print(say("{name}: {documents}, {tokens}", name=one.name, **parts))
        for document in one.documents:
            print(f"  {document.path}")
    if not found:
        note(say("No set is kept yet. carrel sets add NAME FILE… makes one."))


def _set_json(desk: Desk, one: DocumentSet) -> dict[str, object]:
    documents = desk.store.call(lambda store: store.set_documents(one.name))
    return {
        "name": one.name,
        "key": key_of(documents),
        "documents": [
            {
                "path": document.path,
                "sha256": document.sha256,
                "pages": len(document.sent),
                "tokens": document.sent_tokens,
            }
            for document in documents
        ],
    }


def _check(desk: Desk, loop: Loop, args: Namespace) -> int:
    kept = desk.store.call(lambda store: store.document_set(args.name))
    checks: tuple[FileCheck, ...] = wait_for(loop, lambda done, _failed: check_set(desk, kept, done))
    if args.json:
        print_json({"files": [{"path": check.document.path, "state": check.state} for check in checks]})
    else:
        for check in checks:
            print(f"{say(_STATES[check.state])}  {check.document.path}")
    if args.reread and any(check.state == "changed" for check in checks):
        wait_for(loop, lambda done, _failed: reread_set(desk, args.name, checks, done, _say_refusal))
        note(say("The changed files were read again."))
        return int(any(check.state == "gone" for check in checks))
    return int(any(check.state != "same" for check in checks))


def _say_refusal(_path: Path, error: CarrelError) -> None:
    note(str(error))
