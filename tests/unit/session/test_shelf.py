"""The folder of saved sessions: what is thrown out, in which order, and what is left alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.engine import saved
from app.engine.saved import Identity, Sidecar
from app.session.shelf import ABANDONED_S, Rates, Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "sessions"
    folder.mkdir()
    (tmp_path / "model.gguf").touch()
    return Shelf(folder)


def put(shelf: Shelf, key: str, *, size: int = 1000, age_s: float = 0.0, build: str = "b1", model: str = "") -> Path:
    """A session that was used `age_s` seconds ago."""
    path = shelf.path_of(key)
    path.write_bytes(b"x" * size)
    identity = Identity("m", "f16", 0.0, 0, (), build, 2)
    model = model or str(shelf.folder.parent / "model.gguf")
    saved.write_sidecar(path, Sidecar(saved.FORMAT, identity, model, 10, "", size, 1, 0, 1, ()))
    shelf.name(path, (f"{key}.pdf",))
    set_age(path, age_s)
    return path


def set_age(path: Path, age_s: float) -> None:
    for each in (path, saved.sidecar_of(path)):
        if each.exists():
            os.utime(each, (time.time() - age_s,) * 2)


def keys(shelf: Shelf) -> list[str]:
    return [one.path.stem for one in shelf.sessions()]


def files(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in shelf.folder.iterdir())


def test_the_one_used_last_comes_first_and_goes_last(shelf: Shelf) -> None:
    for age_s, key in enumerate(("new", "middle", "old")):
        put(shelf, key, age_s=age_s * 100)
    assert keys(shelf) == ["new", "middle", "old"]
    shelf.touch(shelf.path_of("old"))
    assert keys(shelf)[0] == "old"
    assert shelf.prune(2500) == 1000
    assert keys(shelf) == ["old", "new"]
    assert files(shelf) == ["new.kv", "new.kv.json", "new.kv.names", "old.kv", "old.kv.json", "old.kv.names"]


def test_one_that_is_larger_than_the_budget_does_not_take_the_others_with_it(shelf: Shelf) -> None:
    put(shelf, "huge", size=9000)
    put(shelf, "small", age_s=50)
    shelf.prune(2000)
    assert keys(shelf) == ["small"]


def test_another_builds_and_a_deleted_models_are_stale_but_an_unplugged_drives_are_not(shelf: Shelf) -> None:
    put(shelf, "good")
    put(shelf, "other-build", build="b0")
    put(shelf, "gone", model=str(shelf.folder.parent / "deleted.gguf"))
    put(shelf, "unplugged", model="/media/nobody/drive/model.gguf")
    assert shelf.remove_stale("b1") == 2
    assert sorted(keys(shelf)) == ["good", "unplugged"]
    assert shelf.remove_stale() == 0


def test_rests_of_interrupted_saves_go_once_they_are_old(shelf: Shelf) -> None:
    state, part, lonely = shelf.folder / "a.kv", shelf.folder / "b.kv.part", shelf.folder / "c.kv.json"
    for path in (state, part, lonely):
        path.write_bytes(b"half")
    shelf.remove_stale("b1")
    assert len(files(shelf)) == 3  # somebody may be writing them this moment
    for path in (state, part, lonely):
        os.utime(path, (time.time() - ABANDONED_S - 10,) * 2)
    shelf.remove_stale("b1")
    assert files(shelf) == []


def test_clearing_leaves_nothing(shelf: Shelf) -> None:
    put(shelf, "a")
    put(shelf, "b")
    (shelf.folder / "damaged.kv").write_bytes(b"x")
    assert shelf.clear() == 2000
    assert files(shelf) == []


def test_the_budget_is_what_was_chosen_or_a_fair_share_of_the_disk(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shelf.budget_bytes(2.5) == 2_500_000_000
    monkeypatch.setattr(Shelf, "_free_bytes", lambda _: 100_000_000_000)
    assert shelf.budget_bytes(0) == 10_000_000_000
    put(shelf, "a", size=5000)
    assert shelf.budget_bytes(0) == 10_000_000_500  # what the sessions take themselves counts as free
    monkeypatch.setattr(Shelf, "_free_bytes", lambda _: 10**13)
    assert shelf.budget_bytes(0) == 50_000_000_000


def test_rates_are_remembered_and_damaged_ones_forgotten(shelf: Shelf) -> None:
    assert shelf.rates() == Rates()
    shelf.keep_rates(Rates(5e9, 2000.0))
    assert shelf.rates() == Rates(5e9, 2000.0)
    (shelf.folder / "rates.json").write_bytes(b"{")
    assert shelf.rates() == Rates()


def test_a_folder_that_does_not_exist_is_an_empty_one(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "never")
    assert shelf.sessions() == []
    assert shelf.prune(0) == shelf.remove_stale("b") == shelf.clear() == 0
    assert shelf.budget_bytes(0) > 0
