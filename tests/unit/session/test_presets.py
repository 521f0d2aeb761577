"""Presets: Carrel's own in both languages, the user's in files, nothing lost by removing or resetting."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import language
from app.config.presets import free_key, read_originals, read_own, write_preset
from app.config.presetshelf import FolderShelf
from app.core.errors import CarrelError
from app.core.params import Choices
from app.core.preset import Preset
from app.session.presets import Presets

KEYS = ["support", "code-review", "data-analysis", "contract", "translation"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.speak("en")
    yield
    language.speak("en")


@pytest.fixture
def presets(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "presets")


def test_carrel_brings_the_same_five_in_both_languages() -> None:
    english, chinese = read_originals("en"), read_originals("zh_CN")
    assert [one.key for one in english] == [one.key for one in chinese] == KEYS
    for one, other in zip(english, chinese, strict=True):
        assert msgspec.structs.replace(one.choices, instructions="") == msgspec.structs.replace(
            other.choices, instructions=""
        ), one.key
        assert (one.picture, one.place, len(one.starters)) == (other.picture, other.place, len(other.starters))
        assert len(one.choices.instructions) > 800
        assert len(other.choices.instructions) > 400
        assert one.purpose.endswith(".")
        assert other.purpose.endswith("。")


def test_they_come_in_the_language_spoken(presets: Presets) -> None:
    assert presets.get("contract").name == "Contract reading"
    language.speak("zh_CN")
    assert presets.get("contract").name == "合同阅读"
    assert presets.find("合同阅读") == presets.get("contract")


def test_an_edited_one_is_a_file_and_can_be_reset_and_unreset(presets: Presets, tmp_path: Path) -> None:
    contract = presets.get("Contract reading")
    changed = msgspec.structs.replace(
        contract, choices=msgspec.structs.replace(contract.choices, instructions="Briefly.", temperature=0.2)
    )
    told: list[int] = []
    presets.changed.connect(lambda: told.append(1))
    presets.keep(changed)
    assert told
    again = Presets(tmp_path / "presets")
    assert again.get("contract").origin == "changed"
    assert again.get("contract").choices.instructions == "Briefly."
    assert [one.key for one in again.all] == KEYS
    undo = again.reset("contract")
    assert again.get("contract") == contract
    undo()
    assert again.get("contract").choices == changed.choices
    again.keep(contract)
    assert again.get("contract").origin == "carrel"
    assert not (tmp_path / "presets" / "contract.toml").exists()


def test_new_duplicate_rename_remove_and_undo(presets: Presets, tmp_path: Path) -> None:
    mine = presets.add("Minutes", choices=Choices(instructions="Write minutes.", seed=3, preset="support"))
    assert (mine.key, mine.origin, mine.choices.preset) == ("minutes", "own", "")
    copy = presets.add("Minutes", like=mine)
    assert (copy.key, copy.name) == ("minutes-2", "Minutes 2")
    chinese = presets.add("会议记录", like=presets.get("translation"))
    assert chinese.key == "preset"
    presets.rename("minutes", "Protocol")
    assert presets.get("protocol").key == "minutes"
    undo = presets.remove("minutes")
    assert presets.find("minutes") is None
    assert not (tmp_path / "presets" / "minutes.toml").exists()
    undo()
    assert presets.get("minutes").choices.instructions == "Write minutes."
    assert Presets(tmp_path / "presets").all == presets.all


def test_one_of_carrels_can_go_and_come_back(presets: Presets, tmp_path: Path) -> None:
    undo = presets.remove("support")
    assert [one.key for one in Presets(tmp_path / "presets").all] == KEYS[1:]
    assert [one.key for one in presets.hidden] == ["support"]
    undo()
    assert [one.key for one in presets.all] == KEYS
    edited = presets.keep(msgspec.structs.replace(presets.get("support"), purpose="Mine."))
    undo = presets.remove("support")
    assert presets.find("support") is None
    undo()
    assert presets.get("support").purpose == edited.purpose
    presets.remove("support")
    presets.bring_back_originals()
    assert presets.get("support").origin == "carrel"


def test_a_damaged_file_is_told_and_left_alone(presets: Presets, tmp_path: Path) -> None:
    folder = tmp_path / "presets"
    presets.add("Mine")
    bad = {
        "no-toml.toml": "name = ",
        "nameless.toml": "purpose = 'x'",
        "hot.toml": "name = 'Hot'\n[values]\ntemperature = 1e9",
        "Wrong Name.toml": "name = 'x'",
        "list.toml": "name = 'x'\nstarters = 3",
    }
    for name, content in bad.items():
        (folder / name).write_text(content)
    (folder / "latin.toml").write_bytes(b"name = '\xff'")
    presets.refresh()
    assert [one.key for one in presets.all] == [*KEYS, "mine"]
    assert len(presets.problems) == len(bad) + 1
    assert all("could not be read" in str(problem) for problem in presets.problems)
    assert {file.name for file in folder.glob("*.toml")} == {*bad, "latin.toml", "mine.toml"}


def test_what_a_chat_took_over_is_known_in_either_language(presets: Presets) -> None:
    taken = presets.get("translation").applied
    language.speak("zh_CN")
    assert presets.base_of(taken) == taken
    warmer = msgspec.structs.replace(taken, temperature=0.9)
    assert presets.base_of(warmer) == taken
    other = msgspec.structs.replace(taken, instructions="Something else.")
    assert presets.base_of(other) == presets.get("translation").applied
    gone = msgspec.structs.replace(taken, preset="gone")
    assert presets.base_of(gone) == Choices(preset="gone")
    assert presets.base_of(Choices()) == Choices()


def test_an_unknown_name_is_refused_with_the_names_there_are(presets: Presets) -> None:
    with pytest.raises(CarrelError) as refused:
        presets.get("poetry")
    assert "code-review (Code review)" in str(refused.value)
    with pytest.raises(CarrelError):
        presets.keep(Preset("x", "  "))


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t\"'\\"), max_size=60)


@settings(max_examples=15, deadline=None)
@given(
    texts,
    texts,
    st.lists(texts, max_size=3),
    st.floats(0, 2),
    st.none() | st.booleans(),
    st.none() | st.integers(0, 2**32 - 1),
)
def test_whatever_is_typed_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    instructions: str,
    purpose: str,
    starters: list[str],
    temperature: float,
    thinking: bool | None,
    seed: int | None,
) -> None:
    choices = Choices(instructions=instructions.strip(), temperature=temperature, thinking=thinking, seed=seed)
    preset = Preset("mine", "Mine", purpose.strip(), choices, tuple(starters))
    folder = tmp_path_factory.getbasetemp() / "typed"
    write_preset(FolderShelf(folder), preset)
    found = read_own(FolderShelf(folder))
    shutil.rmtree(folder)
    assert found.problems == ()
    assert found.presets == (preset,)


@settings(max_examples=30, deadline=None)
@given(st.text(), st.frozensets(st.sampled_from(["preset", "a", "a-2", "preset-2"])))
def test_keys_are_plain_and_free(name: str, taken: frozenset[str]) -> None:
    key = free_key(name, taken)
    assert key not in taken
    assert key == free_key(key, frozenset())


@pytest.mark.parametrize("name", ["Con", "nul", "COM1", "aux"])
def test_no_key_is_a_device_of_windows(name: str) -> None:
    assert free_key(name, frozenset()) == f"preset-{name.lower()}"
