"""Grows a chat's tree from pieces with foreign ids, whatever is missing, doubled or tied into a knot in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.core.chat import Role
from app.core.chatfile import ChatCopy, MessageCopy
from app.core.params import Choices
from app.session.importing.found import TOOL, Tally

_THOUGHT = re.compile(
    r"\s*(?:<(?P<tag>think|thinking|thought|reasoning)>(?P<plain>.*?)(?:</(?P=tag)>|\Z)"
    r"|<\|channel\|>analysis<\|message\|>(?P<channel>.*?)(?:<\|end\|>(?:<\|start\|>assistant)?|\Z))"
    r"\s*(?:<\|channel\|>final<\|message\|>)?",
    re.DOTALL,
)
_ENDED = re.compile(r"(?P<plain>[^`]*?)</think>\s*", re.DOTALL)
_DETAILS = re.compile(
    r'(?:\A|\n)\s*<details type="reasoning"[^>]*>\s*(?:<summary>.*?</summary>)?(?P<plain>.*?)</details>\s*',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry of a foreign chat. `role` is "" for what is no message but holds the tree together; `files` are the
    names of what stood beside the words and stayed behind.
    """

    key: str
    parent: str = ""
    role: str = ""
    text: str = ""
    thinking: str = ""
    created_at: float = 0.0
    model: str = ""
    files: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.thinking.strip() or self.files)


def grow_chat(
    title: str,
    pieces: Iterable[Piece],
    tally: Tally,
    *,
    created_at: float = 0.0,
    updated_at: float = 0.0,
    shown: str = "",
    instructions: str = "",
    pinned_at: float | None = None,
) -> ChatCopy | None:
    """The chat; None when nothing was said in it. What stands alone at its beginning are its instructions."""
    whole = _in_order(pieces)
    kept, told = _messages(whole, tally)
    said = _joined(kept)
    if not said:
        return None
    numbers = {piece.key: number for number, piece in enumerate(said, 1)}
    begun = created_at or min((piece.created_at for piece in said if piece.created_at), default=0.0)
    ended = updated_at or max((piece.created_at for piece in said), default=0.0) or begun
    leaf = _nearest(shown, {piece.key: piece for piece in whole}, numbers)
    return ChatCopy(
        title=" ".join(title.split())[:200],
        created_at=begun,
        updated_at=ended,
        messages=tuple(_message(piece, numbers, begun) for piece in said),
        shown=leaf or len(said),
        choices=Choices(instructions="\n\n".join(part for part in (instructions.strip(), told) if part)),
        pinned_at=pinned_at,
    )


def split_thought(text: str) -> tuple[str, str]:
    """The answer and the thoughts that were written before it and between its parts."""
    thoughts: list[str] = []

    def take(found: re.Match[str]) -> str:
        lines = _inside(found).strip().splitlines()
        thoughts.append("\n".join(line.removeprefix("> ").removeprefix(">") for line in lines).strip())
        return "" if found.start() == 0 else "\n\n"

    while found := _THOUGHT.match(text):
        take(found)
        text = text[found.end() :]
    if (
        "</think>" in text and (found := _ENDED.match(text)) and "<think" not in found[1]
    ):  # the template had opened it before the answer
        take(found)
        text = text[found.end() :]
    if '<details type="reasoning"' in text:
        text = _DETAILS.sub(take, text)
    return text, "\n\n".join(thought for thought in thoughts if thought)


def _inside(found: re.Match[str]) -> str:
    named = found.groupdict()
    return named.get("plain") or named.get("channel") or ""


def _in_order(pieces: Iterable[Piece]) -> list[Piece]:
    """Each once, parents first; what hangs on nothing or on itself begins anew."""
    known: dict[str, Piece] = {}
    for piece in pieces:
        key = piece.key if piece.key and piece.key not in known else f"{piece.key}#{len(known)}"
        known[key] = replace(piece, key=key)
    done: dict[str, Piece] = {}
    for piece in known.values():
        path: list[str] = []
        key = piece.key
        while key in known and key not in done and key not in path:
            path.append(key)
            key = known[key].parent
        knot = key in path
        for key in reversed(path):
            one = known[key]
            lost = one.parent not in done or (knot and key == path[-1])
            done[key] = replace(one, parent="") if lost else one
    return list(done.values())


def _messages(pieces: Sequence[Piece], tally: Tally) -> tuple[list[Piece], str]:
    """Only what a person or the model said, each under the nearest of those; and the instructions before all."""
    above: dict[str, str] = {}
    kept: list[Piece] = []
    told: list[str] = []
    for piece in pieces:
        parent = above.get(piece.parent, "")
        if piece.role in ("user", "assistant") and not piece.is_empty:
            above[piece.key] = piece.key
            kept.append(replace(piece, parent=parent))
            continue
        above[piece.key] = parent
        if piece.role in ("system", "developer") and piece.text.strip():
            told.append(piece.text.strip())
        elif piece.role and piece.role not in ("user", "assistant") and piece.text.strip():
            tally.add(TOOL)
    return kept, "\n\n".join(dict.fromkeys(told))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Two messages in a row of the same side are one, where no branch parts them."""
    children: dict[str, int] = {}
    for piece in pieces:
        children[piece.parent] = children.get(piece.parent, 0) + 1
    made: dict[str, Piece] = {}
    place: dict[str, str] = {"": ""}
    for piece in pieces:
        parent = place[piece.parent]
        above = made.get(parent)
        if above is not None and above.role == piece.role and children[piece.parent] == 1:
            thinking = "\n\n".join(part for part in (above.thinking, piece.thinking) if part.strip())
            text = "\n\n".join(part for part in (above.text, piece.text) if part.strip())
            files, model = above.files + piece.files, above.model or piece.model
            made[parent] = replace(above, text=text, thinking=thinking, model=model, files=files)
            place[piece.key] = parent
        else:
            made[piece.key] = replace(piece, parent=parent)
            place[piece.key] = piece.key
    return list(made.values())


def _nearest(key: str, pieces: dict[str, Piece], numbers: dict[str, int]) -> int | None:
    """The number of a message, or of the nearest above it that was kept."""
    while key in pieces and key not in numbers:
        key = pieces[key].parent
    return numbers.get(key)


def _message(piece: Piece, numbers: dict[str, int], begun: float) -> MessageCopy:
    role: Role = "assistant" if piece.role == "assistant" else "user"
    text, thought = split_thought(piece.text) if role == "assistant" else (piece.text, "")
    return MessageCopy(
        number=numbers[piece.key],
        parent=numbers.get(piece.parent),
        role=role,
        text="\n\n".join(part for part in (text, "\n".join(f"[{name}]" for name in piece.files)) if part),
        thinking="\n\n".join(part for part in (piece.thinking.strip(), thought) if part),
        created_at=piece.created_at or begun,
        model=piece.model if role == "assistant" else "",
    )
