"""Document sets and long runs come back as they were kept."""

from __future__ import annotations

import msgspec
import pytest

from app.core.chat import Document, Page
from app.core.citation import Citation
from app.core.errors import CarrelError
from app.core.run import Pass, PassResult, Piece, RunPlan
from app.store.store import Store

REPORT = Document("/r.pdf", "r.pdf", "pdf", "ab", (Page(1, "one", 3), Page(2, "two", 4)), tokenizer="t")
NOTE = Document("/n.txt", "n.txt", "text", "cd", (Page(1, "note", 1),), tokenizer="t")
PART = msgspec.structs.replace(REPORT, chosen=(2, 1))
PLAN = RunPlan("cover", "Who pays?", (Pass((Piece(1, (1, 2)),)), Pass((Piece(2, (1,), 0, 3),)), Pass(notes=(1, 2))))


def test_a_set_keeps_documents_pages_and_order(store: Store) -> None:
    saved = store.save_set("Leases", [NOTE, PART])
    assert [document.name for document in saved.documents] == ["n.txt", "r.pdf"]
    assert saved.documents[1].chosen == (2, 1)
    assert store.set_documents("Leases") == [NOTE, PART]
    store.save_set("Leases", [REPORT])
    assert store.set_documents("Leases") == [REPORT]
    assert [found.name for found in store.list_sets()] == ["Leases"]


def test_names_of_sets_are_their_own(store: Store) -> None:
    store.save_set("A", [NOTE])
    store.save_set("B", [])
    with pytest.raises(CarrelError) as caught:
        store.rename_set("A", "B")
    assert caught.value.code == "set_exists"
    store.rename_set("A", "C")
    store.delete_set("B")
    assert [found.name for found in store.list_sets()] == ["C"]
    assert store.set_documents("C") == [NOTE]
    for wish in (store.document_set, store.delete_set, store.set_documents):
        with pytest.raises(CarrelError) as caught:
            wish("B")
        assert caught.value.code == "no_set"


def test_a_run_keeps_every_pass(store: Store) -> None:
    chat = store.create_chat()
    question = store.add_message(chat.id, None, "user", "Who pays?", [store.save_document(REPORT)])
    run = store.begin_run(question.id, PLAN)
    assert (run.plan, run.state, run.results) == (PLAN, "running", ())
    second = PassResult(2, "nobody", 1, 3)
    first = PassResult(1, "the tenant [D1 p.2]", 2, 7, citations=(Citation("page", 11, 19, "[D1 p.2]", "exists"),))
    store.keep_pass(run.id, second)
    store.keep_pass(run.id, first)
    assert store.run(run.id).results == (first, second)
    assert [found.id for found in store.unfinished_runs()] == [run.id]
    fewer = msgspec.structs.replace(PLAN, passes=PLAN.passes[:2])
    store.change_plan(run.id, fewer)
    store.end_run(run.id, "complete")
    assert store.unfinished_runs() == []
    assert [(found.plan, found.state) for found in store.runs_of(question.id)] == [(fewer, "complete")]


def test_the_run_of_a_deleted_chat_is_not_offered(store: Store) -> None:
    chat = store.create_chat()
    question = store.add_message(chat.id, None, "user", "Who pays?")
    run = store.begin_run(question.id, PLAN)
    store.delete_chat(chat.id)
    assert store.unfinished_runs() == []
    store.restore_chat(chat.id)
    assert store.unfinished_runs() == [run]
    with pytest.raises(CarrelError) as caught:
        store.run(99)
    assert caught.value.code == "no_run"
