"""Folders and pins hold; what is deleted for ever is nowhere in the file, and takes with it only what was its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.store.store import Store


def paper(name: str, text: str) -> Document:
    return Document(f"/{name}", name, "pdf", name, (Page(1, text),), tokenizer="t")


def bytes_of(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in file.parent.iterdir() if path.name.startswith(file.name))


def test_what_is_deleted_for_ever_is_nowhere_in_the_file(file: Path) -> None:
    store = Store(file)
    kept = store.create_chat("kept")
    store.add_message(kept.id, None, "user", "visible words 保留")
    for number in range(30):
        chat = store.create_chat(f"titleoid{number}")
        document = store.save_document(paper(f"paper{number}.pdf", "pageword 机密 " * 300))
        question = store.add_message(chat.id, None, "user", "questionword " * 50, [document])
        store.begin_answer(chat.id, question.id, "m.gguf")
        store.set_draft(chat.id, "draftword")
        store.delete_chats([chat.id])
    store.index_all()
    gone = [found.chat.id for found in store.list_deleted()]
    assert store.erase_chats(gone).chats == 30
    store.index_all()
    left = bytes_of(file)
    store.close()
    for word in ("titleoid", "pageword", "questionword", "draftword", "机密", "机", "paper1"):
        assert word.encode() not in left, word
    assert "保留".encode() in left


def test_documents_go_with_the_last_that_uses_them(store: Store) -> None:
    mine, shared, in_set = (paper(name, name) for name in ("mine", "shared", "in_set"))
    store.save_set("Set", [in_set])
    chats = [store.create_chat("one"), store.create_chat("two")]
    ids = [store.save_document(document) for document in (mine, shared, in_set)]
    store.add_message(chats[0].id, None, "user", "x", ids)
    store.add_message(chats[1].id, None, "user", "x", ids[1:2])
    assert store.erase_chats([chats[0].id]).chats == 0, "only what is in the bin can go"
    store.delete_chats([chat.id for chat in chats])
    assert [found.documents for found in store.list_deleted()] == [1, 3]
    assert store.erase_chats([chats[0].id]).documents == ("mine",)
    assert store.erase_chats([chats[1].id]).documents == ("shared",)
    assert store.set_documents("Set") == [in_set]
    assert store.document_names() == {"in_set"}


def test_the_bin_gives_back_what_it_holds(store: Store) -> None:
    chats = [store.create_chat(name) for name in ("a", "b", "c")]
    store.delete_chats([chats[0].id, chats[2].id])
    when = store.chat(chats[0].id).deleted_at
    store.delete_chats([chats[0].id])
    assert store.chat(chats[0].id).deleted_at == when, "deleting twice does not keep it longer"
    assert [found.chat.title for found in store.list_deleted()] == ["c", "a"]
    assert when is not None
    assert store.deleted_before(when + 0.5) == [chats[0].id]
    store.restore_chats([chats[0].id])
    assert [found.chat.title for found in store.list_deleted()] == ["c"]


def test_folders_hold_chats_and_leave_them_when_they_go(store: Store) -> None:
    chats = [store.create_chat(str(number)) for number in range(4)]
    folder, other = store.create_folder("租房"), store.create_folder("Work")
    store.move_chats([(chat.id, folder.id) for chat in chats[:3]])
    store.move_chats([(chats[2].id, other.id)])
    store.rename_folder(other.id, "Arbeit")
    assert [one.name for one in store.list_folders()] == ["Arbeit", "租房"]
    assert store.create_folder("arbeit").id == other.id
    held = store.delete_folder(folder.id)
    assert held == (chats[0].id, chats[1].id)
    assert store.chat(chats[0].id).folder_id is None
    store.move_chats([(chats[1].id, other.id)])
    store.restore_folder(folder, held)
    assert [store.chat(chat.id).folder_id for chat in chats] == [folder.id, other.id, other.id, None]
    for wish in (lambda: store.move_chats([(chats[0].id, 99)]), lambda: store.rename_folder(99, "x")):
        with pytest.raises(CarrelError) as caught:
            wish()
        assert caught.value.code == "no_folder"


def test_pins_and_moves_do_not_change_the_order_of_time(store: Store) -> None:
    chats = [store.create_chat(str(number)) for number in range(3)]
    before = [chat.id for chat in store.list_chats()]
    store.pin_chats([chats[0].id], pinned=True)
    store.move_chats([(chats[1].id, store.create_folder("F").id)])
    assert [chat.id for chat in store.list_chats()] == before
    assert store.chat(chats[0].id).pinned_at is not None
    store.pin_chats([chats[0].id], pinned=False)
    assert store.chat(chats[0].id).pinned_at is None
