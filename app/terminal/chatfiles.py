"""`export` and `import-chats`: chats as files."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from app.config.paths import expanded
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.names import safe_name
from app.core.words import say
from app.session.desk import Desk
from app.session.export.paper import Contents
from app.session.export.writing import Export, Order
from app.session.importing.wishes import Imported, import_chats, imported_words
from app.store.store import Store
from app.terminal.output import StatusLine, note, print_json
from app.terminal.waiting import Hear, wait_for


def run_export(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Write the chats; the files are named on stdout, one a line."""
    contents = Contents(args.thinking, not args.bare, not args.bare, not args.bare, args.versions)
    chats = desk.store.call(lambda store: _chosen(store, args))
    target = expanded(args.to)
    if args.one_file and target.is_dir():
        target = target / f"{safe_name(say('Chats'), 'chats')}.{args.format}"
    order = Order(tuple(chats), args.format, target, contents, one_file=args.one_file)
    status = StatusLine()
    exports: list[Export] = []

    def start(done: Hear, failed: Hear) -> None:
        exports.append(Export(desk, order, done, failed))
        exports[0].progressed.connect(
            lambda count, total: status.show(say("{done} of {total} chats", done=count, total=total))
        )
        exports[0].start()

    files: tuple[Path, ...] = wait_for(loop, start)
    status.clear()
    if args.json:
        print_json({"files": [str(file) for file in files]})
    else:
        for file in files:
            print(file)
    return 0


def _chosen(store: Store, args: Namespace) -> list[int]:
    """The chats that are named, those of a folder, or all."""
    if args.chats:
        return [store.chat(chat_id).id for chat_id in args.chats]
    chats = store.list_chats()
    if args.folder is None:
        return [chat.id for chat in chats]
    folder = next((one for one in store.list_folders() if one.name.lower() == args.folder.lower()), None)
    if folder is None:
        raise CarrelError("no_folder", "This folder is no longer here.", "Choose another folder in the list.")
    return [chat.id for chat in chats if chat.folder_id == folder.id]


def run_import_chats(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Bring the chats of the files in; 1 when one of them could not be read."""
    paths = [Path(file) for file in args.files]
    outcomes: tuple[Imported, ...] = wait_for(loop, lambda done, _failed: import_chats(desk, paths, done))
    if args.json:
        print_json({"files": [_as_json(one) for one in outcomes]})
    for one in outcomes:
        if one.error is not None:
            note(f"carrel: {one.error}")
        elif not args.json:
            print(f"{one.path.name}: {imported_words(one)}", file=sys.stdout)
    return int(any(one.error is not None for one in outcomes))


def _as_json(one: Imported) -> dict[str, object]:
    return {
        "file": str(one.path),
        "source": one.source,
        "chats": list(one.chats),
        "known": one.known,
        "grown": list(one.grown),
        "left_out": dict(one.left_out),
        "error": one.error.code if one.error else "",
    }
