"""What of a conversation is worth keeping once the engine has read it, and the names under which it is kept."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from app.core.sealing import Key
from app.engine import messages as m
from app.engine import saved
from app.session.prompt import Said, compose_turns
from app.session.shelf import Rates, SavedSession

FEWEST_TOKENS = 2_000  # of documents; fewer are read in a moment


@dataclass(frozen=True, slots=True)
class Reading:
    """The beginning of a prompt, up to the end of its documents: what is worth keeping. `tokens` are the documents'."""

    turns: tuple[m.Turn, ...]
    tokens: int
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """The readings of one prompt, longest first, under their keys; `found` is the longest that is on the shelf."""

    readings: tuple[Reading, ...]
    keys: tuple[str, ...]
    found: SavedSession | None
    rates: Rates


def readings_of(thread: Sequence[Said], system_prompt: str) -> tuple[Reading, ...]:
    """What of a conversation could be kept, longest first: once for every message that brought documents."""
    found = []
    for end, said in enumerate(thread, start=1):
        beginning = [*thread[: end - 1], replace(said, text="")]
        documents = [document for one in beginning for document in one.documents]
        tokens = sum(document.sent_tokens for document in documents)
        if said.documents and tokens >= FEWEST_TOKENS:
            names = tuple(document.name for document in documents)
            found.append(Reading(compose_turns(beginning, system_prompt), tokens, names))
    return tuple(reversed(found))


def key_of(reading: Reading, identity: saved.Identity, secret: Key = b"") -> str:
    """Names a session by everything its state depends on that is known before it is made.

    With a `secret`, nobody who guesses the documents can find out from the name whether they were read.
    """
    content = msgspec.json.encode((reading.turns, identity))
    digest = hmac.new(bytes(secret), content, hashlib.sha256) if secret else hashlib.sha256(content)
    return digest.hexdigest()[:40]


def is_worth_it(session: SavedSession, rates: Rates) -> bool:
    """Whether bringing it back is faster than reading again, as far as both were measured."""
    restore_s = session.size_bytes / rates.restore_bytes_s
    return rates.read_tok_s <= 0 or restore_s < session.sidecar.tokens / rates.read_tok_s
