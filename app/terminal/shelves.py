"""`folders` and `bin`: where chats are kept, and where deleted ones wait."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from app.core.counts import chats_words
from app.core.dates import date_words
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session import bin as bins
from app.session import folders
from app.session.desk import Desk
from app.store.bin import BinnedChat, Erased
from app.store.rows import Chat, Folder
from app.terminal.output import note, print_json
from app.terminal.values import row_number
from app.terminal.waiting import wait_for

AddCommand = Callable[[str, str], ArgumentParser]
_USE = {"new": ("NAME", 1, 1), "rename": ("NAME NEW-NAME", 2, 2), "delete": ("NAME", 1, 1), "move": ("CHAT…", 1, None)}


def add_shelves(command: AddCommand) -> None:
    """`command(name, text)` adds a parser that knows what every command knows."""
    parser = command("folders", "folders of chats: list, new, rename, move chats, delete")
    text = (
        "list them with their chats; new NAME; rename NAME NEW-NAME; delete NAME (its chats stay); move CHAT… --to NAME"
    )
    parser.add_argument("action", nargs="?", choices=("list", *_USE), default="list", help=text)
    parser.add_argument("words", nargs="*", metavar="NAME|CHAT")
    parser.add_argument("--to", metavar="NAME", help="with move: the folder; without it the chats leave their folders")
    parser = command("bin", "the recycle bin: list, put chats into it, restore them, empty it for ever")
    text = "list what is in it; put CHAT…; restore CHAT… or --all; empty, or empty CHAT…, for ever, with --yes"
    parser.add_argument("action", nargs="?", choices=("list", "put", "restore", "empty"), default="list", help=text)
    parser.add_argument("chats", nargs="*", type=row_number, metavar="CHAT")
    parser.add_argument("--all", action="store_true", help="with restore: everything that is in it")
    parser.add_argument("--yes", action="store_true", help="with empty: what is deleted there cannot be brought back")


def wrong_shelves(args: Namespace) -> str:
    """What argparse cannot see by itself."""
    if args.command == "folders" and args.action != "list":
        shown, least, most = _USE[args.action]
        if len(args.words) < least or (most is not None and len(args.words) > most):
            return f"folders {args.action} needs {shown}"
        if args.action == "move" and not all(word.isdecimal() and 0 < int(word) < 2**53 for word in args.words):
            return "folders move needs numbers of chats"
    if args.command == "bin" and args.action == "put" and not args.chats:
        return "bin put needs a CHAT"
    if args.command == "bin" and args.action == "restore" and not (args.chats or args.all):
        return "bin restore needs a CHAT, or --all"
    if args.command == "bin" and args.action == "empty" and not args.yes:
        return "bin empty deletes for ever: it needs --yes"
    return ""


# ---- folders


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
            raise _no_such_chat(chat_id)
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


# ---- the recycle bin


def run_bin(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Do what was asked; list what is in the bin then."""
    held: list[BinnedChat] = wait_for(loop, lambda done, _: bins.list_bin(desk, done))
    gone: Erased | None = None
    match args.action:
        case "put":
            here = {chat.id for chat in desk.store.call(lambda store: store.list_chats())}
            _refuse_others(args.chats, here, _no_such_chat)
            wait_for(loop, lambda done, _: bins.delete_chats(desk, args.chats, done))
        case "restore":
            wait_for(loop, lambda done, _: bins.restore_chats(desk, _chosen(held, args.chats), done))
        case "empty":
            chosen = _chosen(held, args.chats)
            gone = wait_for(loop, lambda done, failed: bins.erase_chats(desk, chosen, done, failed))
    if args.action != "list":
        held = wait_for(loop, lambda done, _: bins.list_bin(desk, done))
    _show_bin(desk, held, gone, as_json=args.json)
    return 0


def _chosen(held: Sequence[BinnedChat], wanted: Sequence[int]) -> list[int]:
    """These of the bin, or all that is in it."""
    inside = [one.chat.id for one in held]
    _refuse_others(wanted, set(inside), _not_in_bin)
    return list(wanted) or inside


def _refuse_others(wanted: Sequence[int], known: set[int], refusal: Callable[[int], CarrelError]) -> None:
    for chat_id in wanted:
        if chat_id not in known:
            raise refusal(chat_id)


def _show_bin(desk: Desk, held: Sequence[BinnedChat], gone: Erased | None, *, as_json: bool) -> None:
    if as_json:
        erased = {} if gone is None else {"erased": {"chats": gone.chats, "documents": list(gone.documents)}}
        print_json({"bin": [_binned_json(desk, one) for one in held]} | erased)
        return
    if gone is not None:
        note(say("Gone for ever: {chats}.", chats=chats_words(gone.chats)))
    for one in held:
        ends_s, title = bins.goes_at_s(desk, one), one.chat.title or say("Untitled")
        until = "" if ends_s is None else say("goes for ever on {day}", day=date_words(ends_s))
        print(say(" · ").join(part for part in (f"{one.chat.id:5}  {title}", until) if part))
    if not held:
        note(say("The recycle bin is empty."))


def _binned_json(desk: Desk, one: BinnedChat) -> dict[str, object]:
    return {
        "id": one.chat.id,
        "title": one.chat.title,
        "deleted_s": one.chat.deleted_at,
        "goes_s": bins.goes_at_s(desk, one),
        "messages": one.messages,
        "documents": one.documents,
    }


def _no_such_chat(chat_id: int) -> CarrelError:
    return CarrelError(
        "no_such_chat",
        "There is no chat number {number}.",
        "carrel find lists chats with their numbers.",
        number=chat_id,
    )


def _not_in_bin(chat_id: int) -> CarrelError:
    return CarrelError(
        "not_in_bin", "Chat {number} is not in the recycle bin.", "carrel bin lists what is in it.", number=chat_id
    )
