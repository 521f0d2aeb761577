from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.chat import Document, Page
from app.core.loop import Loop
from app.store.store import Store
from app.store.thread import StoreThread


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "carrel.db"


@pytest.fixture
def clock() -> Callable[[], float]:
    """One second later at every look."""
    seconds = itertools.count(1_795_000_000)
    return lambda: float(next(seconds))


@pytest.fixture
def store(file: Path, clock: Callable[[], float]) -> Iterator[Store]:
    store = Store(file, clock, busy_timeout_s=0.05)
    yield store
    store.close()


@pytest.fixture
def home() -> Loop:
    return Loop()


@pytest.fixture
def store_thread(file: Path, home: Loop) -> Iterator[StoreThread]:
    thread = StoreThread(file, home.post)
    yield thread
    thread.close()


@pytest.fixture
def contract() -> Document:
    pages = (Page(1, "第一页", 3, label="iv"), Page(2, "Page two", 2, flag="garbled"))
    return Document("/home/a/合同.pdf", "合同.pdf", "pdf", "ab" * 32, pages, ("Page 3 is a picture.",))
