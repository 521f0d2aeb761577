"""Every hostile file ends in text or in words, within bounded memory and time, and Carrel itself goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.unit.ingest.hostile import HOSTILE, SECRET
from tests.unit.ingest.making import ROOT

MEMORY_MB = 700
PATIENCE = 3.0  # a machine shared with others is slower than the one where the seconds were measured
Read = Callable[[str], dict[str, Any]]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures by Linux's own means")


def measured(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.ingest.measure", str(path), str(MEMORY_MB)],
        cwd=ROOT, capture_output=True, timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    ending: dict[str, Any] = json.loads(done.stdout)
    return ending


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Reads a file of the list by its name, each once."""

    @cache
    def reading(name: str) -> dict[str, Any]:
        (make,) = (make for known, make, _, _ in HOSTILE if known == name)
        folder = tmp_path_factory.mktemp("hostile")
        (folder / name).write_bytes(make())
        ending = measured(folder / name)
        (folder / name).unlink()
        assert list(folder.iterdir()) == []  # nothing was unpacked beside it
        return ending

    return reading


@pytest.mark.parametrize(("name", "codes", "seconds"), [(name, *rest) for name, _, *rest in HOSTILE])
def test_it_ends_in_text_or_in_words(name: str, codes: set[str], seconds: float, read: Read) -> None:
    ending = read(name)
    assert ending["code"] in codes, ending
    assert ending["cpu_s"] < seconds
    assert ending["seconds"] < seconds * PATIENCE
    assert ending["peak_mb"] <= MEMORY_MB
    assert ending.get("characters", 0) <= 20_000_000
    assert SECRET not in ending.get("text", "")
    if ending["code"] != "read":
        assert name in ending["warnings"][0]


def test_a_bomb_in_a_zip_is_named_and_its_neighbours_are_read(read: Read) -> None:
    ending = read("four gigabytes.zip")
    assert "| zeros.txt |" in ending["text"]
    assert "refused, unpacks too far" in ending["text"]
    assert "would unpack to far more data" in ending["warnings"][0]


def test_archives_are_opened_two_deep_and_the_next_is_named(read: Read) -> None:
    ending = read("nested.zip")
    assert "level 4.zip/note 4.txt" in ending["labels"]
    assert any("level 3.zip lies too deep" in warning for warning in ending["warnings"])


@pytest.mark.parametrize("name", ["wandering.zip", "wandering.tar"])
def test_names_that_lead_outside_lead_nowhere(name: str, read: Read) -> None:
    ending = read(name)
    assert "up.txt" in ending["labels"]
    for piece in ("..", "/etc", "C:"):
        assert not any(piece in label for label in ending["labels"])


@pytest.mark.parametrize("name", ["links.zip", "wandering.tar"])
def test_links_are_named_and_not_followed(name: str, read: Read) -> None:
    assert "a link, not followed" in read(name)["text"]


@pytest.mark.parametrize("name", ["outward.xml", "laughs.xml"])
def test_entities_stay_as_written(name: str, read: Read) -> None:
    ending = read(name)
    assert "&x;" in ending["text"] or "&a9;" in ending["text"]
    assert ending["characters"] < 1000
    assert "not expanded" in ending["warnings"][0]


def test_macros_are_not_run_and_shown(read: Read) -> None:
    ending = read("macros.docm")
    assert ending["text"] == "text"
    assert ending["warnings"] == ["macros.docm contains macros. They were not run."]


def test_an_absurd_page_count_is_cut_and_said(read: Read) -> None:
    ending = read("one page a million times.pdf")
    assert ending["pages"] == 50_000
    assert "only the first 50000 were read" in ending["warnings"][0]
