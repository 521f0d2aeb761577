"""The pictures: every module of scenes is found, names are unique and in the order in which numbers are counted."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

from app.ui.scenes import all_scenes, place_of


def test_scenes_are_found_once_and_in_order() -> None:
    studio: Any = MagicMock()
    names = [name for name, _ in all_scenes(studio)]
    assert {"1-first-run", "4b-preview", "9d-coverage"} <= set(names)
    assert len(names) == len(set(names))
    assert names == sorted(names, key=place_of)
    assert names.index("8-settings") < names.index("9-checked-quotes")


def test_numbers_count_as_numbers() -> None:
    mixed = ["10-vault", "9b-receipt", "2-library", "9-quotes", "unnumbered"]
    assert sorted(mixed, key=place_of) == ["2-library", "9-quotes", "9b-receipt", "10-vault", "unnumbered"]
