"""What the model is given, and whether it fits, said with both numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.session.budget import answer_room, refuse_if_too_long
from app.session.prompt import READING_RULES, Said, compose_turns, readings
from app.session.turn import title_of


def document(name: str, *pages: str, tokens: int = 10) -> Document:
    made = tuple(Page(number, text, tokens) for number, text in enumerate(pages, 1))
    return Document(f"/files/{name}", name, "text", "0" * 64, made)


def test_pages_are_numbered_so_that_they_can_be_cited() -> None:
    thread = [Said("user", "What is due?", (document("lease.pdf", "First.", "Second."),))]
    system, user = compose_turns(thread, "")
    assert system.content == READING_RULES
    assert user.content == (
        "[D1: lease.pdf, 2 pages]\n\n[D1 p.1]\nFirst.\n\n[D1 p.2]\nSecond.\n\n[end of D1]\n\nWhat is due?"
    )


def test_documents_keep_their_numbers_through_the_conversation() -> None:
    thread = [
        Said("user", "A?", (document("a.txt", "x"), document("b.txt", "y"))),
        Said("assistant", "Yes."),
        Said("user", "And this?", (document("c.txt", "z"),)),
    ]
    turns = compose_turns(thread, "Be brief.")
    assert turns[0].content.startswith("Be brief.\n\n")
    assert "[D2: b.txt" in turns[1].content
    assert "[D3: c.txt" in turns[3].content
    assert [reading.tokens for reading in readings(thread)] == [10, 10, 10]


def test_a_plain_conversation_has_no_system_words_of_ours() -> None:
    assert [turn.role for turn in compose_turns([Said("user", "Hi")], "")] == ["user"]


pages = st.lists(st.text(max_size=60), min_size=1, max_size=5)


@given(st.lists(pages, min_size=1, max_size=3))
def test_every_character_of_every_page_is_given_whole(files: list[list[str]]) -> None:
    documents = tuple(document(f"{number}.txt", *texts) for number, texts in enumerate(files))
    content = compose_turns([Said("user", "?", documents)], "")[-1].content
    at = 0
    for texts in files:
        for text in texts:
            at = content.index(f"]\n{text}\n\n[", at) + 1


@pytest.mark.parametrize(("n_ctx", "room"), [(1024, 128), (8192, 1024), (40960, 1024)])
def test_room_for_the_answer_is_kept(n_ctx: int, room: int) -> None:
    assert answer_room(n_ctx) == room
    refuse_if_too_long(n_ctx - room, n_ctx, [])
    with pytest.raises(CarrelError):
        refuse_if_too_long(n_ctx - room + 1, n_ctx, [])


def test_a_refusal_names_both_numbers_and_the_context_that_would_hold_it() -> None:
    with pytest.raises(CarrelError) as caught:
        refuse_if_too_long(50_000, 40_960, [document("long.pdf", "x", tokens=49_000)])
    assert "50,000" in str(caught.value)
    assert "40,960" in str(caught.value)
    assert "51,200" in str(caught.value)  # 50,000 and 1,024 rounded up to a multiple of 256


def test_a_refusal_names_the_document_whose_leaving_out_would_help() -> None:
    files = [document("small.txt", "x", tokens=500), document("large.txt", "x", tokens=30_000)]
    with pytest.raises(CarrelError, match=r"Leave out large\.txt"):
        refuse_if_too_long(45_000, 40_960, files)


def test_a_chat_is_called_after_its_first_line() -> None:
    assert title_of("  What is\tdue?\nAnd when?") == "What is due?"
    assert len(title_of("word " * 50)) <= 60
