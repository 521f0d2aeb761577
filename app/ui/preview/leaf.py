"""One line of a list of documents or pages: what it says, what is wrong with it, whether it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from app.core import counts
from app.core.chat import Document, Page, PageFlag
from app.core.errors import CarrelError
from app.core.words import say


@dataclass(frozen=True, slots=True)
class Leaf:
    """`note` is said in the colour of `role` with a sign beside it. `ticked` is None where only a part is sent.

    With `below` the line is two lines high: the words above, figure and note under them.
    """

    words: str
    figure: str = ""
    note: str = ""
    role: str = "quiet"
    ticked: bool | None = True
    can_be_ticked: bool = True
    tip: str = ""
    below: bool = False

    def spoken(self) -> str:
        """The line as a screen reader says it."""
        state = "" if not self.can_be_ticked else say("partly sent") if self.ticked is None else ""
        state = state or (say("sent") if self.ticked else say("left out"))
        parts = (self.words, self.note, self.figure, state if self.can_be_ticked else "")
        return say(", ").join(part for part in parts if part)


def page_leaf(page: Page, *, ticked: bool, can_be_ticked: bool) -> Leaf:
    """Where there is no box to show it, a page that was not sent says so."""
    left_out = say("left out") if not (ticked or can_be_ticked) else ""
    return Leaf(
        words=f"{page.number} · {page.label}" if page.label else str(page.number),
        figure=f"{page.tokens:,}",
        note=say(", ").join(word for word in (flag_words(page.flag), left_out) if word),
        role=flag_role(page.flag),
        ticked=ticked,
        can_be_ticked=can_be_ticked,
        tip=flag_sentence(page.flag),
    )


def document_leaf(document: Document, *, can_be_ticked: bool) -> Leaf:
    sent, total = len({page.number for page in document.sent}), len(document.pages)
    return Leaf(
        words=document.name,
        figure=pages_words(sent, total),
        note=flaw_words(document),
        role="care",
        ticked=sent == total or (None if sent else False),
        can_be_ticked=can_be_ticked,
        tip="\n".join((document.path, *document.warnings)),
        below=True,
    )


def refused_leaf(name: str, error: CarrelError) -> Leaf:
    return Leaf(name, note=say("not read"), role="bad", ticked=False, can_be_ticked=False, tip=str(error), below=True)


def flaw_words(document: Document) -> str:
    """That something should be looked at: pages that yield nothing, or what the reader noted."""
    flawed = sum(1 for page in document.pages if page.flag not in ("", "empty"))
    empty = sum(1 for page in document.pages if page.flag == "empty")
    if flawed:
        return say("{count} to check", count=flawed)
    return say("{count} empty", count=empty) if empty else say("note") if document.warnings else ""


def pages_words(sent: int, total: int) -> str:
    """ "12 pages", "9 of 12 pages"."""
    if sent == total:
        return counts.pages_words(total)
    return say("{sent} of {total} pages", sent=f"{sent:,}", total=f"{total:,}")


def flag_words(flag: PageFlag) -> str:
    """What is wrong with a page, in a word."""
    words: dict[PageFlag, str] = {
        "empty": say("empty"),
        "scanned": say("scanned"),
        "garbled": say("garbled"),
        "damaged": say("damaged"),
    }
    return words.get(flag, "")


def flag_sentence(flag: PageFlag) -> str:
    """What is wrong with a page, and what that means."""
    words: dict[PageFlag, str] = {
        "empty": say("Nothing is on this page."),
        "scanned": say("This page is a picture: it holds no text that could be read. The model sees nothing of it."),
        "garbled": say("The letters of this page mean nothing: its font does not say which they are."),
        "damaged": say("This page is damaged and could not be read."),
    }
    return words.get(flag, "")


def flag_role(flag: PageFlag) -> str:
    return {"": "quiet", "empty": "quiet"}.get(flag, "bad" if flag == "damaged" else "care")
