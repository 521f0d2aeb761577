"""The vault over a desk: made, opened, locked, changed, taken down, destroyed; and what a wrong passphrase gets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.config import keystore
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.passphrase import Cost
from app.session import vault, vaultend, vaultways
from app.session.demo import demo_model_path
from app.session.desk import Desk
from app.session.turn import Turn, Wish
from app.terminal.waiting import wait_for
from tests.helpers.desk import load
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

FAST = Cost(memory_kib=64, passes=1, lanes=1)
PHRASE, OTHER = "correct horse battery", "staple staple staple"
MARKER = "Heron in the reeds"


@contextmanager
def running(folder: Path) -> Iterator[tuple[Desk, Loop]]:
    loop = Loop()
    desk = make_desk(folder, loop.post, ScriptedEngine(Script()))
    try:
        yield desk, loop
    finally:
        desk.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Desk, Loop]]:
    with running(tmp_path) as both:
        yield both


def do(loop: Loop, wish: Callable[..., object], *args: Any, **options: Any) -> Any:
    """A wish to its end: what `done` was told."""
    return wait_for(loop, lambda done, failed: wish(*args, lambda *found: done(found), failed, **options))


def code_of(loop: Loop, wish: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(CarrelError) as caught:
        do(loop, wish, *args, **options)
    return caught.value.code


def create(desk: Desk, loop: Loop, **options: Any) -> str:
    (recovery,) = do(loop, vault.create_vault, desk, PHRASE, cost=FAST, **options)
    return str(recovery)


def titles(desk: Desk) -> list[str]:
    return [chat.title for chat in desk.store.call(lambda store: store.list_chats())]


def settle(desk: Desk, loop: Loop) -> None:
    """What was posted to the jobs and to the store is done."""
    seen: list[object] = []
    desk.jobs.run(lambda: None, seen.append)
    loop.run_until(lambda: bool(seen), 10)


def test_made_locked_and_opened(desk: tuple[Desk, Loop], tmp_path: Path) -> None:
    one, loop = desk
    one.store.call(lambda store: store.create_chat(MARKER))
    one.change_settings(system_prompt=f"Speak of the {MARKER}")
    (tmp_path / "draft.txt").write_text(f"Unsent {MARKER}")
    assert not vault.status(one).is_on
    recovery = create(one, loop)
    assert vault.status(one) == vault.VaultStatus(True, False, True, True, False, 10, True)
    assert titles(one) == [MARKER]
    assert one.vault.files.read("draft.txt") == f"Unsent {MARKER}".encode()
    vault.lock(one)
    assert one.vault.is_locked
    assert one.settings.system_prompt == ""
    assert one.vault.files.read("draft.txt") is None
    with pytest.raises(CarrelError) as caught:
        titles(one)
    assert caught.value.code == "vault_locked"
    with pytest.raises(CarrelError):
        one.vault.files.keep("draft.txt", b"x")
    assert code_of(loop, vault.unlock, one, "wrong") == "wrong_passphrase"
    assert one.vault.is_locked
    do(loop, vault.unlock, one, PHRASE)
    assert titles(one) == [MARKER]
    assert one.settings.system_prompt == f"Speak of the {MARKER}"
    vault.lock(one)
    do(loop, vault.unlock, one, recovery.lower())
    assert titles(one) == [MARKER]


def test_nothing_of_the_text_lies_in_the_profile(desk: tuple[Desk, Loop], tmp_path: Path) -> None:
    one, loop = desk
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "old.kv").write_bytes(MARKER.encode())
    (tmp_path / "sessions" / "old.kv.names").write_bytes(MARKER.encode())
    one.change_settings(system_prompt=MARKER)
    one.store.call(lambda store: store.create_chat(MARKER))
    create(one, loop)
    one.vault.files.keep("draft-2.txt", MARKER.encode())
    one.change_settings(system_prompt=MARKER + " again")
    one.store.call(lambda store: store.create_chat(MARKER))
    settle(one, loop)
    found = [path.name for path in tmp_path.rglob("*") if path.is_file() and MARKER.encode() in path.read_bytes()]
    assert found == []


def test_the_next_start_is_locked_and_knows_everything_after(tmp_path: Path) -> None:
    with running(tmp_path) as (one, loop):
        one.store.call(lambda store: store.create_chat(MARKER))
        create(one, loop)
        one.change_settings(system_prompt="Be brief.", theme="dark")
    with running(tmp_path) as (one, loop):
        assert vault.status(one).is_locked
        assert one.settings.theme == "dark"
        assert one.settings.system_prompt == ""
        one.change_settings(theme="light")
        do(loop, vault.unlock, one, PHRASE)
        assert titles(one) == [MARKER]
        assert (one.settings.system_prompt, one.settings.theme) == ("Be brief.", "light")


def test_what_a_crash_left_in_the_clear_is_sealed_when_it_is_opened(tmp_path: Path) -> None:
    with running(tmp_path) as (one, loop):
        create(one, loop)
        one.vault.files.keep("draft.txt", b"newer")
    (tmp_path / "draft.txt").write_bytes(b"older")
    (tmp_path / "draft-3.txt").write_bytes(b"only in the clear")
    with running(tmp_path) as (one, loop):
        do(loop, vault.unlock, one, PHRASE)
        assert one.vault.files.read("draft.txt") == b"newer"
        assert one.vault.files.read("draft-3.txt") == b"only in the clear"
        assert not list(tmp_path.glob("draft*.txt"))


def test_chats_that_were_put_aside_are_sealed_and_come_back(desk: tuple[Desk, Loop], tmp_path: Path) -> None:
    one, loop = desk
    aside = [tmp_path / "carrel.db.damaged-20260101-000000", tmp_path / "before-restore-1" / "carrel.db"]
    aside[1].parent.mkdir()
    for file in aside:
        file.write_bytes(MARKER.encode() * 100_000)
    create(one, loop)
    settle(one, loop)
    loop.run_until(lambda: not any(file.exists() for file in aside), 10)
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and MARKER.encode() in file.read_bytes()]
    do(loop, vaultend.remove_vault, one)
    assert [file.read_bytes() for file in aside] == [MARKER.encode() * 100_000] * 2
    assert not list(tmp_path.rglob("*.sealed"))


def test_another_passphrase_for_the_same_key(desk: tuple[Desk, Loop]) -> None:
    one, loop = desk
    create(one, loop)
    before = one.home.database_file.read_bytes()
    assert code_of(loop, vaultways.change_passphrase, one, OTHER, OTHER, cost=FAST) == "wrong_passphrase"
    assert code_of(loop, vaultways.change_passphrase, one, PHRASE, "short", cost=FAST) == "passphrase_short"
    do(loop, vaultways.change_passphrase, one, PHRASE, OTHER, cost=FAST)
    assert one.home.database_file.read_bytes() == before, "no chat is written again"
    vault.lock(one)
    assert code_of(loop, vault.unlock, one, PHRASE) == "wrong_passphrase"
    do(loop, vault.unlock, one, OTHER)
    (renewed,) = do(loop, vaultways.renew_recovery, one)
    vault.lock(one)
    do(loop, vault.unlock, one, renewed)


def test_guessing_is_slowed(desk: tuple[Desk, Loop], monkeypatch: pytest.MonkeyPatch) -> None:
    one, loop = desk
    create(one, loop)
    vault.lock(one)
    codes = [code_of(loop, vault.unlock, one, "x" * length) for length in (1, 40, 5)]
    assert codes == ["wrong_passphrase"] * 3
    assert code_of(loop, vault.unlock, one, PHRASE) == "too_many_guesses"
    now_s = time.monotonic()
    monkeypatch.setattr("app.session.strongbox.time.monotonic", lambda: now_s + 90)
    do(loop, vault.unlock, one, PHRASE)


def test_taken_down_everything_is_readable_again(desk: tuple[Desk, Loop], tmp_path: Path) -> None:
    one, loop = desk
    one.store.call(lambda store: store.create_chat(MARKER))
    create(one, loop)
    one.change_settings(system_prompt="Be brief.")
    one.vault.files.keep("draft.txt", b"unsent")
    vault.lock(one)
    assert code_of(loop, vaultend.remove_vault, one) == "vault_locked"
    do(loop, vault.unlock, one, PHRASE)
    do(loop, vaultend.remove_vault, one)
    assert not vault.status(one).is_on
    assert titles(one) == [MARKER]
    assert (tmp_path / "draft.txt").read_bytes() == b"unsent"
    assert "Be brief." in (tmp_path / "settings.toml").read_text()
    assert not list(tmp_path.glob("*.sealed"))
    assert not list(tmp_path.glob("vault.json*"))


def test_one_that_cannot_be_taken_down_says_so_and_stays(
    desk: tuple[Desk, Loop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when what was written in the clear for it cannot be sealed again just now."""
    one, loop = desk
    create(one, loop)
    one.vault.files.keep("draft.txt", b"unsent")

    def refuse(*_: object) -> None:
        raise OSError("the disk is busy")

    with monkeypatch.context() as patch:
        patch.setattr(vaultend, "unseal_set_aside", refuse)
        patch.setattr(one.vault, "seal_again", refuse)
        assert code_of(loop, vaultend.remove_vault, one) == "unexpected"
    assert one.vault.is_on
    assert not one.vault.is_changing
    vault.lock(one)
    do(loop, vault.unlock, one, PHRASE)
    assert one.vault.files.read("draft.txt") == b"unsent"
    assert not (tmp_path / "draft.txt").exists()


def test_a_disk_that_refuses_for_a_moment_does_not_cost_the_instructions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as (one, loop):
        create(one, loop)
        one.change_settings(system_prompt="Be brief.")
    read = Path.read_bytes

    def refuse(file: Path) -> bytes:
        if file.name.startswith("instructions"):
            raise PermissionError(13, "in use")
        return read(file)

    with running(tmp_path) as (one, loop):
        told: list[str] = []
        one.noticed.connect(told.append)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", refuse)
            do(loop, vault.unlock, one, PHRASE)
        assert told
        one.change_settings(language="zh_CN")
    with running(tmp_path) as (one, loop):
        do(loop, vault.unlock, one, PHRASE)
        assert one.settings.system_prompt == "Be brief."
    with running(tmp_path) as (one, loop):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", refuse)
            do(loop, vault.unlock, one, PHRASE)
        one.change_settings(system_prompt="Be exact.")
        one.change_settings(system_prompt="")
    with running(tmp_path) as (one, loop):
        do(loop, vault.unlock, one, PHRASE)
        assert one.settings.system_prompt == "", "what the user empties is empty"


def test_destroyed_nothing_comes_back(desk: tuple[Desk, Loop], tmp_path: Path) -> None:
    one, loop = desk
    assert code_of(loop, vaultend.destroy_vault, one) == "no_vault"
    one.store.call(lambda store: store.create_chat(MARKER))
    create(one, loop)
    one.vault.files.keep("draft.txt", b"unsent")
    do(loop, vaultend.destroy_vault, one)
    assert titles(one) == []
    assert not vault.status(one).is_on
    assert not list(tmp_path.glob("*.sealed"))
    assert not list(tmp_path.glob("vault.json*"))


def test_a_damaged_vault_file_is_told_and_nothing_is_begun_anew(tmp_path: Path) -> None:
    with running(tmp_path) as (one, loop):
        one.store.call(lambda store: store.create_chat(MARKER))
        create(one, loop)
    for file in tmp_path.glob("vault.json*"):
        file.write_bytes(b"{}")
    before = (tmp_path / "carrel.db").read_bytes()
    with running(tmp_path) as (one, loop):
        assert vault.status(one).is_locked
        assert code_of(loop, vault.unlock, one, PHRASE) == "vault_damaged"
        assert code_of(loop, vault.create_vault, one, PHRASE) == "vault_is_on"
    assert (tmp_path / "carrel.db").read_bytes() == before


def test_it_locks_itself_when_nobody_is_here_and_after_sleep(
    desk: tuple[Desk, Loop], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, loop = desk
    create(one, loop)
    one.change_settings(vault_idle_min=5)
    heard: list[str] = []
    one.vault.locking.connect(lambda: heard.append(titles(one) == [] and "the chats are open still"))  # type: ignore[arg-type]
    start_s = time.monotonic()
    for passed_s in (1, 200, 299):
        one.vault.look(start_s + passed_s)
        one.vault._wall_s += passed_s  # the wall clock went along
        assert not one.vault.is_locked
    one.vault._looked_s = None
    one.vault.look(start_s + 301)
    assert one.vault.is_locked
    assert heard == ["the chats are open still"]
    do(loop, vault.unlock, one, PHRASE)
    now_s, wall_s = time.monotonic(), time.time()
    one.vault.look(now_s)
    monkeypatch.setattr("app.session.strongbox.time.time", lambda: wall_s + 3600)
    one.vault.look(now_s + 1)
    assert one.vault.is_locked


def test_an_answer_that_runs_when_it_is_locked_is_stopped_and_kept(tmp_path: Path) -> None:
    loop = Loop()
    desk = make_desk(tmp_path, loop.post, ScriptedEngine(Script(answer=f"{MARKER} " * 400, delay_s=0.005)))
    try:
        create(desk, loop)
        load(desk, loop, demo_model_path())
        heard: list[str] = []
        ended: list[object] = []
        turn = Turn(desk, Wish("What stands there?"))
        turn.spoke.connect(lambda _, text, __: heard.append(text))
        turn.ended.connect(ended.append)
        turn.start()
        assert loop.run_until(lambda: len(heard) > 20, 20)
        desk.vault.look(time.monotonic() + 100 * 60)
        assert not desk.vault.is_locked, "a running answer is finished before the vault locks itself"
        vault.lock(desk)
        assert desk.vault.is_locked
        assert not desk.engine.is_open
        assert loop.run_until(lambda: bool(ended), 20)
        do(loop, vault.unlock, desk, PHRASE)
        desk.store.call(lambda store: store.recover())
        said = desk.store.call(lambda store: store.thread(turn.chat_id or 0))[-1]
        assert said.text.startswith("".join(heard[:20]))
        assert said.state == "stopped"
    finally:
        desk.close()


class FakeStore:
    viable = True
    kept: dict[str, str]

    def __init__(self) -> None:
        self.kept = KEPT

    def set_password(self, _: str, name: str, secret: str) -> None:
        self.kept[name] = secret

    def get_password(self, _: str, name: str) -> str | None:
        return self.kept.get(name)

    def delete_password(self, _: str, name: str) -> None:
        del self.kept[name]


KEPT: dict[str, str] = {}


def test_the_key_store_of_the_system_opens_it(desk: tuple[Desk, Loop], monkeypatch: pytest.MonkeyPatch) -> None:
    one, loop = desk
    monkeypatch.setattr(keystore, "_stores", lambda: [FakeStore])
    KEPT.clear()
    (recovery,) = do(loop, vault.create_vault, one, "", cost=FAST, use_key_store=True, with_recovery=False)
    assert recovery, "without a passphrase there is always a recovery key"
    assert len(KEPT) == 1
    vault.lock(one)
    do(loop, vault.unlock_by_key_store, one)
    assert code_of(loop, vaultways.use_key_store, one, on=False) == "last_way_in"
    do(loop, vaultways.change_passphrase, one, "", PHRASE, cost=FAST)
    do(loop, vaultways.use_key_store, one, on=False)
    assert KEPT == {}
    vault.lock(one)
    assert code_of(loop, vault.unlock_by_key_store, one) == "key_store_empty"
    do(loop, vault.unlock, one, PHRASE)


def test_a_key_store_that_holds_nothing_is_not_asked_at_the_end(
    desk: tuple[Desk, Loop], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, loop = desk
    asked: list[str] = []
    monkeypatch.setattr(keystore, "remove_secret", asked.append)
    do(loop, vault.create_vault, one, PHRASE, cost=FAST)
    do(loop, vaultend.remove_vault, one)
    assert asked == []
    monkeypatch.setattr(keystore, "_stores", lambda: [FakeStore])
    do(loop, vault.create_vault, one, PHRASE, cost=FAST, use_key_store=True)
    do(loop, vaultend.remove_vault, one)
    assert len(asked) == 1


def test_a_key_store_that_asks_somebody_stops_neither_the_passphrase_nor_the_end(
    desk: tuple[Desk, Loop], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, loop = desk
    asked, answered = threading.Event(), threading.Event()
    told: list[object] = []

    def read(_: str) -> bytearray:
        asked.set()
        answered.wait(30)
        return bytearray(32)

    do(loop, vault.create_vault, one, PHRASE, cost=FAST)
    vault.lock(one)
    monkeypatch.setattr(keystore, "read_secret", read)
    vault.unlock_by_key_store(one, lambda: told.append("opened"), told.append)
    assert asked.wait(30)
    do(loop, vault.unlock, one, PHRASE)
    answered.set()
    loop.run_until(lambda: False, 0.1)
    assert told == []
    assert not one.vault.is_locked
    answered.clear()
    asked.clear()
    vault.lock(one)
    vault.unlock_by_key_store(one, lambda: told.append("opened"), told.append)
    assert asked.wait(30)
    one.jobs.close()  # does not wait for the answer
    assert not answered.is_set()
    answered.set()


def test_without_a_key_store_that_is_said_and_nothing_changes(
    desk: tuple[Desk, Loop], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, loop = desk
    monkeypatch.setattr(keystore, "_stores", list)
    assert code_of(loop, vault.create_vault, one, PHRASE, cost=FAST, use_key_store=True) == "no_key_store"
    assert not vault.status(one).is_on
    assert titles(one) == []
