"""The tree of a chat in the terminal: which versions there are, which is shown, and what is asked at another place."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace

from app.core.chat import Document
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session.branches import Shown, show_chat, switch_version
from app.session.desk import Desk
from app.session.wish import Wish
from app.store.rows import Message
from app.store.store import Store
from app.terminal.output import print_line
from app.terminal.waiting import wait_for

WIDTH = 72


def run_tree(desk: Desk, loop: Loop, args: Namespace) -> int:
    """List the messages of a chat with their versions, after showing another one when that is wished."""

    def start(done: Callable[[Shown], object], failed: Callable[[Exception], object]) -> None:
        if args.switch is not None:
            switch_version(desk, args.switch, done, failed)
        else:
            show_chat(desk, args.chat, done, failed)

    print_branch(wait_for(loop, start), as_json=args.json)
    return 0


def print_branch(shown: Shown, *, as_json: bool = False) -> None:
    """The branch that is shown, a line a message: its number, which version of how many, how it ended, its words."""
    for message in shown.messages:
        ids = shown.versions.get(message.id, (message.id,))
        if as_json:
            print_line(
                {
                    "kind": "message",
                    "id": message.id,
                    "role": message.role,
                    "state": message.state,
                    "text": message.text,
                    "versions": list(ids),
                }
            )
            continue
        place = f"{ids.index(message.id) + 1}/{len(ids)}" if len(ids) > 1 else ""
        state = "" if message.state == "complete" else f"[{message.state}] "
        others = say("also {ids}", ids=", ".join(str(one) for one in ids if one != message.id)) if len(ids) > 1 else ""
        words = " ".join(message.text.split())
        words = words if len(words) <= WIDTH else words[: WIDTH - 1] + "…"
        sign = ">" if message.role == "user" else " "
        print(f"{message.id:6} {place:>5} {sign} {state}{words}{'  · ' + others if others else ''}")


def placed(desk: Desk, args: Namespace, wish: Wish) -> Wish:
    """The wish at the place of the tree that the arguments name."""
    if args.edit is not None:
        kept = () if wish.documents else _documents_of(desk, args.edit)
        return replace(wish, edits=args.edit, documents=wish.documents or kept)
    if args.regenerate is not None:
        return again(desk, wish, args.regenerate or _last(desk, args.chat, "user").id, chosen=args.no_thinking)
    if args.go_on is not None:
        return replace(wish, continues=args.go_on or _last(desk, args.chat, "assistant").id)
    return wish


def again(desk: Desk, wish: Wish, message_id: int, *, chosen: bool = False) -> Wish:
    """Another answer to a question, or beside an answer, thought about as that was unless it was `chosen` otherwise."""
    message = desk.store.call(lambda store: store.message(message_id))
    if message.role == "assistant":
        thinking = wish.thinking if chosen or not message.text else bool(message.thinking)
        return replace(wish, answers=message.parent_id, thinking=thinking)
    return replace(wish, answers=message_id)


def edited(desk: Desk, wish: Wish, chat_id: int) -> Wish:
    """The words of `wish` as another version of the last question, with its documents."""
    question = _last(desk, chat_id, "user")
    return replace(wish, edits=question.id, documents=wish.documents or _documents_of(desk, question.id))


def continued(desk: Desk, wish: Wish, chat_id: int) -> Wish:
    """The last answer, gone on with."""
    return replace(wish, text="", documents=(), continues=_last(desk, chat_id, "assistant").id)


def repeated(desk: Desk, wish: Wish, chat_id: int) -> Wish:
    """Another answer to the last question."""
    return replace(again(desk, wish, _last(desk, chat_id, "user").id), text="", documents=())


def _documents_of(desk: Desk, message_id: int) -> tuple[Document, ...]:
    return tuple(desk.store.call(lambda store: store.documents_of(message_id)))


def _last(desk: Desk, chat_id: int, role: str) -> Message:
    def find(store: Store) -> Message | None:
        store.chat(chat_id)
        return next((message for message in reversed(store.thread(chat_id)) if message.role == role), None)

    found = desk.store.call(find)
    if found is None:
        raise CarrelError("nothing_said", "Nothing was said in this chat yet.", "Ask something first.")
    return found
