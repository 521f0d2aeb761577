"""`sessions` and `bundle`: what is kept on disk to go on faster, and what is packed to find a fault."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app.core.counts import tokens_words
from app.core.dates import moment_words
from app.core.loop import Loop
from app.core.units import format_bytes
from app.core.words import say
from app.session.desk import Desk
from app.session.sessions import Listing, clear_sessions, list_sessions, prune_sessions
from app.session.shelf import SavedSession
from app.session.support import write_bundle
from app.terminal.output import print_json
from app.terminal.waiting import wait_for


def run_sessions(desk: Desk, loop: Loop, args: Namespace) -> int:
    """List the saved sessions, or remove some or all of them."""
    if args.action == "list":
        listing: Listing = wait_for(loop, lambda done, _failed: list_sessions(desk, done))
        print_json(_as_json(listing)) if args.json else _print(listing)
        return 0
    remove = prune_sessions if args.action == "prune" else clear_sessions
    freed: int = wait_for(loop, lambda done, _failed: remove(desk, done))
    if args.json:
        print_json({"freed_bytes": freed})
    else:
        print(say("{size} of disk are free again.", size=format_bytes(freed)))
    return 0


def _print(listing: Listing) -> None:
    for session in listing.sessions:
        print(f"{_day(session)}  {format_bytes(session.size_bytes):>9}  {session_words(session)}")
    sizes = {"size": format_bytes(listing.size_bytes), "most": format_bytes(listing.budget_bytes)}
    print(say("Saved readings take {size} of at most {most}.", **sizes))


def session_words(session: SavedSession) -> str:
    """What was read, and by which model."""
    names = say(", ").join(session.documents) or "?"
    tokens, model = tokens_words(session.sidecar.tokens), Path(session.sidecar.model_path).name
    return say("{names}: {tokens}, read by {model}", names=names, tokens=tokens, model=model)


def _day(session: SavedSession) -> str:
    return moment_words(session.used_s)


def _as_json(listing: Listing) -> dict[str, object]:
    sessions = [
        {
            "documents": list(session.documents),
            "tokens": session.sidecar.tokens,
            "size_bytes": session.size_bytes,
            "model": session.sidecar.model_path,
            "used_s": session.used_s,
        }
        for session in listing.sessions
    ]
    return {"sessions": sessions, "size_bytes": listing.size_bytes, "budget_bytes": listing.budget_bytes}


def run_bundle(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Pack what helps to find a fault."""
    path: Path = wait_for(loop, lambda done, failed: write_bundle(desk, Path(args.file), done, failed))
    if args.json:
        print_json({"file": str(path)})
    else:
        print(
            say("{file} holds versions, this computer, settings and logs; no chats and no documents.", file=str(path))
        )
    return 0
