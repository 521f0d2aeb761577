"""Pages ticked off, files ticked off, order changed: what is applied is what was chosen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.chat import Document, Page
from app.session.prompt import document_block, reading_of
from app.session.selection import Selection


def book(name: str, count: int) -> Document:
    pages = tuple(Page(number, f"text {number}", 10) for number in range(1, count + 1))
    return Document(f"/{name}", name, "text", name, pages)


BOOKS = (book("a", 5), book("b", 2))


def test_everything_is_chosen_at_first() -> None:
    assert Selection.whole(BOOKS).apply(BOOKS) == BOOKS


def test_a_page_ticked_off_and_on_again_returns_to_its_place() -> None:
    chosen = Selection.whole(BOOKS).with_pages(0, [2, 4], BOOKS[0], ticked=False)
    assert chosen.apply(BOOKS)[0].chosen == (1, 3, 5)
    assert chosen.with_pages(0, [4, 2], BOOKS[0], ticked=True) == Selection.whole(BOOKS)


def test_a_file_ticked_off_is_told_to_the_model_and_on_the_receipt() -> None:
    first, second = Selection.whole(BOOKS).with_document(1, BOOKS[1], ticked=False).apply(BOOKS)
    assert (first.chosen, second.chosen) == (None, ())
    assert document_block(second, 2).startswith("[D2: b, left out: none of its 2 pages is given]")
    reading = reading_of(second)
    assert (reading.pages, reading.tokens, reading.dropped_tokens, reading.total_pages) == (0, 0, 20, 2)


def test_documents_and_pages_change_places() -> None:
    chosen = Selection.whole(BOOKS).with_document_moved(1, 0).with_page_moved(1, 4, 0)
    first, second = chosen.apply(BOOKS)
    assert (first.name, second.name, second.chosen) == ("b", "a", (5, 1, 2, 3, 4))
    assert document_block(second, 2).startswith("[D2: a, pages 5, 1-4 of 5]\n\n[D2 p.5]\ntext 5\n\n[D2 p.1]")


def test_the_pages_of_a_label_are_told() -> None:
    labelled = Document("/a", "a", "xlsx", "a", (Page(1, "x", label="Sheet1 r1-20"),))
    assert "\n\n[D1 p.1] Sheet1 r1-20\nx\n\n" in document_block(labelled, 1)


def test_a_page_is_moved_by_its_place_in_the_list() -> None:
    chosen = Selection.whole(BOOKS).with_pages(0, [2], BOOKS[0], ticked=False)
    shown = chosen.apply(BOOKS)[0]
    assert chosen.with_shown_page_moved(0, 4, 1, shown).apply(BOOKS)[0].chosen == (1, 5, 3, 4)
    assert chosen.with_shown_page_moved(0, 1, 3, shown) == chosen, "a page that is not sent has no place"
    assert chosen.with_shown_page_moved(0, 0, 5, shown) == chosen


def test_what_is_too_much_is_ticked_off_from_the_end() -> None:
    fewer = Selection.whole(BOOKS).without_last(31, BOOKS)
    assert [pick.pages for pick in fewer.picks] == [(1, 2, 3), ()]
    assert Selection.whole(BOOKS).without_last(1_000, BOOKS).apply(BOOKS)[0].chosen == ()
    assert Selection.whole(BOOKS).without_last(0, BOOKS) == Selection.whole(BOOKS)


@given(st.lists(st.tuples(st.integers(0, 1), st.sets(st.integers(1, 5)), st.booleans()), max_size=12))
def test_nothing_is_sent_twice_or_out_of_nowhere(steps: list[tuple[int, set[int], bool]]) -> None:
    selection = Selection.whole(BOOKS)
    for place, numbers, ticked in steps:
        selection = selection.with_pages(place, numbers, BOOKS[place], ticked=ticked)
    for original, document in zip(BOOKS, selection.apply(BOOKS), strict=True):
        sent = [page.number for page in document.sent]
        assert sent == sorted(set(sent) & {page.number for page in original.pages})
        assert reading_of(document).tokens + reading_of(document).dropped_tokens == original.tokens
