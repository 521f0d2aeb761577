"""Encryption is turned on and off without a loss, whenever the power goes; a locked file is never called damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config.vaultfile import key_by_passphrase, new_header, read_vault, with_passphrase, write_vault
from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.passphrase import Cost
from app.store.changeover import Change
from app.store.store import Store
from app.store.thread import StoreThread

FAST = Cost(memory_kib=64, passes=1, lanes=1)
KEY = bytes(range(32))
HEADER = with_passphrase(new_header(), KEY, "pass", FAST)
MARKER = "The heron stands in the reeds"
STEPS_ON = ("pending", "copied", "decided", "aside", "in place", "removed")
STEPS_OFF = ("copied", "decided", "aside", "in place", "removed", "forgotten")


class PowerCut(BaseException):
    """The machine stops here: nothing behind this line runs."""


@pytest.fixture
def vault(file: Path) -> Path:
    return file.with_name("vault.json")


def fill(file: Path, key: bytes | None = None) -> None:
    store = Store(file, key=key)
    with store.transaction():
        for number in range(30):
            store.create_chat(f"{MARKER} {number}")
        pages = tuple(Page(number, f"{MARKER} on page {number} 苍鹭站在芦苇里", 5) for number in range(40))
        store.save_document(Document("/x.txt", "x.txt", "text", "ab" * 32, pages, ()))
    store.close()


def content(file: Path, key: bytes | None) -> list[tuple[int, str]]:
    store = Store(file, key=key)
    try:
        assert store.notices == ()
        return sorted((chat.id, chat.title) for chat in store.list_chats())
    finally:
        store.close()


def traces(folder: Path) -> list[str]:
    """Files in which the text can be read."""
    words = [MARKER.encode(), MARKER.encode("utf-16-le"), "苍鹭".encode()]
    return sorted(path.name for path in folder.iterdir() if any(word in path.read_bytes() for word in words))


def cutting(step: str) -> Callable[[str], None]:
    def at(reached: str) -> None:
        if reached == step:
            raise PowerCut

    return at


def test_on_and_off_again(file: Path, vault: Path) -> None:
    fill(file)
    before = content(file, None)
    assert traces(file.parent)
    Change(file, vault).turn_on(HEADER, KEY)
    assert traces(file.parent) == []
    assert vault.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "carrel.db",
        "vault.json",
        "vault.json.copy",
        *([] if os.name == "nt" else ["vault.lock"]),  # there it goes with its holder
    ]
    assert content(file, KEY) == before
    assert traces(file.parent) == [], "neither does the log of the encrypted file tell"
    found = read_vault(vault)
    assert found is not None
    assert key_by_passphrase(found, "pass") == KEY
    Change(file, vault).turn_off(KEY)
    assert content(file, None) == before
    assert not vault.exists()
    assert read_vault(vault) is None


@pytest.mark.parametrize("step", STEPS_ON)
def test_power_goes_while_it_is_turned_on(file: Path, vault: Path, step: str) -> None:
    fill(file)
    before = content(file, None)
    with pytest.raises(PowerCut):
        Change(file, vault, cutting(step)).turn_on(HEADER, KEY)
    change = Change(file, vault)
    change.recover()
    assert change.is_settled
    is_on = step not in ("pending", "copied")
    assert vault.exists() == is_on
    assert content(file, KEY if is_on else None) == before
    assert bool(traces(file.parent)) != is_on
    if not is_on:
        change.turn_on(HEADER, KEY)
        assert content(file, KEY) == before


@pytest.mark.parametrize("step", STEPS_OFF)
def test_power_goes_while_it_is_turned_off(file: Path, vault: Path, step: str) -> None:
    write_vault(vault, HEADER)
    fill(file, KEY)
    before = content(file, KEY)
    with pytest.raises(PowerCut):
        Change(file, vault, cutting(step)).turn_off(KEY)
    change = Change(file, vault)
    change.recover()
    assert change.is_settled
    is_on = step == "copied"
    assert (read_vault(vault) is not None) == is_on
    assert content(file, KEY if is_on else None) == before
    if is_on:
        assert traces(file.parent) == []


_KILLED = """
import os, sys
from pathlib import Path
from app.config.vaultfile import new_header, with_passphrase
from app.core.passphrase import Cost
from app.store.changeover import Change
step, file = sys.argv[1], Path(sys.argv[2])
header = with_passphrase(new_header(), bytes(range(32)), "pass", Cost(memory_kib=64, passes=1, lanes=1))
Change(file, file.with_name("vault.json"), lambda at: os.kill(os.getpid(), 9) if at == step else None).turn_on(
    header, bytes(range(32))
)
"""


@pytest.mark.skipif(os.name == "nt", reason="a kill by signal")
def test_a_killed_program_is_gone_on_with(file: Path, vault: Path) -> None:
    fill(file)
    before = content(file, None)
    root = Path(__file__).resolve().parents[3]
    killed = subprocess.run([sys.executable, "-c", _KILLED, "aside", str(file)], cwd=root, check=False, timeout=60)
    assert killed.returncode == -9
    assert not file.exists()
    Change(file, vault).recover()
    assert content(file, KEY) == before
    assert traces(file.parent) == []


def test_chats_that_somebody_else_has_open_are_left_alone(
    file: Path, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.changeover._BUSY_S", 0.05)
    fill(file)
    other = Store(file)
    with pytest.raises(CarrelError) as caught:
        Change(file, vault).turn_on(HEADER, KEY)
    assert caught.value.code == "database_busy"
    assert Change(file, vault).is_settled
    assert not vault.exists()
    other.create_chat("still here")
    other.close()
    assert ("still here") in [title for _, title in content(file, None)]


def test_a_disk_that_fails_leaves_everything_as_it_was(file: Path, vault: Path) -> None:
    fill(file)
    before = content(file, None)

    def fail(step: str) -> None:
        if step == "copied":
            raise OSError(28, "No space left on device")

    with pytest.raises(CarrelError):
        Change(file, vault, fail).turn_on(HEADER, KEY)
    assert Change(file, vault).is_settled
    assert content(file, None) == before
    assert not vault.exists()


def test_a_failure_after_the_decision_is_carried_through(file: Path, vault: Path) -> None:
    fill(file)
    before = content(file, None)
    failed: list[str] = []

    def fail_once(step: str) -> None:
        if step == "aside" and not failed:
            failed.append(step)
            raise OSError(5, "Input/output error")

    Change(file, vault, fail_once).turn_on(HEADER, KEY)
    assert failed
    assert content(file, KEY) == before


def test_a_locked_file_is_never_called_damaged(file: Path) -> None:
    fill(file, KEY)
    whole = file.read_bytes()
    for key, code in ((bytes(32), "database_foreign"), (None, "database_keyless")):
        with pytest.raises(CarrelError) as caught:
            Store(file, key=key)
        assert caught.value.code == code
        assert file.read_bytes() == whole
        assert [path.name for path in file.parent.iterdir() if "damaged" in path.name] == []
    torn = bytearray(whole)
    torn[5 * 4096 + 100] ^= 1
    file.write_bytes(torn)
    store = Store(file, key=KEY)
    assert [notice.code for notice in store.notices] == ["database_set_aside"], "real damage is set aside as ever"
    store.close()


def test_the_thread_starts_locked_and_tells_so(file: Path, home: Loop) -> None:
    fill(file, KEY)
    thread = StoreThread(file, home.post, is_locked=True)
    heard: list[str] = []
    thread.ask(lambda store: store.list_chats(), failed=lambda error: heard.append(getattr(error, "code", "?")))
    thread.reopen(lambda: bytes(32), failed=lambda error: heard.append(getattr(error, "code", "?")))
    thread.reopen(lambda: KEY, lambda _: heard.append("open"))
    assert home.run_until(lambda: len(heard) == 3, 20)
    assert heard == ["vault_locked", "database_foreign", "open"]
    assert len(thread.call(lambda store: store.list_chats())) == 30
    thread.lock(lambda _: heard.append("locked"))
    assert home.run_until(lambda: len(heard) == 4, 20)
    with pytest.raises(CarrelError) as caught:
        thread.call(lambda store: store.list_chats())
    assert caught.value.code == "vault_locked"
    thread.close()
