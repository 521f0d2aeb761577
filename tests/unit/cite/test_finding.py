"""A passage is found wherever it stands, and what stands nowhere is never called exact."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cite.finding import find
from app.cite.letters import fold
from app.cite.sources import Sources
from app.core.chat import Document, Page
from app.core.citation import PageRef, Place

ENGLISH = (
    "The lease begins on 1 March 2024 and runs for three years unless it is ended before. "
    "The tenant pays the rent of 5,000 yuan in advance, on the third working day of each month.",
    "Either party may end this agreement with thirty days' notice in writing. Notice takes effect on receipt. "
    "A party that does not perform owes the other a penalty of 12.5% of the annual rent.",
    "The deposit equals 3.5 months' rent and is returned within 14 days after the keys are handed over. "
    "The landlord keeps the roof, the walls and the windows in good repair at its own expense.",
)
CHINESE = (
    "甲方应当在合同签订后三十日内支付定金，逾期视为违约。乙方有权解除本合同，并要求甲方赔偿由此造成的全部损失。",
    "第十二条　本合同自双方签字盖章之日起生效，有效期为三年；期满前六十日，任何一方未提出书面异议的，自动续展一年。",
)


def document(pages: tuple[str, ...], name: str = "a") -> Document:
    return Document(f"/{name}", name, "text", name, tuple(Page(n, text) for n, text in enumerate(pages, 1)))


LEASE, CONTRACT = document(ENGLISH), document(CHINESE, "b")
BOTH = Sources((LEASE, CONTRACT))


def passage(place: Place) -> str:
    return BOTH.documents[place.document - 1].pages[place.page - 1].text[place.start : place.end]


@st.composite
def cuts(draw: st.DrawFn, least: int = 12) -> tuple[int, int, str]:
    """A document, a page and a piece of its text that begins and ends with a letter."""
    number = draw(st.integers(1, 2))
    page = draw(st.integers(1, len(BOTH.documents[number - 1].pages)))
    text = BOTH.documents[number - 1].pages[page - 1].text
    start = draw(st.integers(0, len(text) - least))
    end = draw(st.integers(start + least, len(text)))
    return number, page, text[start:end].strip(" ,.，。；　'’%")


@given(cuts())
def test_any_piece_of_a_page_is_found_there(cut: tuple[int, int, str]) -> None:
    number, page, text = cut
    found = find(text, BOTH)
    assert found.verdict == "exact"
    assert [(place.document, place.page) for place in found.places] == [(number, page)]
    assert passage(found.places[0]) == text


@given(cuts(), st.randoms(use_true_random=False))
def test_spaces_width_case_and_marks_make_no_difference(cut: tuple[int, int, str], chance: random.Random) -> None:
    number, page, text = cut
    changed = "".join(_restyled(sign, chance) for sign in text)
    found = find(changed, BOTH)
    assert found.verdict in ("exact", "normalized")
    assert (found.places[0].document, found.places[0].page) == (number, page)
    assert fold(passage(found.places[0])).letters == fold(text).letters


def _restyled(sign: str, chance: random.Random) -> str:
    if sign == "." or sign.isdigit():
        return sign
    ways = [sign, sign.upper(), sign.lower(), sign + "\u00ad", sign + " ", sign + "-\n", sign + "**"]
    if "!" < sign < "~":
        ways.append(chr(ord(sign) + 0xFEE0))
    way = chance.choice(ways)
    return way if fold(unicodedata.normalize("NFC", way)).letters == fold(sign).letters else sign


@settings(deadline=None)
@given(cuts(least=30), st.integers(1, 3), st.randoms(use_true_random=False))
def test_a_few_wrong_letters_are_scored(cut: tuple[int, int, str], edits: int, chance: random.Random) -> None:
    number, page, text = cut
    letters = list(fold(text).letters)
    for _ in range(edits if len(letters) >= 24 else 1):
        at = chance.randrange(len(letters))
        letters[at : at + 1] = chance.choice([[], ["x"], [letters[at], "金"]])
    found = find("".join(letters), BOTH)
    assert found.verdict in ("exact", "normalized", "fuzzy")
    assert found.score >= 1 - (edits + 1) / len(letters) - 0.05
    assert (found.places[0].document, found.places[0].page) == (number, page)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_what_is_not_there_is_never_called_exact(text: str) -> None:
    found = find(text, BOTH)
    letters = fold(text).letters
    there = bool(letters) and any(letters in volume.letters for volume in BOTH.volumes)
    assert (found.verdict in ("exact", "normalized")) == there


def test_unrelated_sentences_are_missing() -> None:
    for text in (
        "The seller delivers the goods free of charge to the port named by the buyer.",
        "A dog may not be kept on the premises without the consent of the neighbours.",
        "买方应当在货物到达港口之后及时办理报关手续并承担全部关税。",
    ):
        assert find(text, BOTH).verdict == "missing"


def test_other_numbers_are_seen() -> None:
    found = find("The tenant pays the rent of 9,000 yuan in advance", BOTH)
    assert (found.verdict, found.numbers_differ) == ("fuzzy", True)
    assert find("甲方应当在合同签订后五十日内支付定金", BOTH).numbers_differ
    assert not find("The tenant paid the rent of 5,000 yuan in advance", BOTH).numbers_differ
    assert find("The deposit equals 35 months' rent", BOTH).verdict == "fuzzy"


def test_a_cited_page_goes_before_an_earlier_one() -> None:
    twice = Sources((document(("the same words stand here", "and the same words stand here")),))
    assert find("the same words stand here", twice).places[0].page == 1
    assert find("the same words stand here", twice, [PageRef(1, 2)]).places[0].page == 2
    assert find("the same words stand here", twice, [PageRef(0, 2)]).places[0].page == 2


def test_a_sentence_broken_by_a_page_is_found_on_both() -> None:
    book = Sources((document(("It rained for days and then the river", "rose over its banks.")),))
    found = find("and then the river rose over its banks", book)
    assert found.verdict == "normalized"
    assert [place.page for place in found.places] == [1, 2]


@pytest.mark.parametrize("between", ["", "Page 17 of 90 - Confidential - Lease of 14 High Street"])
def test_running_heads_between_two_halves_do_not_hide_a_sentence(between: str) -> None:
    pages = ("Intro. The tenant may sublet a single room " + between, between + " with the written consent. More.")
    found = find("The tenant may sublet a single room with the written consent", Sources((document(pages),)))
    assert (found.verdict, [place.page for place in found.places]) == ("normalized", [1, 2])
    assert pages[1][found.places[1].start : found.places[1].end] == "with the written consent"


def test_only_pages_that_were_sent_are_searched() -> None:
    part = Document("/a", "a", "text", "a", LEASE.pages, chosen=(3, 1))
    sources = Sources((part,))
    assert find("Either party may end this agreement", sources).verdict == "missing"
    assert find("The deposit equals 3.5 months", sources).places[0].page == 3
    assert sources.left_out(1, 2)
    assert not sources.left_out(1, 4)
    assert not sources.has_page(1, 2)


def test_whole_words_only() -> None:
    sources = Sources((document(("A party starts the car at 9:30.",)),))
    assert find("art", sources, whole_words=True).verdict == "missing"
    assert find("car", sources, whole_words=True).verdict == "exact"
    assert find("9:30", sources, whole_words=True).verdict == "exact"
