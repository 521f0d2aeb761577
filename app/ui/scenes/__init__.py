"""What the pictures show, a module for each area. A module has `scenes(studio)`: names like "12-search" with what
brings each about. All are played in one window, in the order of their names, so a scene finds what those before left.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.screenshots import Studio

Scene = tuple[str, Callable[[], object]]


def all_scenes(studio: Studio) -> list[Scene]:
    """The scenes of every module here, in order: 1, 2, …, 9, 9b, 10."""
    found: list[Scene] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").scenes(studio)
    return sorted(found, key=lambda scene: place_of(scene[0]))


def place_of(name: str) -> tuple[int, str]:
    """`"9b-receipt"` → (9, "b-receipt"): numbers count as numbers; what has none comes last."""
    found = re.match(r"(\d+)(.*)", name)
    return (int(found[1]), found[2]) if found else (10_000, name)
