"""The vault's file: what opens it, what does not, and what happens to it when it is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config import keystore
from app.config.vaultfile import (
    VaultHeader,
    key_by_key_store,
    key_by_passphrase,
    new_header,
    random_key,
    read_vault,
    remove_vault_file,
    with_key_store,
    with_passphrase,
    with_recovery,
    write_vault,
)
from app.core.errors import CarrelError
from app.core.passphrase import Cost

FAST = Cost(memory_kib=64, passes=1, lanes=1)
KEY = random_key()


def header() -> VaultHeader:
    return with_passphrase(new_header(), KEY, "open sesame", FAST)


def code_of(caught: pytest.ExceptionInfo[CarrelError]) -> str:
    return caught.value.code


def test_the_passphrase_opens_it_and_another_does_not(tmp_path: Path) -> None:
    file = tmp_path / "vault.json"
    assert read_vault(file) is None
    write_vault(file, header())
    found = read_vault(file)
    assert found is not None
    assert key_by_passphrase(found, "open sesame") == KEY
    for wrong in ("", "open sesam", "open sesame!", "x" * 32, "A" * 10_000):
        with pytest.raises(CarrelError) as caught:
            key_by_passphrase(found, wrong)
        assert code_of(caught) == "wrong_passphrase"
    assert bytes(KEY) not in file.read_bytes()


def test_a_recovery_key_opens_it_however_it_is_typed() -> None:
    made, shown = with_recovery(header(), KEY)
    assert len(shown.replace("-", "")) == 32
    for typed in (shown, shown.lower(), shown.replace("-", " "), shown.replace("O", "0").replace("I", "1")):
        assert key_by_passphrase(made, typed) == KEY
    assert key_by_passphrase(made, "open sesame") == KEY
    with pytest.raises(CarrelError):
        key_by_passphrase(made, "A" * 32)


def test_without_a_passphrase_the_key_store_is_named() -> None:
    kept = random_key()
    made = with_key_store(new_header(), KEY, kept)
    assert key_by_key_store(made, kept) == KEY
    with pytest.raises(CarrelError) as caught:
        key_by_key_store(made, random_key())
    assert code_of(caught) == "key_store_other"
    with pytest.raises(CarrelError) as caught:
        key_by_passphrase(made, "open sesame")
    assert code_of(caught) == "no_passphrase"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_mended_from_its_copy_and_never_blamed_on_the_passphrase(
    tmp_path: Path, data: st.DataObject
) -> None:
    file = tmp_path / "vault.json"
    write_vault(file, header())
    whole = file.read_bytes()
    broken = bytearray(whole)
    bit = data.draw(st.integers(0, 8 * len(broken) - 1))
    broken[bit // 8] ^= 1 << bit % 8
    file.write_bytes(broken[: data.draw(st.integers(0, len(broken)))])
    found = read_vault(file)
    assert found is not None
    assert key_by_passphrase(found, "open sesame") == KEY
    assert file.read_bytes() == whole
    for each in tmp_path.iterdir():
        each.write_bytes(b"nothing")
    with pytest.raises(CarrelError) as caught:
        read_vault(file)
    assert code_of(caught) == "vault_damaged"


def test_the_copy_follows_a_changed_passphrase(tmp_path: Path) -> None:
    file = tmp_path / "vault.json"
    write_vault(file, header())
    old_copy = (tmp_path / "vault.json.copy").read_bytes()
    write_vault(file, with_passphrase(header(), KEY, "another", FAST))
    (tmp_path / "vault.json.copy").write_bytes(old_copy)  # a crash between the two
    found = read_vault(file)
    assert found is not None
    assert key_by_passphrase(found, "another") == KEY
    assert (tmp_path / "vault.json.copy").read_bytes() == file.read_bytes()
    remove_vault_file(file)
    assert list(tmp_path.iterdir()) == []
    remove_vault_file(file)


def test_a_newer_vault_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "vault.json"
    write_vault(file, VaultHeader(99, "x"))
    with pytest.raises(CarrelError) as caught:
        read_vault(file)
    assert code_of(caught) == "vault_newer"


class FakeStore:
    """A key store as keyring speaks to one."""

    viable = True
    kept: dict[tuple[str, str], str]

    def __init__(self) -> None:
        self.kept = KEPT

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


KEPT: dict[tuple[str, str], str] = {}


def test_the_key_store_keeps_gives_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    KEPT.clear()
    monkeypatch.setattr(keystore, "_stores", lambda: [FakeStore])
    assert keystore.has_key_store()
    keystore.keep_secret("one", b"\x00\xff")
    assert keystore.read_secret("one") == b"\x00\xff"
    keystore.remove_secret("one")
    keystore.remove_secret("one")
    with pytest.raises(CarrelError) as caught:
        keystore.read_secret("one")
    assert code_of(caught) == "key_store_empty"
    monkeypatch.setattr(FakeStore, "set_password", lambda *_: None)
    with pytest.raises(CarrelError) as caught:
        keystore.keep_secret("two", b"1")
    assert code_of(caught) == "key_store_refused"


def test_no_desktop_no_key_store_and_never_a_plain_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setattr(FakeStore, "viable", False)
    assert all("keyring.backends" in store.__module__ for store in keystore._stores())
    monkeypatch.setattr(keystore, "_stores", lambda: [FakeStore])
    assert not keystore.has_key_store()
    keystore.remove_secret("one")
    with pytest.raises(CarrelError) as caught:
        keystore.keep_secret("one", b"1")
    assert code_of(caught) == "no_key_store"
