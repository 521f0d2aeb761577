"""Every quotation and page reference of an answer against the pages it was given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.cite.attach import Attached, attach
from app.cite.blocks import blocks, without_code
from app.cite.finding import NOT_FOUND, Found, find, is_chinese, is_named
from app.cite.letters import fold
from app.cite.quotes import is_quoted, quotes
from app.cite.references import Reference, references
from app.cite.sources import Sources
from app.core.citation import FOUND, Citation, PageRef, Place, Verdict

FEW_WORDS = 4  # a quotation of fewer words is a term, unless a page is named right beside it
FEW_CHINESE = 7
_LEFT_OUT = re.compile(r"\s*(?:\[?(?:…|\.{3,}|。{3,})\]?|\[[^\[\]]{0,40}\])+\s*")
_ORDER: tuple[Verdict, ...] = ("exact", "normalized", "fuzzy", "missing")


def check(answer: str, sources: Sources, said: Iterable[str] = ()) -> tuple[Citation, ...]:
    """All citations of an answer in their order. `said` is what was said before: words from there accuse nobody."""
    if not any(document.sent for document in sources.documents):
        return ()
    text = without_code(answer)
    parts = list(blocks(text))
    refs = references(text, sources)
    marked = quotes(text, parts, refs)
    outside = [ref for ref in refs if not is_quoted(text, ref, marked)]
    known = [fold(one).letters for one in (*said, *(document.name for document in sources.documents))]
    pairs = attach(text, parts, marked, outside)
    checked = [(pair, _judge(pair, sources, known)) for pair in pairs]
    about = [(pair, found) for pair, found in checked if found is not None]
    told = [_quotation(answer, pair, found) for pair, found in about]
    told += [_reference(ref, about, sources) for ref in outside]
    return tuple(sorted(told, key=lambda one: (one.start, one.end)))


def _judge(pair: Attached, sources: Sources, known: Sequence[str]) -> Found | None:
    """What became of a quotation; None for a term in quotation marks, which claims nothing."""
    letters = fold(pair.quote.text).letters
    if not letters:
        return None
    short = _is_short(pair.quote.text, letters)
    if short and not pair.is_beside:
        return None
    found = _find_parts(pair.quote.text, sources, pair.named, short=short)
    if found.verdict == "missing" and any(letters in one for one in known):
        return Found("said")
    if found.verdict == "missing" and short and not any(sign.isdigit() for sign in letters):
        return None
    return found


def _is_short(text: str, letters: str) -> bool:
    if is_chinese(letters):
        return len(letters) < FEW_CHINESE
    return len(text.split()) < FEW_WORDS


def _find_parts(text: str, sources: Sources, named: Sequence[PageRef], *, short: bool) -> Found:
    """As a whole, or part by part where dots or brackets say that something was left out or put in."""
    whole = find(text, sources, named, whole_words=short)
    parts = [part for part in _LEFT_OUT.split(text) if not _is_short(part, fold(part).letters)]
    if whole.verdict in ("exact", "normalized") or not parts or not _LEFT_OUT.search(text):
        return whole
    found = [find(parts[0], sources, named)]
    for part in parts[1:]:  # the rest stands where the beginning stands
        near = tuple(PageRef(place.document, place.page) for place in found[0].places) or named
        found.append(find(part, sources, near))
    return _worst(found) if _worst(found).score >= whole.score else whole


def _worst(found: Sequence[Found]) -> Found:
    verdict = max((one.verdict for one in found), key=_ORDER.index)
    if verdict == "missing":
        return NOT_FOUND
    places = tuple(place for one in found for place in one.places)
    return Found(verdict, places, min(one.score for one in found), any(one.numbers_differ for one in found))


def _quotation(answer: str, pair: Attached, found: Found) -> Citation:
    quote = pair.quote
    return Citation(
        kind="quote",
        start=quote.start,
        end=quote.end,
        text=quote.text,
        verdict=found.verdict,
        score=found.score,
        cited=pair.named,
        places=found.places,
        numbers_differ=found.numbers_differ,
    )


def _reference(ref: Reference, about: Sequence[tuple[Attached, Found]], sources: Sources) -> Citation:
    verdict, score, places = _of_pages(ref, sources), 1.0, tuple(Place(r.document, r.page) for r in ref.pages)
    mine = [(pair, found) for pair, found in about if ref in pair.refs]
    if verdict == "exists" and mine:
        verdict, score, places = _of_quotes(ref, mine, places)
    kept = places if verdict not in ("no_page", "left_out") else ()
    return Citation("page", ref.start, ref.end, ref.text, verdict, score, ref.pages, kept)


def _of_pages(ref: Reference, sources: Sources) -> Verdict:
    if ref.labels or all(sources.has_page(one.document, one.page) for one in ref.pages):
        return "exists"
    known = (sources.has_page(one.document, one.page) or sources.left_out(one.document, one.page) for one in ref.pages)
    return "left_out" if all(known) else "no_page"


def _of_quotes(
    ref: Reference, mine: Sequence[tuple[Attached, Found]], places: tuple[Place, ...]
) -> tuple[Verdict, float, tuple[Place, ...]]:
    """A reference is as good as the best quotation it stands for."""
    here = [f for _, f in mine if f.verdict in FOUND and any(is_named(place, ref.named) for place in f.places)]
    if here:
        best = min(here, key=lambda found: _ORDER.index(found.verdict))
        return best.verdict, best.score, tuple(place for place in best.places if is_named(place, ref.named))
    beside = any(f.verdict in FOUND and any(is_named(p, pair.named) for p in f.places) for pair, f in mine)
    if beside or all(found.verdict == "said" for _, found in mine):
        return "exists", 1.0, places
    if any(found.verdict in FOUND for _, found in mine):
        return "elsewhere", 1.0, next(found.places for _, found in mine if found.verdict in FOUND)
    return "missing", 0.0, places
