"""`bin`: where deleted chats wait."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence

from app.core.counts import chats_words
from app.core.dates import date_words
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session import bin as bins
from app.session.desk import Desk
from app.store.bin import BinnedChat, Erased
from app.terminal.folders import AddCommand, no_such_chat
from app.terminal.output import note, print_json
from app.terminal.values import row_number
from app.terminal.waiting import wait_for


def add_bin(command: AddCommand) -> None:
    """`command(name, text)` adds a parser that knows what every command knows."""
    parser = command("bin", "the recycle bin: list, put chats into it, restore them, empty it for ever")
    text = "list what is in it; put CHAT…; restore CHAT… or --all; empty, or empty CHAT…, for ever, with --yes"
    parser.add_argument("action", nargs="?", choices=("list", "put", "restore", "empty"), default="list", help=text)
    parser.add_argument("chats", nargs="*", type=row_number, metavar="CHAT")
    parser.add_argument("--all", action="store_true", help="with restore: everything that is in it")
    parser.add_argument("--yes", action="store_true", help="with empty: what is deleted there cannot be brought back")


def wrong_bin(args: Namespace) -> str:
    """What argparse cannot see by itself."""
    if args.action == "put" and not args.chats:
        return "bin put needs a CHAT"
    if args.action == "restore" and not (args.chats or args.all):
        return "bin restore needs a CHAT, or --all"
    if args.action == "empty" and not args.yes:
        return "bin empty deletes for ever: it needs --yes"
    return ""


def run_bin(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Do what was asked; list what is in the bin then."""
    held: list[BinnedChat] = wait_for(loop, lambda done, _: bins.list_bin(desk, done))
    gone: Erased | None = None
    match args.action:
        case "put":
            here = {chat.id for chat in desk.store.call(lambda store: store.list_chats())}
            _refuse_others(args.chats, here, no_such_chat)
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


def _not_in_bin(chat_id: int) -> CarrelError:
    return CarrelError(
        "not_in_bin", "Chat {number} is not in the recycle bin.", "carrel bin lists what is in it.", number=chat_id
    )
