"""What was found of an answer's quotations, and which pages were chosen, come back with the chat."""

from __future__ import annotations

import msgspec

from app.core.chat import Document, Page
from app.core.citation import Citation, PageRef, Place
from app.store.store import Store

PAGES = tuple(Page(number, f"page {number}", 3, label=f"{number + 4}") for number in (1, 2, 3))
REPORT = Document("/r.pdf", "r.pdf", "pdf", "ab", PAGES, tokenizer="t")
FOUND = Citation("quote", 3, 9, "a b", "fuzzy", 0.9, (PageRef(1, 2),), (Place(1, 3, 0, 4),), numbers_differ=True)


def test_citations_are_loaded_with_their_message(store: Store) -> None:
    chat = store.create_chat()
    message = store.add_message(chat.id, None, "assistant", "It says a b.")
    assert message.citations == ()
    store.set_citations(message.id, (FOUND, FOUND))
    assert store.thread(chat.id)[0].citations == (FOUND, FOUND)
    store.set_citations(message.id, ())
    assert store.message(message.id).citations == ()


def test_citations_that_cannot_be_read_do_not_hide_the_chat(store: Store) -> None:
    chat = store.create_chat()
    message = store.add_message(chat.id, None, "assistant", "It says a b.")
    store._db.execute("UPDATE messages SET citations = '[{\"kind\": 7}]' WHERE id = ?", message.id)
    assert store.thread(chat.id)[0].text == "It says a b."


def test_the_chosen_pages_belong_to_the_message(store: Store) -> None:
    chat = store.create_chat()
    kept = store.save_document(REPORT)
    first = store.add_message(chat.id, None, "user", "One?", [kept, kept], [(3, 1), None])
    second = store.add_message(chat.id, first.id, "user", "Two?", [kept])
    third = store.add_message(chat.id, second.id, "user", "Three?", [kept], [()])
    assert [attachment.chosen for attachment in first.documents] == [(3, 1), None]
    assert store.documents_of(first.id) == [msgspec.structs.replace(REPORT, chosen=(3, 1)), REPORT]
    assert [page.number for page in store.documents_of(first.id)[0].sent] == [3, 1]
    assert store.documents_of(second.id)[0].chosen is None
    assert store.documents_of(third.id)[0].sent == ()
