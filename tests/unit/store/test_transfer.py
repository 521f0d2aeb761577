"""Whole chats leave the store and come back the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings

from app.core.chatfile import ChatCopy, DocumentCopy, MessageCopy
from app.session.export.writing import write_json
from app.session.importing import own
from app.store.store import Store
from tests.helpers.chatvalues import chats

# What a copy does not carry, each for a reason: numbers are the store's own, a writer is a process of this computer,
# a chat that leaves is not in the bin, and files of an unsent draft are only paths.
CHAT_LEFT = {"id", "leaf_id", "deleted_at", "folder_id", "unsent"}
MESSAGE_LEFT = {"id", "chat_id", "parent_id", "shown_id", "writer"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given_chat=chats())
def test_nothing_is_lost_on_the_way_out_and_in(
    given_chat: tuple[ChatCopy, tuple[DocumentCopy, ...]],
) -> None:
    chat, documents = given_chat
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "a.db")
        found = own.read_file(msgspec.json.decode(write_json([chat], documents)))
        assert found.left_out == {}
        chat_id = store.take_in(found.chats[0], store.take_documents(found.documents), "test")
        assert chat_id is not None
        out = store.copy_chat(chat_id)
        assert _comparable(out, store.copy_documents([out])) == _comparable(chat, _used(chat, documents))
        assert store.take_in(found.chats[0], store.take_documents(found.documents), "test") is None
        store.close()


def _used(chat: ChatCopy, documents: tuple[DocumentCopy, ...]) -> tuple[DocumentCopy, ...]:
    used = {ref.document for message in chat.messages for ref in message.documents}
    return tuple(one for one in documents if one.number in used)


def _comparable(chat: ChatCopy, documents: tuple[DocumentCopy, ...]) -> object:
    """Numbers mean something inside one file alone: by their order they are the same."""
    place = {message.number: index for index, message in enumerate(chat.messages)}
    held = {document.number: index for index, document in enumerate(documents)}

    def renumbered(message: MessageCopy) -> object:
        refs = [(held[ref.document], ref.chosen) for ref in message.documents]
        parent = None if message.parent is None else place[message.parent]
        plain = msgspec.structs.replace(message, number=0, parent=None, documents=(), shown=None)
        return plain, parent, refs

    shown = None if chat.shown is None else place[chat.shown]
    plain = msgspec.structs.replace(chat, messages=(), shown=None)
    contents = [msgspec.structs.replace(one, number=0) for one in documents]
    return plain, shown, [renumbered(one) for one in chat.messages], contents


def test_folder_pin_and_shown_version_come_along(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    chat = store.create_chat("Lease")
    store.move_chats([(chat.id, store.create_folder("Contracts").id)])
    store.pin_chats([chat.id], pinned=True)
    question = store.add_message(chat.id, None, "user", "Who?")
    first = store.add_message(chat.id, question.id, "assistant", "A")
    store.add_message(chat.id, question.id, "assistant", "B")
    store.set_leaf(chat.id, first.id)
    other = Store(tmp_path / "b.db")
    taken = other.take_in(store.copy_chat(chat.id), {}, "test")
    assert taken is not None
    there = other.chat(taken)
    assert there.folder_id is not None
    assert other.folder(there.folder_id).name == "Contracts"
    assert there.pinned_at is not None
    assert [one.text for one in other.thread(taken)] == ["Who?", "A"]
    for one in (store, other):
        one.close()


def test_a_chat_in_the_bin_comes_back_from_there(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    chat = store.create_chat("Lease")
    store.add_message(chat.id, None, "user", "Who?")
    copy = store.copy_chat(chat.id)
    store.delete_chats([chat.id])
    assert store.take_in(copy, {}, "test") == chat.id
    assert store.take_in(copy, {}, "test") is None
    assert [one.id for one in store.list_chats()] == [chat.id]
    store.close()


def test_every_column_is_carried_or_left_for_a_reason(tmp_path: Path) -> None:
    """A column that is added later is thought of here too."""
    store = Store(tmp_path / "a.db")
    chat = {row[1] for row in store._db.rows("PRAGMA table_info(chats)")}
    message = {row[1] for row in store._db.rows("PRAGMA table_info(messages)")}
    assert chat - CHAT_LEFT <= set(ChatCopy.__struct_fields__)
    assert message - MESSAGE_LEFT <= set(MessageCopy.__struct_fields__)
    store.close()
