"""Searching, filing and throwing away, driven headless as the window and the terminal do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.boot import start
from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.engine import saved
from app.session import bin as recycle
from app.session import folders
from app.session.desk import Desk
from app.session.search import Finder, find, reveal_message
from app.store.search import Found
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

LEASE = Document(
    "/lease.pdf", "lease.pdf", "pdf", "ab", (Page(1, "The deposit is two rents. 押金两个月。"),), tokenizer="t"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def desk(home: Path, loop: Loop) -> Iterator[Desk]:
    desk = make_desk(home, loop.post, ScriptedEngine(Script("x")))
    yield desk
    desk.close()


def chat(desk: Desk, title: str, text: str = "hello", documents: tuple[Document, ...] = ()) -> int:
    def make(store):  # type: ignore[no-untyped-def]
        made = store.create_chat(title)
        store.add_message(made.id, None, "user", text, [store.save_document(one) for one in documents])
        return made.id

    return int(desk.store.call(make))


def searched(desk: Desk, loop: Loop, words: str) -> Found:
    found: list[Found] = []
    find(desk, words, found.append)
    assert loop.run_until(lambda: bool(found), 10)
    return found[0]


def test_the_index_reads_when_nobody_waits_for_an_answer(
    desk: Desk, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        chat(desk, f"chat {number}")
    unread = lambda: desk.store.call(lambda store: store.unindexed())  # noqa: E731 - asked often
    assert unread() == 10
    monkeypatch.setattr(type(desk.engine), "is_busy", property(lambda _: True))
    desk.beat()
    loop.run_until(lambda: False, 0.05)
    assert unread() == 10
    monkeypatch.setattr(type(desk.engine), "is_busy", property(lambda _: False))
    desk.beat()
    assert loop.run_until(lambda: unread() == 0, 10)


def test_a_damaged_index_is_made_again_by_itself(desk: Desk, loop: Loop) -> None:
    chat(desk, "kept", "found again")
    assert searched(desk, loop, "again").messages
    desk.store.call(lambda store: store.index_all())
    spoil = "UPDATE found_messages_data SET block = x'00' WHERE id > 1"
    desk.store.call(lambda store: store._db.execute(spoil))
    first = searched(desk, loop, "again")
    assert (first.hits, first.unindexed) == ((), 2), "it is being read again, and nobody is told of damage"
    assert searched(desk, loop, "again").messages


def test_while_somebody_types_only_the_last_words_are_answered(desk: Desk, loop: Loop) -> None:
    chat(desk, "deposit")
    found: list[Found] = []
    finder = Finder(desk, found.append)
    for words in ("d", "de", "dep"):
        finder.find(words)
    assert loop.run_until(lambda: bool(found), 10)
    loop.run_until(lambda: False, 0.05)
    assert [one.query.terms[0].words for one in found] == [("dep",)]
    finder.find("deposit")
    finder.stop()
    loop.run_until(lambda: False, 0.05)
    assert len(found) == 1


def test_a_message_of_another_branch_is_shown_again(desk: Desk, loop: Loop) -> None:
    chat_id = chat(desk, "tree", "first version")
    store = desk.store
    other = store.call(lambda store: store.add_message(chat_id, None, "user", "second version")).id
    first = searched(desk, loop, "first").messages[0].message_id
    assert first is not None
    done: list[object] = []
    reveal_message(desk, chat_id, first, done.append)
    assert loop.run_until(lambda: bool(done), 10)
    shown = store.call(lambda store: [message.id for message in store.thread(chat_id)])
    assert first in shown
    assert other not in shown


def test_the_bin_says_so_before_it_empties_itself_for_the_first_time(desk: Desk, loop: Loop) -> None:
    old, young = chat(desk, "old"), chat(desk, "young")
    now_s = time.time()
    desk.store.call(lambda store: store._db.execute("UPDATE chats SET deleted_at = ?", now_s - 40 * recycle.DAY_S))
    desk.store.call(lambda store: store._db.execute("UPDATE chats SET deleted_at = ? WHERE id = ?", now_s, young))
    news: list[recycle.BinNews] = []

    def tend(at_s: float, expected: int) -> None:
        recycle.tend_bin(desk, news.append, at_s)
        loop.run_until(lambda: len(news) > expected, 0.2)
        assert len(news) == expected, news

    tend(now_s, 1)
    assert news[-1] == recycle.BinNews(1, is_done=False)
    binned = {one.chat.id: one for one in desk.store.call(lambda store: store.list_deleted())}
    assert recycle.goes_at_s(desk, binned[old]) == pytest.approx(now_s + 7 * recycle.DAY_S)
    assert recycle.goes_at_s(desk, binned[young]) == pytest.approx(now_s + 30 * recycle.DAY_S, abs=5)
    tend(now_s + 6 * recycle.DAY_S, 1)
    tend(now_s + 7.1 * recycle.DAY_S, 2)
    assert news[-1] == recycle.BinNews(1, is_done=True)
    assert [one.chat.id for one in desk.store.call(lambda store: store.list_deleted())] == [young]
    desk.change_settings(bin_days=0)
    tend(now_s + 400 * recycle.DAY_S, 2)
    assert recycle.goes_at_s(desk, binned[young]) is None


def test_saved_readings_go_with_the_documents_they_are_of(desk: Desk, loop: Loop) -> None:
    chat_id = chat(desk, "lease", "x", (LEASE,))
    folder = desk.home.sessions_folder
    folder.mkdir(parents=True, exist_ok=True)
    shelf = desk.resume.shelf
    for key, names in (("a", ("lease.pdf",)), ("b", ("other.pdf",))):
        path = shelf.path_of(key)
        path.write_bytes(b"x" * 10)
        identity = saved.Identity("m", "f16", 0.0, 0, (), "build", 2)
        saved.write_sidecar(path, saved.Sidecar(saved.FORMAT, identity, "", 10, "", 10, 1, 0, 1, ()))
        shelf.name(path, names)
    assert len(shelf.sessions()) == 2
    desk.store.call(lambda store: store.delete_chats([chat_id]))
    done: list[object] = []
    recycle.erase_chats(desk, [chat_id], done.append)
    assert loop.run_until(lambda: bool(done) and len(shelf.sessions()) == 1, 10)
    assert shelf.sessions()[0].documents == ("other.pdf",)


def test_a_folder_needs_a_name(desk: Desk) -> None:
    with pytest.raises(CarrelError) as caught:
        folders.create_folder(desk, "  \n ")
    assert caught.value.code == "folder_without_name"
    assert folders.folder_name(" a \n b ") == "a b"


def test_find_in_the_terminal(desk: Desk, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = chat(desk, "租房合同", "When is the deposit due?", (LEASE,))
    chat(desk, "Other", "deposit")
    folder = desk.store.call(lambda store: store.create_folder("Flat"))
    desk.store.call(lambda store: store.move_chats([(first, folder.id)]))
    desk.close()
    assert start(["--home", str(home), "find", "合同"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  租房合同"
    assert start(["--home", str(home), "find", "deposit", "--folder", "flat", "--json"]) == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert [(hit["kind"], hit["chat_id"], hit["page"]) for hit in hits] == [("message", first, 0), ("page", first, 1)]
    assert start(["--home", str(home), "find", "nowhere"]) == 1
    assert start(["--home", str(home), "find", "deposit", "--folder", "nowhere"]) == 1
    assert "There is no folder called nowhere." in capsys.readouterr().err
