"""`folders`: what chats are kept in."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from app.core.counts import chats_words
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session import folders
from app.session.desk import Desk
from app.store.rows import Chat, Folder
from app.terminal.output import note, print_json
from app.terminal.waiting import wait_for

AddCommand = Callable[[str, str], ArgumentParser]
_USE = {"new": ("NAME", 1, 1), "rename": ("NAME NEW-NAME", 2, 2), "delete": ("NAME", 1, 1), "move": ("CHAT…", 1, None)}


def add_folders(command: AddCommand) -> None:
    """`command(name, text)` adds a parser that knows what every command knows."""
    parser = command("folders", "folders of chats: list, new, rename, move chats, delete")
    text = (
        "list them with their chats; new NAME; rename NAME NEW-NAME; delete NAME (its chats stay); move CHAT… --to NAME"
    )
    parser.add_argument("action", nargs="?", choices=("list", *_USE), default="list", help=text)
    parser.add_argument("words", nargs="*", metavar="NAME|CHAT")
    parser.add_argument("--to", metavar="NAME", help="with move: the folder; without it the chats leave their folders")


def wrong_folders(args: Namespace) -> str:
    """What argparse cannot see by itself."""
    if args.action != "list":
        shown, least, most = _USE[args.action]
        if len(args.words) < least or (most is not None and len(args.words) > most):
            return f"folders {args.action} needs {shown}"
        if args.action == "move" and not all(word.isdecimal() and 0 < int(word) < 2**53 for word in args.words):
            return "folders move needs numbers of chats"
    return ""


def run_folders(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Do what was asked, then list the folders."""
    words: list[str] = args.words
    match args.action:
        case "new":
            wait_for(loop, lambda done, _: folders.create_folder(desk, words[0], done=done))
        case "rename":
            folder = folders.folder_named(desk, words[0])
            folders.refuse_taken(desk, words[1], folder)
            wait_for(loop, lambda done, _: folders.rename_folder(desk, folder.id, words[1], done))
        case "delete":
            folder = folders.folder_named(desk, words[0])
            wait_for(loop, lambda done, _: folders.delete_folder(desk, folder.id, done))
        case "move":
            _move(desk, loop, [int(word) for word in words], args.to)
    chats, found = wait_for(loop, lambda done, _: folders.list_library(desk, done))
    _show_folders(chats, found, as_json=args.json)
    return 0


def _move(desk: Desk, loop: Loop, chat_ids: Sequence[int], name: str | None) -> None:
    here = {chat.id for chat in desk.store.call(lambda store: store.list_chats())}
    for chat_id in chat_ids:
        if chat_id not in here:
            raise no_such_chat(chat_id)
    folder_id = None if name is None else folders.folder_named(desk, name).id
    wait_for(loop, lambda done, _: folders.move_chats(desk, [(chat_id, folder_id) for chat_id in chat_ids], done))


def _show_folders(chats: Sequence[Chat], found: Sequence[Folder], *, as_json: bool) -> None:
    inside = {folder.id: [chat for chat in chats if chat.folder_id == folder.id] for folder in found}
    if as_json:
        print_json({"folders": [_folder_json(folder, inside[folder.id]) for folder in found]})
        return
    for folder in found:
        print(say("{name}: {chats}", name=folder.name, chats=chats_words(len(inside[folder.id]))))
        for chat in inside[folder.id]:
            print(f"  {chat.id:5}  {chat.title or say('Untitled')}")
    if not found:
        note(say("There is no folder yet. carrel folders new NAME makes one."))


def _folder_json(folder: Folder, chats: Sequence[Chat]) -> dict[str, object]:
    held = [{"id": chat.id, "title": chat.title, "updated_s": chat.updated_at} for chat in chats]
    return {"id": folder.id, "name": folder.name, "chats": held}


def no_such_chat(chat_id: int) -> CarrelError:
    return CarrelError(
        "no_such_chat",
        "There is no chat number {number}.",
        "carrel find lists chats with their numbers.",
        number=chat_id,
    )
