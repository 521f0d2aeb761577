"""Opening: an empty place, an old file, a newer one, a damaged one."""

from __future__ import annotations

import contextlib
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.store.database import Database
from app.store.migrations import MIGRATIONS
from app.store.sqlite import sqlite3
from app.store.store import Store

VERSION_1 = Path(__file__).with_name("version1.sql")


def old_profile(file: Path) -> Path:
    connection = sqlite3.connect(file)
    connection.executescript(VERSION_1.read_text("utf-8"))
    connection.close()
    return file


def schema(file: Path) -> list[tuple[str]]:
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    connection.close()
    return rows


def test_an_empty_place(file: Path) -> None:
    store = Store(file)
    assert store.list_chats() == []
    assert store._db.rows("PRAGMA journal_mode") == [("wal",)]
    assert store._db.rows("PRAGMA synchronous") == [(2,)]
    assert store._db.rows("PRAGMA foreign_keys") == [(1,)]
    assert store._db.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert file.stat().st_mode & 0o077 == 0 or os.name == "nt"  # chats are for their owner's eyes
    store.close()


def test_a_profile_of_version_1_keeps_everything(file: Path) -> None:
    store = Store(old_profile(file))
    assert store.notices == ()
    (chat,) = store.list_chats()
    assert (chat.title, chat.draft) == ("Reading a contract", "And")
    assert [message.text for message in store.thread(chat.id)] == ["What does page 2 say?", "It goes on"]
    first = store.roots(chat.id)[0]
    answer = store.children(first.id)[0]
    assert (answer.text, answer.thinking, answer.usage.cached_tokens) == ("It says yes.", "Hm.", 4)
    assert (answer.timing.load_s, answer.receipt.context_size) == (9.5, 35840)
    assert [page.text for page in store.documents_of(first.id)[0].pages] == ["第一页", "Page two"]
    assert [message.text for message in store.recover()] == ["It goes on"]
    store.close()


def test_an_old_profile_gets_the_tables_of_a_new_one(file: Path, tmp_path: Path) -> None:
    Store(old_profile(file)).close()
    Store(tmp_path / "new.db").close()
    assert schema(file) == schema(tmp_path / "new.db")


def test_a_step_is_taken_once(file: Path) -> None:
    taken: list[int] = []

    def m002(connection: sqlite3.Connection) -> None:
        taken.append(2)
        connection.execute("ALTER TABLE chats ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0")

    Database(old_profile(file)).close()
    for _ in range(2):
        database = Database(file, steps=(*MIGRATIONS, m002))
        assert database.rows("SELECT title, pinned FROM chats ORDER BY id")[0] == ("Reading a contract", 0)
        database.close()
    assert taken == [2]


def test_a_step_that_fails_leaves_the_file_as_it_was(file: Path) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE answer_chunks")
        connection.execute("CREATE TABLE nonsense (")

    old_profile(file)
    with pytest.raises(CarrelError) as caught:
        Database(file, steps=(*MIGRATIONS, broken))
    assert caught.value.code == "database_failed"
    store = Store(file)
    assert len(store.recover()) == 1
    store.close()


def test_a_newer_file_is_refused_and_not_touched(file: Path) -> None:
    old_profile(file)
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(CarrelError) as caught:
        Store(file)
    assert caught.value.code == "database_newer"
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def content_aside(file: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(file.parent.glob("carrel.db.damaged-*"))]


@pytest.mark.parametrize("junk", [b"this is not a database " * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_set_aside(file: Path, junk: bytes) -> None:
    file.write_bytes(junk)
    store = Store(file)
    (notice,) = store.notices
    assert notice.code == "database_set_aside"
    assert content_aside(file) == [junk]
    store.create_chat("new")
    store.close()
    assert Store(file).notices == ()


def test_two_damaged_files_in_one_second_are_both_kept(file: Path) -> None:
    for junk in (b"one" * 1000, b"two" * 1000):
        file.write_bytes(junk)
        Store(file).close()
        file.unlink()
    assert sorted(content_aside(file)) == [b"one" * 1000, b"two" * 1000]


def test_a_foreign_database_is_set_aside(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    before = file.read_bytes()
    store = Store(file)
    assert store.notices[0].code == "database_set_aside"
    assert content_aside(file) == [before]
    store.close()


def test_a_torn_page_is_noticed(file: Path) -> None:
    old_profile(file)
    good = file.read_bytes()
    file.write_bytes(good[: len(good) // 2])
    store = Store(file)
    assert [notice.code for notice in store.notices] == ["database_set_aside"]
    assert store.list_chats() == []
    store.close()


def open_and_read(file: Path) -> bool:
    """Whether the file was set aside; raises only sentences."""
    store = Store(file)
    try:
        for chat in store.list_chats():
            store.thread(chat.id)
        return bool(store.notices)
    finally:
        store.close()


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_damaged_there_is_a_sentence_and_the_bytes_are_kept(file: Path, seed: int) -> None:
    chance, bad = random.Random(seed), bytearray(old_profile(file).read_bytes())
    for _ in range(chance.choice((1, 4, 200))):
        bad[chance.randrange(100 if chance.random() < 0.3 else len(bad))] = chance.randrange(256)
    file.write_bytes(bad)
    was_set_aside = False
    with contextlib.suppress(CarrelError):
        was_set_aside = open_and_read(file)
    if was_set_aside:
        assert content_aside(file) == [bytes(bad)]
    else:
        assert file.stat().st_size >= len(bad)


def test_a_reader_of_sound_files_never_sets_one_aside(file: Path) -> None:
    old_profile(file)
    for _ in range(2):
        assert not open_and_read(file)
    assert content_aside(file) == []


def test_several_may_start_at_once_on_an_empty_place(tmp_path: Path) -> None:
    for number in range(8):
        file, gate = tmp_path / f"{number}.db", threading.Barrier(5)

        def start(file: Path = file, gate: threading.Barrier = gate) -> tuple[CarrelError, ...]:
            gate.wait()
            store = Store(file)
            store.create_chat()
            store.close()
            return store.notices

        with ThreadPoolExecutor(5) as pool:
            notices = [pool.submit(start) for _ in range(5)]
        assert [future.result() for future in notices] == [()] * 5
        store = Store(file)
        assert len(store.list_chats()) == 5
        store.close()
