"""A backup holds everything or is none; a restore happens whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.config.paths import Home, open_home
from app.config.settings import Settings, load_settings, save_settings
from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.passphrase import Cost
from app.session.backup.daily import backups_folder, tend_backups
from app.session.backup.manifest import DATABASE, MANIFEST, Manifest, place_of
from app.session.backup.reading import is_locked_backup, open_backup
from app.session.backup.restoring import Restored, restore
from app.session.backup.staging import READY, finish_restore, stage
from app.session.backup.writing import Backup
from app.session.desk import Desk
from app.store.store import Store
from tests.helpers.desk import desk_in

QUICK = Cost(memory_kib=64, passes=1, lanes=1)
SECRET = "a very private sentence 租赁合同"
LEASE = Document("/a/lease.pdf", "lease.pdf", "pdf", "ab" * 32, (Page(1, SECRET, 3),))


def _fill(desk: Desk, title: str = "Lease") -> None:
    def fill(store: Store) -> None:
        chat = store.create_chat(title)
        question = store.add_message(chat.id, None, "user", SECRET, [store.save_document(LEASE)])
        store.add_message(chat.id, question.id, "assistant", f"{title}: an answer")
        store.save_set(f"{title} set", [LEASE])

    desk.store.call(fill)
    desk.home.presets.mkdir(exist_ok=True)
    (desk.home.presets / "mine.json").write_text("{}")
    desk.change_settings(system_prompt="Be brief.", vram_margin_mib=777)


def _backup(desk: Desk, loop: Loop, target: Path, passphrase: str = "", *, plain: bool = False) -> Path:
    done: list[Path] = []
    errors: list[CarrelError] = []
    Backup(
        desk, target, lambda path, _: done.append(path), errors.append, passphrase=passphrase, plain=plain, cost=QUICK
    ).start()
    assert loop.run_until(lambda: bool(done or errors), 30)
    if errors:
        raise errors[0]
    return done[0]


def _restore(desk: Desk, loop: Loop, file: Path, passphrase: str = "", *, replace: bool = False) -> Restored:
    done: list[Restored] = []
    errors: list[CarrelError] = []
    restore(desk, file, done.append, errors.append, passphrase=passphrase, replace=replace)
    assert loop.run_until(lambda: bool(done or errors), 30)
    if errors:
        raise errors[0]
    return done[0]


def _titles(desk: Desk) -> list[str]:
    return sorted(chat.title for chat in desk.store.call(lambda store: store.list_chats()))


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """One that anybody may read, and one that is locked with "open sesame"."""
    folder = tmp_path_factory.mktemp("backups")
    with desk_in(folder / "home") as (desk, loop):
        _fill(desk)
        yield _backup(desk, loop, folder), _backup(desk, loop, folder / "locked", "open sesame")


def test_a_backup_holds_everything_and_says_so(backups: tuple[Path, Path]) -> None:
    plain, locked = backups
    for path, passphrase in ((plain, ""), (locked, "open sesame")):
        with open_backup(path, passphrase) as backup:
            backup.check()
            assert backup.manifest.counts == {"chats": 1, "messages": 2, "documents": 1}
            assert [one.name for one in backup.manifest.entries] == [DATABASE, "settings.toml", "presets/mine.json"]
            assert b"Be brief." in backup.read("settings.toml")
    assert plain.name.endswith(".carrel-backup")
    assert plain.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert (is_locked_backup(plain), is_locked_backup(locked)) == (False, True)
    assert b"SQLite" not in locked.read_bytes()
    assert [one.name for one in plain.parent.iterdir() if "new" in one.name] == []


def test_what_is_missing_is_added_and_nothing_twice(backups: tuple[Path, Path], tmp_path: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        desk.store.call(lambda store: store.create_chat("Mine"))
        first = _restore(desk, loop, backups[0])
        assert (first.chats, first.known, first.sets, first.presets) == (1, 0, 1, 1)
        second = _restore(desk, loop, backups[1], "open sesame")
        assert (second.chats, second.known, second.sets, second.presets) == (0, 1, 0, 0)
        assert _titles(desk) == ["Lease", "Mine"]
        assert desk.settings.vram_margin_mib == Settings().vram_margin_mib
        pages = desk.store.call(lambda store: store.set_documents("Lease set"))[0].pages
        assert pages[0].text == SECRET
    assert sorted(one.name for one in tmp_path.glob("[ru][en]*")) == []


def test_a_backup_takes_the_place_and_the_old_things_are_kept(backups: tuple[Path, Path], tmp_path: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        desk.store.call(lambda store: store.create_chat("Mine"))
        done = _restore(desk, loop, backups[1], "open sesame", replace=True)
        assert _titles(desk) == ["Lease"]
        assert desk.settings.vram_margin_mib == 777
        assert (desk.home.presets / "mine.json").exists()
        assert done.aside is not None
        old = Store(done.aside / "carrel.db")
        assert [chat.title for chat in old.list_chats()] == ["Mine"]
        old.close()
    with desk_in(tmp_path) as (desk, loop):
        assert _titles(desk) == ["Lease"]


def test_what_is_damaged_newer_or_no_backup_changes_nothing(backups: tuple[Path, Path], tmp_path: Path) -> None:
    plain, locked = backups[0].read_bytes(), backups[1].read_bytes()
    middle = len(plain) // 3
    broken = {
        "cut": plain[: len(plain) // 2],
        "flipped": plain[:middle] + bytes([plain[middle] ^ 1]) + plain[middle + 1 :],
        "locked cut": locked[:-20],
        "none": b"hello",
    }
    with desk_in(tmp_path / "home") as (desk, loop):
        desk.store.call(lambda store: store.create_chat("Mine"))
        for name, content in broken.items():
            (tmp_path / name).write_bytes(content)
            for replace in (False, True):
                with pytest.raises(CarrelError):
                    _restore(desk, loop, tmp_path / name, "open sesame", replace=replace)
        for passphrase, code in (("wrong", "wrong_passphrase"), ("", "passphrase_needed")):
            with pytest.raises(CarrelError) as refused:
                _restore(desk, loop, backups[1], passphrase)
            assert refused.value.code == code
        with pytest.raises(CarrelError, match="newer Carrel"):
            _restore(desk, loop, _newer(backups[0], tmp_path / "newer"), replace=True)
        assert _titles(desk) == ["Mine"]
    assert {one.name for one in (tmp_path / "home").iterdir()} <= {
        *("carrel.db", "carrel.db-wal", "carrel.db-shm", "logs", "models", "settings.toml", "restore.lock")
    }


def _newer(backup: Path, target: Path) -> Path:
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == MANIFEST:
                manifest = msgspec.json.decode(content, type=Manifest)
                content = msgspec.json.encode(msgspec.structs.replace(manifest, steps=manifest.steps + 1))
            new.writestr(name, content)
    return target


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    assert place_of(home, "presets/a.json") == home.presets / "a.json"
    for name in ("presets/../x", "../x", "/etc/passwd", "presets/", "presets/a/b", "presets/..\\x", "presets/c:x", "x"):
        with pytest.raises(CarrelError):
            place_of(home, name)


STAGED = ("copied", "staged", "decided")
FINISHED = tuple(
    f"{what} {name}" for name in ("presets/mine.json", "settings.toml", DATABASE) for what in ("aside", "placed")
)

_CRASH = """
import os, sys
from pathlib import Path
from app.config.paths import open_home
from app.session.backup.reading import open_backup
from app.session.backup.staging import finish_restore, stage

def at(step):
    if step == sys.argv[3]:
        os._exit(9)

home = open_home(Path(sys.argv[1]))
with open_backup(Path(sys.argv[2])) as backup:
    stage(home, backup, None, at)
finish_restore(home, at)
"""


@pytest.mark.parametrize("step", ["staged", f"aside {DATABASE}"])
def test_a_crash_in_the_middle_leaves_the_old_or_the_new(backups: tuple[Path, Path], tmp_path: Path, step: str) -> None:
    """The program really ends there; the next start decides."""
    home = _old_home(tmp_path)
    command = [sys.executable, "-c", _CRASH, str(home.root), str(backups[0]), step]
    assert subprocess.run(command, cwd=Path(__file__).parents[3], check=False).returncode == 9
    _assert_old_or_new(home, is_new=step not in STAGED[:2])


@pytest.mark.parametrize("step", [*STAGED, *FINISHED[-4:]])
def test_every_step_can_be_the_last(backups: tuple[Path, Path], tmp_path: Path, step: str) -> None:
    home = _old_home(tmp_path)

    def at(reached: str) -> None:
        if reached == step:
            raise KeyboardInterrupt

    def restore_until_then() -> None:
        with open_backup(backups[0]) as backup:
            stage(home, backup, None, at)
        finish_restore(home, at)

    with pytest.raises(KeyboardInterrupt):
        restore_until_then()
    _assert_old_or_new(home, is_new=step not in STAGED[:2])


def _old_home(folder: Path) -> Home:
    home = open_home(folder)
    store = Store(home.database_file)
    store.create_chat("Mine")
    store.close()
    save_settings(home.settings_file, Settings(vram_margin_mib=111))
    return home


def _assert_old_or_new(home: Home, *, is_new: bool) -> None:
    with desk_in(home.root) as (desk, _):
        assert _titles(desk) == (["Lease"] if is_new else ["Mine"])
        assert load_settings(home.settings_file).vram_margin_mib == (777 if is_new else 111)
    assert not (home.root / READY).exists()
    asides = list(home.root.glob("before-restore-*"))
    assert len(asides) == int(is_new)
    if is_new:
        assert {"carrel.db", "settings.toml"} <= {one.name for one in asides[0].iterdir()}


def test_chats_in_a_vault_are_never_backed_up_in_the_clear_unasked(tmp_path: Path) -> None:
    from app.session.vault import create_vault

    with desk_in(tmp_path / "home") as (desk, loop):
        _fill(desk)
        done: list[str] = []
        create_vault(desk, "correct horse battery", done.append, lambda error: pytest.fail(str(error)), cost=QUICK)
        assert loop.run_until(lambda: bool(done), 30)
        with pytest.raises(CarrelError) as refused:
            _backup(desk, loop, tmp_path / "x")
        assert refused.value.code == "backup_needs_passphrase"
        locked = _backup(desk, loop, tmp_path / "locked", "another one")
        assert b"SQLite" not in locked.read_bytes()
        with open_backup(_backup(desk, loop, tmp_path / "plain", plain=True)) as backup:
            assert b"Be brief." not in backup.read("settings.toml")
            assert not [entry.name for entry in backup.manifest.entries if entry.name.startswith("presets/")]
        desk.presets.keep(msgspec.structs.replace(desk.presets.add("Mine"), purpose="Changed since."))
        kept = _backup(desk, loop, tmp_path / "kept", "another one")
        desk.presets.rename("mine", "Renamed")
        assert _restore(desk, loop, locked, "another one").known == 1
        assert _restore(desk, loop, locked, "another one", replace=True).aside is not None
        assert desk.presets.get("mine").name == "Renamed", "a backup without it takes nothing away"
        assert _restore(desk, loop, kept, "another one", replace=True).aside is not None
        assert desk.presets.get("mine").purpose == "Changed since."
        assert not desk.home.presets.exists()
        assert not [
            file for file in desk.home.root.rglob("*") if file.is_file() and b"Changed since" in file.read_bytes()
        ]
        assert _titles(desk) == ["Lease"]
        assert desk.settings.system_prompt == "Be brief."
        assert SECRET.encode() not in desk.home.database_file.read_bytes()
        assert b"Be brief." not in desk.home.settings_file.read_bytes()


def test_one_a_day_and_the_last_seven_are_kept(tmp_path: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        done: list[Path] = []
        assert not tend_backups(desk, done.append, lambda error: pytest.fail(str(error)))
        desk.change_settings(daily_backup=True)
        folder = backups_folder(desk.home)
        folder.mkdir()
        (folder / "mine.carrel-backup").touch()
        for day in range(8):
            old = folder / f"carrel-2026-01-0{day + 1}.carrel-backup"
            old.touch()
            os.utime(old, (86_400 * day, 86_400 * day))
        assert tend_backups(desk, done.append, lambda error: pytest.fail(str(error)))
        assert loop.run_until(lambda: bool(done), 10)
        assert len(list(folder.glob("carrel-*"))) == 7
        assert done[0].exists()
        assert (folder / "mine.carrel-backup").exists()
        assert not tend_backups(desk, done.append, lambda error: pytest.fail(str(error)))


def test_a_copy_that_a_crash_left_behind_is_gone_at_the_next_start(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    left = [home.root / f"unfinished-{pid}-ab.sqlite" for pid in (2**22 - 7, os.getpid())]
    for file in left:
        file.write_text(SECRET, "utf-8")
    busy = home.root / f"unfinished-{os.getppid()}-ab.sqlite"
    busy.touch()
    with desk_in(tmp_path):
        assert not any(file.exists() for file in left)
        assert busy.exists()
