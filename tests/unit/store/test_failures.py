"""What the disk does to us, in sentences."""

from __future__ import annotations

import sqlite3 as codes
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.store.failures import explain
from app.store.sqlite import sqlite3
from app.store.store import Store


def code_of(wish: object) -> str:
    with pytest.raises(CarrelError) as caught:
        wish()  # type: ignore[operator]
    assert str(caught.value)
    return caught.value.code


def test_a_full_disk_keeps_what_was_there(store: Store) -> None:
    chat = store.create_chat("before")
    pages = store._db.rows("PRAGMA page_count")[0][0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    assert code_of(lambda: store.add_message(chat.id, None, "user", "x" * 100_000)) == "disk_full"
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.thread(chat.id) == []
    assert store.add_message(chat.id, None, "user", "x" * 100_000).text == "x" * 100_000


def test_a_lock_of_another_program(store: Store, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert code_of(lambda: store.create_chat()) == "database_busy"
    other.execute("ROLLBACK")
    other.close()
    store.create_chat()


def test_a_write_protected_file(store: Store) -> None:
    store._db.execute("PRAGMA query_only = 1")
    assert code_of(lambda: store.create_chat()) == "database_read_only"


def test_a_place_that_cannot_be_opened(tmp_path: Path) -> None:
    assert code_of(lambda: Store(tmp_path / "missing" / "carrel.db")) == "database_cannot_open"
    assert code_of(lambda: Store(tmp_path)) == "database_cannot_open"


@pytest.mark.parametrize(
    ("sqlite_code", "code"),
    [
        (codes.SQLITE_IOERR_FSYNC, "database_io"),
        (codes.SQLITE_BUSY_SNAPSHOT, "database_busy"),
        (codes.SQLITE_READONLY_DIRECTORY, "database_read_only"),
        (codes.SQLITE_CORRUPT_VTAB, "database_damaged"),
        (codes.SQLITE_CANTOPEN_ISDIR, "database_cannot_open"),
        (codes.SQLITE_MISUSE, "database_failed"),
    ],
)
def test_extended_codes_find_their_sentence(sqlite_code: int, code: str) -> None:
    error = sqlite3.OperationalError("it {broke}")
    error.sqlite_errorcode = sqlite_code
    sentence = explain(error, Path("/home/{a}/carrel.db"))
    assert sentence.code == code
    assert str(sentence).endswith(".")


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    def half() -> None:
        with store.transaction():
            chat = store.create_chat("never")
            store.add_message(chat.id, None, "user", "was here")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert store.list_chats() == []


def test_an_error_of_the_wish_itself_is_not_blamed_on_the_chats(store: Store) -> None:
    with pytest.raises(FileNotFoundError), store.transaction():
        Path("/missing/file").read_text("utf-8")
