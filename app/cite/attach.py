"""Which page reference stands for which quotation: the nearest one within the sentence, or beside a block quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.cite.blocks import Block
from app.cite.quotes import Quote
from app.cite.references import Reference
from app.core.citation import PageRef

REACH = 200  # characters between a quotation and the reference that stands for it
_SENTENCE_COST = 60
_SENTENCE_END = re.compile(r"[。！？!?]|\.(?=\s)")
_BETWEEN = re.compile(r"[\s,，;；、&.。]*(?:and|和|及)?\s*")


@dataclass(frozen=True, slots=True)
class Attached:
    """A quotation with the references that stand for it. `is_beside` when nothing stands between."""

    quote: Quote
    refs: tuple[Reference, ...]
    is_beside: bool

    @property
    def named(self) -> tuple[PageRef, ...]:
        return tuple(dict.fromkeys(page for ref in self.refs for page in ref.named))


def attach(text: str, parts: Sequence[Block], marked: Sequence[Quote], refs: Sequence[Reference]) -> list[Attached]:
    """Each quotation with its references, in the order of the quotations."""
    groups = _groups(text, refs)
    return [_attach(text, parts, quote, groups) for quote in marked]


def _groups(text: str, refs: Sequence[Reference]) -> list[tuple[Reference, ...]]:
    """References that follow each other stand together."""
    groups: list[tuple[Reference, ...]] = []
    for ref in refs:
        if groups and "\n" not in (gap := text[groups[-1][-1].end : ref.start]) and _BETWEEN.fullmatch(gap):
            groups[-1] = (*groups[-1], ref)
        else:
            groups.append((ref,))
    return groups


def _attach(text: str, parts: Sequence[Block], quote: Quote, groups: Sequence[tuple[Reference, ...]]) -> Attached:
    at = next((number for number, part in enumerate(parts) if part.start <= quote.start < part.end), 0)
    reach = 1 if quote.is_block else 0
    low, high = parts[max(0, at - reach)].start, parts[min(len(parts) - 1, at + reach)].end
    costs = [
        (cost, group)
        for group in groups
        if low <= group[0].start and group[-1].end <= high and (cost := _cost(text, quote, group)) <= REACH
    ]
    if not costs:
        return Attached(quote, (), is_beside=False)
    cost, nearest = min(costs, key=lambda pair: pair[0])
    holder = [ref for ref in nearest if ref.end <= quote.start <= ref.end + 3 and _is_open(ref)]
    if holder:  # [D1 p.2 "words"]
        return Attached(quote, (holder[-1],), is_beside=True)
    return Attached(quote, nearest, is_beside=cost <= 3)


def _cost(text: str, quote: Quote, group: Sequence[Reference]) -> float:
    """How far apart they stand; ends of sentences between them count more, a reference that follows counts less."""
    if quote.start <= group[0].start and group[-1].end <= quote.end:
        return 0
    if group[0].start >= quote.end:
        gap = text[quote.end : group[0].start]
        return len(gap) * 0.9 + _SENTENCE_COST * len(_SENTENCE_END.findall(gap.strip(" \n.。,，")))
    gap = text[group[-1].end : quote.start]
    return len(gap) + _SENTENCE_COST * len(_SENTENCE_END.findall(gap))


def _is_open(ref: Reference) -> bool:
    return ref.text[0] in "[【(（" and ref.text[-1] not in "]】)）"
