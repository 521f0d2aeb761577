"""How a condition may go on that is being typed, and which there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from app.core.folding import folded_line
from app.core.words import mark, say
from app.session.filters import Begun, Filter, Kind, read_wish

MOST = 12
PICTURES: dict[Kind, str] = {
    "folder": "folder",
    "file": "paperclip",
    "pinned": "pin",
    "model": "cpu",
    "after": "clock",
    "before": "clock",
}


class Proposal(msgspec.Struct, frozen=True):
    """A condition to set, or, without one, the text that begins it: `typed`."""

    title: str
    picture: str
    typed: str
    filter: Filter | None = None


def all_proposals() -> list[Proposal]:
    """One for each kind."""
    made = []
    for kind, words in _STARTS.items():
        whole = Filter(kind) if kind in ("file", "pinned") else None
        typed = (whole or Filter(kind, "x")).typed
        made.append(Proposal(say(words), PICTURES[kind], typed if whole else typed[:-1], whole))
    return made


def proposals_for(begun: Begun, folders: Iterable[str], models: Iterable[str]) -> list[Proposal]:
    """What the value may become."""
    if begun.kind == "has":
        return [_proposal(Filter("file"))]
    if begun.kind == "is":
        return [_proposal(Filter("pinned"))]
    if begun.kind in ("folder", "model"):
        names = folders if begun.kind == "folder" else models
        return [_proposal(Filter(begun.kind, name), name) for name in names if _has(name, begun.value)][:MOST]
    return [_proposal(Filter(begun.kind, day)) for day in _days(begun)]


def _days(begun: Begun) -> list[str]:
    """The day that is typed, else some near ones."""
    typed = read_wish(f"{begun.kind}:{begun.value}").filters
    if typed:
        return [typed[0].value]
    today: date = datetime.now().astimezone().date()
    near = (today, *(today - timedelta(days=count) for count in (1, 7, 30)), today.replace(month=1, day=1))
    return list(dict.fromkeys(day.isoformat() for day in near))


def _proposal(condition: Filter, title: str = "") -> Proposal:
    words = condition.words
    return Proposal(title or words[:1].upper() + words[1:], PICTURES[condition.kind], condition.typed, condition)


def _has(name: str, value: str) -> bool:
    return folded_line(value) in folded_line(name)


_STARTS: dict[Kind, str] = {
    "folder": mark("In a folder"),
    "file": mark("Only chats with files"),
    "pinned": mark("Only pinned chats"),
    "model": mark("Answered by a model"),
    "after": mark("Since a day"),
    "before": mark("Before a day"),
}
