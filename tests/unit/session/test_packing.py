"""Every page is in a pass, in its order, and no pass is longer than it may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.chat import Document, Page
from app.core.run import Pass, Piece
from app.session.packing import HEAD_TOKENS, PAGE_TOKENS, excerpts, halves, maps_of, pack, pages_in
from app.session.prompt import document_block


def words(text: str) -> int:
    return len(text.split())


def book(name: str, sizes: list[int], labels: tuple[str, ...] = ()) -> Document:
    pages = []
    for number, size in enumerate(sizes, 1):
        text = "\n".join(" ".join(f"w{at}" for at in range(start, min(size, start + 9))) for start in range(0, size, 9))
        pages.append(Page(number, text, size, label=labels[number - 1] if number <= len(labels) else ""))
    return Document(f"/{name}", name, "text", name, tuple(pages))


@given(
    st.lists(st.lists(st.integers(0, 900), min_size=1, max_size=12), min_size=1, max_size=4),
    st.integers(200, 1000),
    st.booleans(),
)
def test_all_pages_in_order_and_no_pass_too_long(sizes: list[list[int]], budget: int, apart: bool) -> None:
    documents = [book(f"b{at}", pages) for at, pages in enumerate(sizes)]
    passes = pack(documents, budget, apart=apart)
    told: dict[tuple[int, int], list[str]] = {}
    order = []
    for one in passes:
        found = excerpts(one, documents, budget)
        assert sum(words(document_block(d, n)) for n, d in found.items()) <= budget
        assert not apart or len(found) == 1
        for number, document in found.items():
            for page in document.sent:
                told.setdefault((number, page.number), []).append(page.text)
                order.append((number, page.number))
    assert order == sorted(order)
    for number, document in enumerate(documents, 1):
        for page in document.pages:
            assert "".join(told[number, page.number]) == page.text
    assert pages_in(passes) == set(told)


def test_small_documents_share_a_pass() -> None:
    documents = [book("a", [10, 10]), book("b", [10])]
    assert pack(documents, 500) == (Pass((Piece(1, (1, 2)), Piece(2, (1,)))),)
    assert len(pack(documents, 500, apart=True)) == 2


def test_only_chosen_pages_are_read() -> None:
    part = Document("/a", "a", "text", "a", book("a", [10, 10, 10]).pages, chosen=(3, 1))
    assert pack([part], 500) == (Pass((Piece(1, (3, 1)),)),)


def test_the_map_of_a_folder_stands_first_in_every_pass() -> None:
    code = book("code", [20, 150, 150, 150], ("map", "a.py", "b.py", "c.py"))
    budget = HEAD_TOKENS + 2 * 32 + 150 + PAGE_TOKENS + 5
    passes = pack([code], budget)
    assert len(passes) == 3
    for one in passes:
        assert excerpts(one, [code], budget)[1].sent[0].label == "map"
    assert maps_of(code, 40) == ()


def test_halves() -> None:
    one = Pass((Piece(1, (1, 2, 3)), Piece(2, (1,), 5, 9)))
    first, second = halves(one) or (one, one)
    assert pages_in([first, second]) == pages_in([one])
    assert (first.again, first.pieces, second.pieces) == (
        True,
        (Piece(1, (1, 2)),),
        (Piece(1, (3,)), Piece(2, (1,), 5, 9)),
    )
    assert halves(Pass((Piece(1, (4,)),))) is None
