"""The list of chats."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.core.params import Choices
from app.store.store import Store


def test_the_chat_written_in_last_comes_first(store: Store) -> None:
    first, second, third = (store.create_chat(title) for title in ("one", "two", "three"))
    store.add_message(second.id, None, "user", "hello")
    assert [chat.id for chat in store.list_chats()] == [second.id, third.id, first.id]


def test_a_name_and_a_draft_do_not_move_a_chat(store: Store) -> None:
    old = store.create_chat("old")
    store.create_chat("new")
    store.rename_chat(old.id, "renamed")
    store.set_draft(old.id, "half a ques")
    assert [chat.title for chat in store.list_chats()] == ["new", "renamed"]
    assert store.chat(old.id).draft == "half a ques"


def test_a_deleted_chat_is_out_of_the_list_and_can_come_back_whole(store: Store) -> None:
    chat = store.create_chat("secret")
    store.add_message(chat.id, None, "user", "kept")
    store.delete_chat(chat.id)
    assert store.list_chats() == []
    assert store.chat(chat.id).deleted_at is not None
    store.restore_chat(chat.id)
    assert [found.id for found in store.list_chats()] == [chat.id]
    assert [message.text for message in store.thread(chat.id)] == ["kept"]


def test_a_chat_that_is_not_there(store: Store) -> None:
    wishes = (
        lambda: store.chat(7),
        lambda: store.rename_chat(7, "x"),
        lambda: store.delete_chat(7),
        lambda: store.set_leaf(7, None),
        lambda: store.add_message(7, None, "user", "x"),
    )
    for wish in wishes:
        with pytest.raises(CarrelError) as caught:
            wish()
        assert caught.value.code == "no_chat"
    assert store.thread(7) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_is_kept(store: Store, text: str) -> None:
    chat = store.create_chat(text)
    message = store.add_message(chat.id, None, "user", text)
    assert (
        store.chat(chat.id).title == message.text == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
    if text.isprintable():
        assert message.text == text


def test_a_chat_keeps_its_choices_and_opens_when_they_cannot_be_read(store: Store) -> None:
    chosen = Choices(temperature=0.0, seed=0, json_schema='{"type": "object"}')
    quiet, chat = store.create_chat("quiet"), store.create_chat("precise")
    store.set_choices(chat.id, chosen)
    assert [found.choices for found in store.list_chats()] == [chosen, Choices()]
    store._db.execute('UPDATE chats SET choices = \'{"temperature": "hot"}\' WHERE id = ?', chat.id)
    assert store.chat(chat.id).choices == Choices()
    store.set_choices(quiet.id, Choices())
    assert store._db.rows("SELECT choices FROM chats WHERE id = ?", quiet.id) == [("",)]
