"""An answer's quotations and page references, each with what the pages say about it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cite.check import check
from app.cite.sources import Sources
from app.core.chat import Document, Page
from app.core.citation import Citation, PageRef
from app.store.query import fits, read_query
from tests.unit.cite.test_finding import CONTRACT, LEASE

ROOF = "The landlord repairs the roof and the walls every year."
REPORT = Document(
    "/r.pdf",
    "report.pdf",
    "pdf",
    "r",
    (Page(1, "Nothing of note stands here.", label="193"), Page(2, ROOF, label="194")),
)
SOURCES = Sources((LEASE, CONTRACT, REPORT))


def told(answer: str, *said: str, sources: Sources = SOURCES) -> list[tuple[str, str]]:
    """Verdict and words of each citation, quotations without their marks."""
    return [(one.verdict, one.text) for one in check(answer, sources, said)]


def only(answer: str, *said: str, sources: Sources = SOURCES) -> Citation:
    found = [one for one in check(answer, sources, said) if one.kind == "quote"]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("marks", ["“{}”", '"{}"', "'{}'", "‘{}’", "「{}」", "『{}』", "«{}»", "> {}\n"])
def test_every_kind_of_quotation_mark(marks: str) -> None:
    quote = only("It says: \n\n" + marks.format("The tenant pays the rent of 5,000 yuan in advance") + "\n\n[D1 p.1].")
    assert (quote.verdict, quote.text) == ("exact", "The tenant pays the rent of 5,000 yuan in advance")


def test_traditional_signs_are_no_simplified_ones() -> None:
    """A search takes them for the same, a quotation must not."""
    assert fits(read_query("訂金"), "定金") is False
    assert fits(read_query("合同簽訂後三十日內"), "合同签订后三十日内")
    quote = only("合同规定：“甲方應當在合同簽訂後三十日內支付定金”[D2 p.1]。")
    assert quote.verdict not in ("exact", "normalized")


def test_chinese_quotations() -> None:
    answer = "合同规定：“甲方应当在合同签订后三十日内支付定金”（D2 第1页），并且「逾期 视为违约」[D2 p.1]。"
    assert told(answer) == [
        ("exact", "甲方应当在合同签订后三十日内支付定金"),
        ("exact", "（D2 第1页）"),
        ("normalized", "逾期 视为违约"),
        ("normalized", "[D2 p.1]"),
    ]


def test_the_span_is_that_of_the_answer() -> None:
    answer = 'So "Either party may end this agreement" [D1 p.2] it is.'
    quote, page = check(answer, SOURCES)
    assert answer[quote.start : quote.end] == '"Either party may end this agreement"'
    assert answer[page.start : page.end] == "[D1 p.2]"
    assert page.places == quote.places


def test_a_wrong_page_is_named_with_the_right_one() -> None:
    quote, page = check('"Either party may end this agreement" [D1 p.3]', SOURCES)
    assert (quote.verdict, quote.is_misplaced, quote.places[0].page) == ("exact", True, 2)
    assert (page.verdict, page.is_doubtful) == ("elsewhere", True)


def test_each_quotation_goes_with_the_nearest_page() -> None:
    answer = (
        'On p. 1 of D1, "runs for three years unless it is ended before", and on p. 3 of D1, "returned within 14 days '
        'after the keys". "Either party may end this agreement" [D1 p.2]. "The landlord keeps the roof" [D1 p.3].'
    )
    quotes = [one for one in check(answer, SOURCES) if one.kind == "quote"]
    assert [one.cited for one in quotes] == [(PageRef(1, page),) for page in (1, 3, 2, 3)]
    assert not any(one.is_doubtful for one in quotes)


def test_a_list_of_pages_serves_several_quotations() -> None:
    answer = '"The landlord keeps the roof" and "The lease begins on 1 March 2024" [D1 p.1, p.3].'
    assert [verdict for verdict, _ in told(answer)] == ["exact", "exact", "exact"]


@pytest.mark.parametrize(
    ("written", "pages"),
    [
        ("[D1 p.2]", [(1, 2)]),
        ("[D1:p2]", [(1, 2)]),
        ("【D2 p.1】", [(2, 1)]),
        ("(D1, p. 3)", [(1, 3)]),
        ("[D1 p.1-3]", [(1, 1), (1, 2), (1, 3)]),
        ("[D1 p.1, 3]", [(1, 1), (1, 3)]),
        ("[D1 p.1; D2 p.2]", [(1, 1), (2, 2)]),
        ("D1 page 2", [(1, 2)]),
        ("pages 1 and 3 of D1", [(1, 1), (1, 3)]),
        ("D2第2页", [(2, 2)]),
        ("D2 第一至二页", [(2, 1), (2, 2)]),
        ("D3 p. 194", [(3, 2)]),
    ],
)
def test_the_ways_to_name_a_page(written: str, pages: list[tuple[int, int]]) -> None:
    (found,) = check(f"This is settled there, see {written}.", SOURCES)
    assert (found.kind, found.verdict) == ("page", "exists")
    assert [(place.document, place.page) for place in found.places] == pages


@pytest.mark.parametrize("written", ["[D1 p.9]", "[D7 p.1]", "page 12 of D1", "D2第七页", "[D1 p.2-9]"])
def test_a_page_that_does_not_exist(written: str) -> None:
    (found,) = check(f"This is settled in {written}.", SOURCES)
    assert (found.verdict, found.is_doubtful, found.places) == ("no_page", True, ())


def test_a_page_that_was_not_sent() -> None:
    part = Sources((Document("/a", "a", "text", "a", LEASE.pages, chosen=(1,)),))
    assert told("See page 2.", sources=part) == [("left_out", "page 2")]


@pytest.mark.parametrize(
    "text", ["It has 12 pages.", "at 5 p.m. 30 people", "an app 5 of ten", 'a 6" by 4" card', "D1 is long."]
)
def test_what_only_looks_like_a_page(text: str) -> None:
    assert told(text) == []


def test_a_term_in_quotation_marks_claims_nothing() -> None:
    assert told('The so-called "force majeure" and 「不可抗力」 and the "Effective Date".') == []


def test_a_short_quotation_beside_its_page_is_checked() -> None:
    assert told('within "14 days" [D1 p.3]') == [("exact", "14 days"), ("exact", "[D1 p.3]")]
    assert told('within "90 days" [D1 p.3]') == [("missing", "90 days"), ("missing", "[D1 p.3]")]


def test_words_of_the_conversation_accuse_nobody() -> None:
    answer = 'You asked "who may end it, and when exactly?" about "report.pdf of this year".'
    assert told(answer, "So: who may end it, and when exactly?") == [
        ("said", "who may end it, and when exactly?"),
        ("missing", "report.pdf of this year"),
    ]


def test_dots_and_brackets_leave_something_out() -> None:
    quote = only('"The tenant pays the rent … on the third working day of each month" [D1 p.1]')
    assert (quote.verdict, len(quote.places)) == ("exact", 2)
    quote = only('"Either party may end this agreement [at any time] with thirty days\' notice in writing" [D1 p.2]')
    assert quote.verdict == "exact"
    assert only('"The tenant pays the rent … whenever it suits the tenant best" [D1 p.1]').verdict == "missing"


def test_a_page_named_inside_the_brackets_of_its_quotation() -> None:
    quote = only('[D1 p.9] is wrong; [D1:p2 "Either party may end this agreement"]')
    assert (quote.cited, quote.verdict) == ((PageRef(1, 2),), "exact")


def test_a_block_quote_with_its_signature() -> None:
    quote = only(
        "It says [D1 p.1].\n\n> The landlord repairs the roof\n> and the walls every year.\n> — D3, page 194\n"
    )
    assert (quote.verdict, quote.cited[0]) == ("normalized", PageRef(3, 2))


def test_remarks_and_code_quote_nobody() -> None:
    assert (
        told(
            '> **Note:** nothing of this is stated anywhere in the documents.\n\n```\nx = "no such words anywhere"\n```'
        )
        == []
    )
    assert told('Use `print("no such words are anywhere")` for it.') == []


def test_a_reference_inside_quoted_words_is_theirs() -> None:
    sources = Sources((Document("/a", "a", "text", "a", (Page(1, "For details see page 40 of the annex."),)),))
    assert told('It says "For details see page 40 of the annex".', sources=sources) == [
        ("exact", "For details see page 40 of the annex")
    ]


def test_without_documents_there_is_nothing_to_check() -> None:
    assert check('It says "all is well in the world" on page 3.', Sources(())) == ()


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="ab1 \n\"'“”「」>`|-[](){}D.p,第页三–…*", max_size=120))
def test_no_answer_breaks_the_check(answer: str) -> None:
    for one in check(answer, SOURCES):
        assert 0 <= one.start < one.end <= len(answer)
        for place in one.places:
            text = SOURCES.documents[place.document - 1].pages[place.page - 1].text
            assert 0 <= place.start <= place.end <= len(text)
