"""The vault in the window: explained before it is made, locked without a trace of the chats, opened again."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.core.errors import CarrelError
from app.core.passphrase import Cost
from app.session import vault, vaultend
from app.session.desk import Desk
from app.ui.asleep import Asleep, session_path
from app.ui.bridge import QtPost
from app.ui.doorbell import Ring
from app.ui.gate import Gate, LockedWindow, Presence
from app.ui.pages.vault import VaultPage
from app.ui.sample_computer import SampleTelemetry
from app.ui.widgets.secret import SecretField
from app.ui.window import Window
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

PHRASE = "correct horse battery"
FAST = Cost(memory_kib=64, passes=1, lanes=1)
MARKER = "Heron in the reeds"
PATIENCE_MS = 20_000


@pytest.fixture
def desk(tmp_path: Path, dressed: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("app.session.vault.calibrated", lambda: FAST)
    monkeypatch.setattr("app.session.vaultways.calibrated", lambda: FAST)
    post = QtPost()
    desk = make_desk(tmp_path, post.post, ScriptedEngine(Script()))
    yield desk
    desk.close()
    QApplication.processEvents()


def fail(error: CarrelError) -> None:
    pytest.fail(str(error))


def made(desk: Desk, qtbot: QtBot) -> None:
    keys: list[str] = []
    vault.create_vault(desk, PHRASE, keys.append, fail, cost=FAST)
    qtbot.waitUntil(lambda: bool(keys), timeout=PATIENCE_MS)


def page(desk: Desk, qtbot: QtBot) -> VaultPage:
    page = VaultPage(desk)
    page.resize(800, 900)
    page.show()
    qtbot.addWidget(page)
    return page


def words_of(widget: Any) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def type_in(qtbot: QtBot, field: SecretField, text: str) -> None:
    field.clear()
    qtbot.keyClicks(field.edit, text)


def test_a_forgotten_passphrase_is_explained_before_one_can_be_set(desk: Desk, qtbot: QtBot) -> None:
    shown = page(desk, qtbot)
    making = shown.making
    assert making is not None
    assert "nobody can open these chats, neither can we" in words_of(making)
    type_in(qtbot, making.phrase, "short")
    assert making.strength.text() == "Too short"
    type_in(qtbot, making.phrase, PHRASE)
    type_in(qtbot, making.again, "something else")
    assert making.told.text() == "The two passphrases differ."
    making.understood.setChecked(True)
    assert not making.make.isEnabled()
    type_in(qtbot, making.again, PHRASE)
    assert making.make.isEnabled()
    making.understood.setChecked(False)
    assert not making.make.isEnabled(), "without the tick nothing happens"
    making.understood.setChecked(True)
    qtbot.mouseClick(making.make, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.vault.is_on and shown.recovery is not None, timeout=PATIENCE_MS)
    assert shown.recovery is not None
    recovery = shown.recovery.key.text()
    assert len(recovery) == 39
    shown.recovery.leave()
    qtbot.waitUntil(lambda: recovery not in words_of(shown), timeout=PATIENCE_MS)
    assert shown.making is None
    assert shown.ways is not None


def test_another_passphrase_and_the_end_of_the_vault(desk: Desk, qtbot: QtBot) -> None:
    made(desk, qtbot)
    shown = page(desk, qtbot)
    ways, end = shown.ways, shown.end
    assert ways is not None
    assert end is not None
    type_in(qtbot, ways.old, "not this one")
    type_in(qtbot, ways.new, PHRASE + " staple")
    type_in(qtbot, ways.again, PHRASE + " staple")
    qtbot.mouseClick(ways.change, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "does not open it" in ways.told.text(), timeout=PATIENCE_MS)
    type_in(qtbot, ways.old, PHRASE)
    type_in(qtbot, ways.new, PHRASE + " staple")
    type_in(qtbot, ways.again, PHRASE + " staple")
    qtbot.mouseClick(ways.change, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ways.told.text() == "The passphrase is changed.", timeout=PATIENCE_MS)
    assert not end.erase.isEnabled()
    end.sure.setChecked(True)
    assert end.erase.isEnabled()
    qtbot.mouseClick(end.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.vault.is_on, timeout=PATIENCE_MS)
    assert shown.making is not None


def test_caps_lock_is_guessed_and_the_word_can_be_seen(desk: Desk, qtbot: QtBot) -> None:
    field = SecretField("Passphrase")
    qtbot.addWidget(field)
    field.show()
    qtbot.keyClick(field.edit, "A", Qt.KeyboardModifier.ShiftModifier)
    assert not field.caps.isVisible()
    field.edit.caps_seen.emit(True)
    assert field.caps.isVisible()
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password
    assert field.edit.inputMethodHints() & Qt.InputMethodHint.ImhHiddenText
    field.eye.click()
    assert field.edit.echoMode() == QLineEdit.EchoMode.Normal
    assert field.take() == "A"
    assert field.text() == ""
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password, "the next one is hidden again"


def when_shown(kind: type[Any], act: Callable[[Any], object]) -> None:
    """Do something once a window of this kind is there: the caller stands in its loop."""

    def look() -> None:
        found = [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]
        act(found[0]) if found else QTimer.singleShot(20, look)

    QTimer.singleShot(0, look)


def test_the_gate_stays_shut_for_a_wrong_passphrase_and_opens_for_the_right_one(desk: Desk, qtbot: QtBot) -> None:
    made(desk, qtbot)
    desk.store.call(lambda store: store.create_chat(MARKER))
    desk.vault.lock()
    gate = Gate(desk)
    heard: list[str] = []

    def try_wrong(window: LockedWindow) -> None:
        assert MARKER not in words_of(window)
        window.hear(Ring(("/a/file.txt",)))
        type_in(qtbot, window.page.field, "wrong one")
        qtbot.keyClick(window.page.field.edit, Qt.Key.Key_Return)
        qtbot.waitUntil(window.page.told.isVisible, timeout=PATIENCE_MS)
        heard.append(window.page.told.text())
        assert desk.vault.is_locked
        type_in(qtbot, window.page.field, PHRASE)
        qtbot.mouseClick(window.page.open, Qt.MouseButton.LeftButton)

    when_shown(LockedWindow, try_wrong)
    assert gate.pass_through()
    assert "does not open it" in heard[0]
    assert not desk.vault.is_locked
    assert [ring.files for ring in gate.take_rings()] == [("/a/file.txt",)]


def test_closed_instead_of_opened(desk: Desk, qtbot: QtBot) -> None:
    made(desk, qtbot)
    desk.vault.lock()
    when_shown(LockedWindow, lambda window: window.close())
    assert not Gate(desk).pass_through()
    assert desk.vault.is_locked


def lock_from_a_window(desk: Desk, qtbot: QtBot, gate: Gate, chat_id: int) -> weakref.ref[Any]:
    """A window that has read a chat, until the vault locks; what of it must be gone."""
    stand_in: Any = SampleTelemetry()
    window = Window(desk, stand_in, downloads=gate.downloads)
    gate.watch(window)
    window.show()
    window.begin()
    qtbot.waitUntil(lambda: bool(window.conversation.chats), timeout=PATIENCE_MS)
    window.conversation.open_chat(chat_id)
    qtbot.waitUntil(lambda: window.conversation.chat_id is not None, timeout=PATIENCE_MS)
    window.new_chat()
    window.chat.composer.set_text(f"Unsent {MARKER}")
    window.commands.run("vault.lock")
    assert not window.isVisible()
    assert desk.vault.is_locked
    gate.take_down(window)
    return weakref.ref(window.conversation)


def test_a_locked_window_leaves_no_chat_behind(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    made(desk, qtbot)
    chat = desk.store.call(lambda store: store.create_chat(MARKER))
    gate = Gate(desk)
    with gate.guarding():
        conversation = lock_from_a_window(desk, qtbot, gate, chat.id)

    def is_gone() -> bool:
        gc.collect()
        return conversation() is None

    qtbot.waitUntil(is_gone, timeout=10_000)  # a job that was asked before may still hold it
    found = [one.name for one in tmp_path.rglob("*") if one.is_file() and MARKER.encode() in one.read_bytes()]
    assert found == []
    opened: list[bool] = []
    vault.unlock(desk, PHRASE, lambda: opened.append(True), fail)
    qtbot.waitUntil(lambda: bool(opened), timeout=PATIENCE_MS)
    assert desk.vault.files.read("draft.txt") == f"Unsent {MARKER}".encode()


def test_destroyed_from_the_window_everything_begins_anew(desk: Desk, qtbot: QtBot) -> None:
    made(desk, qtbot)
    desk.store.call(lambda store: store.create_chat(MARKER))
    stand_in: Any = SampleTelemetry()
    gate = Gate(desk)
    with gate.guarding():
        window = Window(desk, stand_in, downloads=gate.downloads)
        gate.watch(window)
        window.show()
        vaultend.destroy_vault(desk, lambda: None, fail)
        assert gate.was_locked
        gate.take_down(window)
    assert gate.pass_through(), "nobody is asked for a passphrase that opens nothing"
    assert desk.store.call(lambda store: store.list_chats()) == []


def test_before_sleep_it_locks_where_that_is_wished(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.asleep.sys.platform", "none")  # neither bus nor messages of this machine
    made(desk, qtbot)
    gate = Gate(desk)
    asleep = Asleep(gate._on_asleep, 0)
    desk.change_settings(vault_lock_at_sleep=False)
    asleep.on_active(True)
    assert not desk.vault.is_locked
    desk.change_settings(vault_lock_at_sleep=True)
    asleep.on_active(False)
    assert not desk.vault.is_locked
    asleep.on_active(True)
    assert desk.vault.is_locked


def test_a_key_or_a_click_keeps_it_open(desk: Desk, qtbot: QtBot) -> None:
    made(desk, qtbot)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    Presence(desk, field)
    desk.vault._touched_s = 0.0
    qtbot.mouseClick(field.windowHandle(), Qt.MouseButton.LeftButton)
    assert desk.vault._touched_s > 0


@pytest.mark.parametrize(("name", "last"), [("3", "_33"), ("c2", "c2"), ("12", "_312"), ("", ""), ("a/b", "")])
def test_the_session_is_named_as_logind_names_it(name: str, last: str) -> None:
    path = session_path({"XDG_SESSION_ID": name})
    assert path == (f"/org/freedesktop/login1/session/{last}" if last else "")
