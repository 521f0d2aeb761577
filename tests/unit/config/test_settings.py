"""What the user chose survives damage, crashes and refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config.settings import Settings, load_settings, save_settings
from app.core.errors import CarrelError
from app.core.files import write_durably


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_defaults_where_nothing_was_chosen(file: Path) -> None:
    assert load_settings(file) == Settings()
    assert not file.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    margin=st.integers(0, 10**6),
    thinking=st.booleans(),
)
def test_choices_come_back(file: Path, text: str, margin: int, thinking: bool) -> None:
    chosen = Settings(models_folder=text, system_prompt=text, vram_margin_mib=margin, thinking=thinking)
    save_settings(file, chosen)
    assert load_settings(file) == chosen
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_unknown_keys_are_kept_out(file: Path) -> None:
    file.write_text('theme = "dark"\nfrom_the_future = 3\n', "utf-8")
    assert load_settings(file) == Settings(theme="dark")


@pytest.mark.parametrize("damage", [b"theme = ", b"\xff\xfe\x00", b'vram_margin_mib = "much"', b"theme = 1979-05-27"])
def test_a_damaged_file_is_set_aside(file: Path, damage: bytes) -> None:
    file.write_bytes(damage)
    assert load_settings(file) == Settings()
    assert not file.exists()
    assert file.with_name("settings.toml.damaged").read_bytes() == damage


def test_a_second_damaged_file_does_not_push_out_the_first(file: Path) -> None:
    for damage in (b"one = ", b"two = ", b"three = "):
        file.write_bytes(damage)
        load_settings(file)
    kept = {path.read_bytes() for path in file.parent.glob("settings.toml.damaged*")}
    assert kept == {b"one = ", b"two = ", b"three = "}


def test_a_file_that_cannot_be_read_is_a_sentence(file: Path) -> None:
    file.mkdir()
    with pytest.raises(CarrelError) as caught:
        load_settings(file)
    assert caught.value.code == "cannot_read"


def test_a_place_that_cannot_be_written_is_a_sentence(file: Path) -> None:
    with pytest.raises(CarrelError) as caught:
        save_settings(file.parent / "missing" / "settings.toml", Settings())
    assert caught.value.code == "cannot_write"
    assert "settings.toml" in str(caught.value)


def test_the_old_file_stays_until_the_new_one_is_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_durably(file, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CarrelError, match="could not be written"):
        write_durably(file, b"new")
    assert [(path.name, path.read_bytes()) for path in file.parent.iterdir()] == [(file.name, b"old")]
