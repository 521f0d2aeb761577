"""What was found of an answer's quotations, for the eye: one line, then each one to look at."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.citation import Citation
from app.core.words import mark, say
from app.session.receipt import citations_line
from app.terminal.output import note

LONGEST = 60  # characters of a quotation that is named

_DOUBTS = {
    "missing": mark("not in the documents: “{text}”"),
    "left_out": mark("not given to the model: {text}"),
    "no_page": mark("no such page: {text}"),
}


def note_citations(citations: Sequence[Citation]) -> None:
    """The line, and a line for each doubt; nothing when the answer cites nothing."""
    if line := citations_line(citations):
        note(line)
    for one in citations:
        if words := doubt_words(one):
            note(f"  ! {words}")


def doubt_words(one: Citation) -> str:
    """Why a citation should be looked at; "" when it need not be, or when its quotation says so already."""
    text = one.text if len(one.text) <= LONGEST else one.text[: LONGEST - 1] + "…"
    if one.kind == "page" and one.verdict in ("missing", "elsewhere"):
        return ""
    if one.verdict in _DOUBTS:
        return say(_DOUBTS[one.verdict], text=text)
    pages = say(", ").join(dict.fromkeys(f"D{place.document} p.{place.page}" for place in one.places))
    if one.is_misplaced:
        return say("on {pages}, not where the answer says: “{text}”", pages=pages, text=text)
    if one.numbers_differ:
        return say("other numbers on {pages}: “{text}”", pages=pages, text=text)
    return ""
