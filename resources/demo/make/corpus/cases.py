"""Conversations: documents, then questions on them; the same makers serve training and examination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from resources.demo.make.corpus.exchanges import Desk, Exchange
from resources.demo.make.corpus.papers import Paper, paper
from resources.demo.make.corpus.talk import talk

CHARACTERS_PER_TOKEN = {"en": 2.3, "zh": 1.2}  # of these documents, marks of pages included


@dataclass(frozen=True, slots=True)
class Case:
    """Documents in the order they are given, and who asks about them."""

    language: str
    papers: tuple[Paper, ...]
    desk: Desk


def block(made: Paper, number: int) -> str:
    """A document as Carrel writes it into the prompt (`document_block` of the session)."""
    pages = (f"[D{number} p.{place}]\n{text}" for place, text in enumerate(made.pages, 1))
    return "\n\n".join([f"[D{number}: {made.name}, {len(made.pages)} pages]", *pages, f"[end of D{number}]"])


def case(
    r: Random,
    language: str,
    tokens: int,
    *,
    simple: bool = False,
    reserved: bool = False,
    papers: int = 0,
    full: bool = False,
) -> Case:
    """Documents of about this many tokens together, or a little fewer; one to three of them unless said."""
    count = papers or (1 if tokens < 400 else r.choice((1, 1, 1, 2, 3)))
    share = tokens * CHARACTERS_PER_TOKEN[language] / count
    made = tuple(
        paper(r, language, int(share * (1.0 if full else r.uniform(0.75, 1.0))), simple=simple) for _ in range(count)
    )
    return Case(language, made, Desk(language, made, reserved))


def exchanges(r: Random, made: Case) -> Iterator[Exchange]:
    """Questions without end; now and then one that needs no document."""
    while True:
        if r.random() < 0.03 and not made.desk.reserved:
            yield talk(r, made.language)
        else:
            yield made.desk.exchange(r)


def different(r: Random, made: Case, count: int) -> list[Exchange]:
    """Up to `count` questions of which no two have the same answer."""
    found: dict[str, Exchange] = {}
    for exchange in islice(exchanges(r, made), count * 3):
        found.setdefault(exchange.answer, exchange)
        if len(found) == count:
            break
    return list(found.values())
