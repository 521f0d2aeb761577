"""Versions of messages: nothing is lost, the branch shown is one, and a version comes back with what followed it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.chat import Document, Receipt, Timing, Usage
from app.core.errors import CarrelError
from app.store.store import Store
from app.store.waiting import DraftFile, Unsent


def test_a_version_comes_back_with_what_was_last_shown_beneath_it(store: Store) -> None:
    chat = store.create_chat()
    question = store.add_message(chat.id, None, "user", "Why?")
    first = store.add_message(chat.id, question.id, "assistant", "Because.")
    early = store.add_message(chat.id, first.id, "user", "And then?")
    late = store.add_message(chat.id, first.id, "user", "Or else?")
    store.set_leaf(chat.id, early.id)
    second = store.add_message(chat.id, question.id, "assistant", "No reason.")
    assert store.versions(chat.id) == {second.id: (first.id, second.id)}
    assert store.switch_version(first.id) == early.id
    assert store.versions(chat.id) == {first.id: (first.id, second.id), early.id: (early.id, late.id)}
    assert store.switch_version(second.id) == second.id


def test_of_an_older_file_the_newest_reply_is_shown(store: Store) -> None:
    chat = store.create_chat()
    question = store.add_message(chat.id, None, "user", "Why?")
    store.add_message(chat.id, question.id, "assistant", "old")
    newest = store.add_message(chat.id, question.id, "assistant", "new")
    store._db.execute("UPDATE messages SET shown_id = NULL")
    assert store.leaf_beneath(question.id) == newest.id


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ask", "edit", "regenerate", "switch"]), st.integers(0, 40)), max_size=40))
def test_whatever_is_edited_regenerated_and_switched_nothing_is_lost(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "carrel.db")
        chat_id = store.create_chat().id
        parents: dict[int, int | None] = {}
        last_shown: dict[int | None, int] = {}
        with store.transaction():
            for wish, pick in steps:
                thread = store.thread(chat_id)
                questions = [message for message in thread if message.role == "user"]
                if wish == "switch" and thread:
                    message = thread[pick % len(thread)]
                    versions = store.versions(chat_id).get(message.id, (message.id,))
                    leaf = store.switch_version(versions[pick % len(versions)])
                    expected = versions[pick % len(versions)]
                    while expected in last_shown:
                        expected = last_shown[expected]
                    assert leaf == expected
                elif wish == "regenerate" and questions:
                    added = store.begin_answer(chat_id, questions[pick % len(questions)].id, "m")
                    parents[added.id] = added.parent_id
                else:
                    edited = questions[pick % len(questions)] if wish == "edit" and questions else None
                    under = edited.parent_id if edited else (thread[-1].id if thread else None)
                    question = store.add_message(chat_id, under, "user", f"text {pick}")
                    answer = store.begin_answer(chat_id, question.id, "m")
                    parents |= {question.id: under, answer.id: question.id}
                for message in store.thread(chat_id):
                    last_shown[message.parent_id] = message.id
                check_tree(store, chat_id, parents)
        store.close()


def check_tree(store: Store, chat_id: int, parents: dict[int, int | None]) -> None:
    thread, versions = store.thread(chat_id), store.versions(chat_id)
    assert [message.parent_id for message in thread] == [None, *(message.id for message in thread[:-1])][: len(thread)]
    assert {row[0]: row[1] for row in store._db.rows("SELECT id, parent_id FROM messages")} == parents
    for message in thread:
        alike = tuple(sorted(number for number, parent in parents.items() if parent == message.parent_id))
        assert versions.get(message.id, (message.id,)) == alike


def test_versions_of_a_long_branch_are_one_quick_query(store: Store) -> None:
    chat_id, parent = store.create_chat().id, None
    sql = "INSERT INTO messages (chat_id, parent_id, role, created_at, state) VALUES (?, ?, ?, 0, 'complete')"
    with store.transaction():
        for _ in range(1000):  # 2,000 messages are shown, every second of them with two versions
            question = store._db.execute(sql, chat_id, parent, "user").lastrowid
            store._db.execute(sql, chat_id, question, "assistant")
            parent = store._db.execute(sql, chat_id, question, "assistant").lastrowid
        store.set_leaf(chat_id, parent)
    costs = []
    for _ in range(5):
        began = time.process_time()
        assert len(store.versions(chat_id)) == 1000
        costs.append(time.process_time() - began)
    assert min(costs) < 0.02


def test_an_answer_is_gone_on_with_behind_the_text_that_is_there(store: Store) -> None:
    chat = store.create_chat()
    question = store.add_message(chat.id, None, "user", "Count")
    answer = store.begin_answer(chat.id, question.id, "m")
    store.append_answer(answer.id, [("thinking", "hm "), ("answer", "one ")])
    store.finish_answer(answer.id, "length", Usage(answer_tokens=2), Timing(), Receipt())
    assert store.reopen_answer(answer.id, "n").text == "one "
    store.append_answer(answer.id, [("answer", "two ")])
    assert store.thread(chat.id)[-1].text == "one two "
    with pytest.raises(CarrelError):
        store.reopen_answer(answer.id, "n")  # it is being written
    [lost] = store.recover()  # a crash in between
    assert (lost.text, lost.thinking, lost.state, lost.cause) == ("one two ", "hm ", "failed", "interrupted")
    assert lost.usage.answer_tokens == 2
    store.reopen_answer(answer.id, "n")
    store.append_answer(answer.id, [("answer", "three")])
    done = store.finish_answer(answer.id, "complete", Usage(answer_tokens=4), Timing(), Receipt())
    assert (done.text, done.cause, done.model) == ("one two three", "", "n")


def test_a_chat_begins_as_a_copy_of_a_branch(store: Store, contract: Document) -> None:
    chat = store.create_chat("Rent")
    document_id = store.save_document(contract)
    question = store.add_message(chat.id, None, "user", "Why?", [document_id], [(2,)])
    answer = store.begin_answer(chat.id, question.id, "m")
    store.append_answer(answer.id, [("answer", "Half")])
    store.add_message(chat.id, question.id, "assistant", "Another version")
    made = store.branch_off(answer.id)
    copied = store.thread(made.id)
    assert [(one.role, one.text, one.state) for one in copied] == [
        ("user", "Why?", "complete"),
        ("assistant", "Half", "stopped"),
    ]
    assert copied[0].documents[0].chosen == (2,)
    assert not {one.id for one in copied} & {question.id, answer.id}
    assert store.message(answer.id).state == "streaming"
    assert (made.title, made.leaf_id) == ("Rent", copied[-1].id)


def test_what_is_not_sent_stays_with_its_chat(store: Store) -> None:
    chat = store.create_chat()
    unsent = Unsent((DraftFile("/a.pdf", (1, 3)),), edits=5, aside="before", aside_files=(DraftFile("/b.txt"),))
    store.set_draft(chat.id, "edited words")
    store.set_unsent(chat.id, unsent)
    assert store.unsent(chat.id) == unsent
    store.settle_draft(chat.id)
    assert store.chat(chat.id).draft == "before"
    assert store.unsent(chat.id) == Unsent((DraftFile("/b.txt"),))
    store.settle_draft(chat.id)
    assert (store.chat(chat.id).draft, store.unsent(chat.id)) == ("", Unsent())
    store.set_note(chat.id, "ask Eva")
    assert store.note(chat.id) == "ask Eva"


def test_messages_wait_in_their_order_with_their_documents(store: Store, contract: Document) -> None:
    chat = store.create_chat()
    one = store.queue_message(chat.id, "one", thinking=True)
    document_id = store.save_document(contract)
    two = store.queue_message(chat.id, "two", thinking=False, documents=[document_id], chosen=[(2,)])
    store.change_queued(one.id, "first")
    assert [(item.text, item.thinking) for item in store.queue(chat.id)] == [("first", True), ("two", False)]
    assert store.queue(chat.id)[1].documents[0].chosen == (2,)
    store.drop_queued(one.id)
    assert store.queue(chat.id) == [two]
    with pytest.raises(CarrelError):
        store.queued_message(one.id)
