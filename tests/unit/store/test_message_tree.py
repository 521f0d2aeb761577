"""The tree of messages: branches, leaves, and a long chat."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.chat import Receipt, Timing, Usage
from app.core.errors import CarrelError
from app.store.store import Store


def test_an_edited_question_is_a_second_branch(store: Store) -> None:
    chat = store.create_chat()
    system = store.add_message(chat.id, None, "system", "Be brief.")
    first = store.add_message(chat.id, system.id, "user", "Why?")
    answer = store.add_message(chat.id, first.id, "assistant", "Because.")
    edited = store.add_message(chat.id, system.id, "user", "Why not?")
    assert [message.text for message in store.thread(chat.id)] == ["Be brief.", "Why not?"]
    assert [message.id for message in store.children(system.id)] == [first.id, edited.id]
    store.set_leaf(chat.id, answer.id)
    assert [message.text for message in store.thread(chat.id)] == ["Be brief.", "Why?", "Because."]
    assert [message.id for message in store.roots(chat.id)] == [system.id]


def test_a_chat_may_begin_twice_and_show_nothing(store: Store) -> None:
    chat = store.create_chat()
    one = store.add_message(chat.id, None, "user", "a")
    two = store.add_message(chat.id, None, "user", "b")
    assert store.roots(chat.id) == [one, two]
    assert store.thread(chat.id) == [two]
    store.set_leaf(chat.id, None)
    assert store.thread(chat.id) == []


def test_branches_stay_in_their_chat(store: Store) -> None:
    mine, other = store.create_chat(), store.create_chat()
    foreign = store.add_message(other.id, None, "user", "x")
    for wish in (
        lambda: store.add_message(mine.id, foreign.id, "user", "y"),
        lambda: store.begin_answer(mine.id, foreign.id, "m"),
        lambda: store.set_leaf(mine.id, foreign.id),
        lambda: store.children(999),
    ):
        with pytest.raises(CarrelError) as caught:
            wish()
        assert caught.value.code == "no_message"
    assert store.thread(mine.id) == []
    assert store.chat(mine.id).updated_at == mine.updated_at  # the refused message left nothing behind


def test_a_message_with_a_missing_document_is_not_half_added(store: Store) -> None:
    chat = store.create_chat()
    with pytest.raises(CarrelError):
        store.add_message(chat.id, None, "user", "read this", documents=[42])
    assert store.thread(chat.id) == []


def test_a_chat_can_be_removed_for_good_with_all_its_branches(store: Store) -> None:
    chat, kept = store.create_chat(), store.create_chat()
    question = store.add_message(chat.id, None, "user", "q")
    store.append_answer(store.begin_answer(chat.id, question.id, "m").id, [("answer", "x")])
    store.add_message(kept.id, None, "user", "stay")
    with store.transaction():
        store._db.execute("DELETE FROM chats WHERE id = ?", chat.id)
    assert store._db.rows("SELECT count(*) FROM messages") == [(1,)]
    assert store._db.rows("SELECT count(*) FROM answer_chunks") == [(0,)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-1, 30), st.booleans()), max_size=30), st.integers(0, 30))
def test_any_tree_reads_back(steps: list[tuple[int, int, bool]], shown: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "carrel.db")
        chats = [store.create_chat().id, store.create_chat().id]
        known: list[dict[int, int | None]] = [{}, {}]
        with store.transaction():
            for which, pick, is_answer in steps:
                parent = ([*known[which]][pick % len(known[which])]) if known[which] and pick >= 0 else None
                if is_answer:
                    message = store.begin_answer(chats[which], parent, "m")
                    store.append_answer(message.id, [("answer", f"text {message.id}")])
                    store.finish_answer(message.id, "complete", Usage(), Timing(), Receipt())
                else:
                    message = store.add_message(chats[which], parent, "user", f"text {pick}")
                known[which][message.id] = parent
        for chat_id, tree in zip(chats, known, strict=True):
            if tree:
                leaf = [*tree][shown % len(tree)]
                store.set_leaf(chat_id, leaf)
                path: list[int] = []
                step: int | None = leaf
                while step is not None:
                    path.insert(0, step)
                    step = tree[step]
                assert [message.id for message in store.thread(chat_id)] == path
            for message_id in tree:
                replies = [child for child, parent in tree.items() if parent == message_id]
                assert [child.id for child in store.children(message_id)] == replies
            assert [root.id for root in store.roots(chat_id)] == [m for m, parent in tree.items() if parent is None]
        store.close()


def grow(store: Store, length: int) -> int:
    chat_id, parent = store.create_chat().id, None
    with store.transaction():
        for number in range(length):
            parent = store.add_message(chat_id, parent, "user", f"{number} " * 40).id
    return chat_id


def best_s(store: Store, chat_id: int) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        store.thread(chat_id)
        times.append(time.process_time() - start)
    return min(times)


def test_a_chat_of_ten_thousand_messages_opens_in_proportion(store: Store) -> None:
    short, long = grow(store, 1000), grow(store, 10_000)
    assert len(store.thread(long)) == 10_000
    assert best_s(store, long) < 30 * best_s(store, short)  # quadratic would be 100
