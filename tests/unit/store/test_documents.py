from __future__ import annotations

import msgspec
import pytest

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.store.store import Store


def test_pages_come_back_as_they_were(store: Store, contract: Document) -> None:
    counted = msgspec.structs.replace(contract, tokenizer="qwen3")
    kept = store.save_document(counted)
    assert store.load_document(kept) == counted
    assert store.tokenizer_of(kept) == "qwen3"


def test_the_same_file_is_kept_once(store: Store, contract: Document) -> None:
    kept = store.save_document(contract)
    assert store.save_document(contract) == kept
    elsewhere = msgspec.structs.replace(contract, path="/tmp/copy.pdf")
    assert store.save_document(elsewhere) != kept
    assert store._db.rows("SELECT count(*) FROM pages") == [(4,)]


def test_counting_later_fills_in_the_tokens(store: Store, contract: Document) -> None:
    uncounted = msgspec.structs.replace(contract, pages=tuple(Page(p.number, p.text) for p in contract.pages))
    kept = store.save_document(uncounted)
    assert store.save_document(msgspec.structs.replace(contract, tokenizer="qwen3")) == kept
    assert store.load_document(kept).tokens == 5
    assert store.save_document(uncounted) == kept
    assert store.load_document(kept).tokens == 5  # an uncounted copy does not wipe the counts
    store.set_tokens(kept, [30, 20], "llama")
    assert (store.attachment(kept).tokens, store.tokenizer_of(kept)) == (50, "llama")


def test_other_text_of_the_same_file_leaves_the_old_as_it_was(store: Store, contract: Document) -> None:
    old = store.save_document(contract)
    better = msgspec.structs.replace(contract, pages=(*contract.pages, Page(3, "read by eye", 4)))
    new = store.save_document(better)
    assert new != old
    assert (store.load_document(old), store.load_document(new)) == (contract, better)


def test_a_message_carries_its_documents_in_order(store: Store, contract: Document) -> None:
    note = Document("/n.txt", "n.txt", "text", "cd" * 32, (Page(1, "note", 1),))
    ids = [store.save_document(note), store.save_document(contract)]
    chat = store.create_chat()
    message = store.add_message(chat.id, None, "user", "Compare.", ids)
    reply = store.add_message(chat.id, message.id, "assistant", "Done.")
    first, second = store.thread(chat.id)
    assert first == message
    assert [document.name for document in first.documents] == ["n.txt", "合同.pdf"]
    assert (first.documents[1].pages, first.documents[1].tokens) == (2, 5)
    assert first.documents[1].warnings == contract.warnings
    assert store.documents_of(message.id) == [note, contract]
    assert second == reply
    assert second.documents == ()


def test_a_name_that_is_not_utf8(store: Store) -> None:
    document = Document("/caf\udce9.txt", "caf\udce9.txt", "text", "ee" * 32, (Page(1, "x"),), ("caf\udce9?",))
    kept = store.save_document(document)
    assert store.save_document(document) == kept
    assert store.load_document(kept).name == "caf\ufffd.txt"


def test_a_document_that_is_not_there(store: Store) -> None:
    with pytest.raises(CarrelError) as caught:
        store.load_document(5)
    assert caught.value.code == "no_document"
