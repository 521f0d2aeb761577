"""What became of each quotation and page reference of an answer, in sentences: the same on the screen and on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.citation import Citation, Place
from app.core.words import say, sentences

_MARKUP = re.compile(r"\*\*|__|`|^\s*>", re.MULTILINE)


def verdict_words(one: Citation) -> str:
    """What the documents say about it, in a sentence or two."""
    pages, quote = pages_words(one.places), one.kind == "quote"
    match one.verdict:
        case "missing":
            if quote:
                return say("Not found on any page that was read.")
            return say("The quotation it stands for is on no page that was read.")
        case "left_out":
            return say("This page is in the document, but was not given to the model.")
        case "no_page":
            return say("There is no such page.")
        case "said":
            return say("Said in this conversation, not in the documents.")
        case "exists":
            return say("This page was given to the model.")
        case "elsewhere":
            return say("The quotation it stands for is on {pages}.", pages=pages)
    if one.is_misplaced:
        words = say("Found on {pages}, not on the page the answer names.", pages=pages)
    elif one.verdict == "exact":
        words = say("Found on {pages}, word for word.", pages=pages)
    elif one.verdict == "normalized":
        words = say("Found on {pages}; only spaces, case or punctuation differ.", pages=pages)
    else:
        words = say("Nearly so on {pages}: {share} % alike.", pages=pages, share=round(100 * one.score))
    return sentences(words, say("The numbers differ.")) if one.numbers_differ else words


def cited_words(one: Citation) -> str:
    """What is quoted, without line breaks and markup."""
    return " ".join(_MARKUP.sub("", one.text).split())


def pages_words(places: Sequence[Place]) -> str:
    """ "D1 p.2, D1 p.3"."""
    named = dict.fromkeys((place.document, place.page) for place in places)
    return say(", ").join(f"D{document} p.{page}" for document, page in named)


def worth_listing(citations: Sequence[Citation]) -> list[Citation]:
    """Quotations, and pages that were not read; what a reference shares with its quotation is not said twice."""
    some = [one for one in citations if one.kind == "quote" or one.verdict in ("no_page", "left_out")]
    return some or list(citations)
