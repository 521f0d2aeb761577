"""The files of presets: those that come with Carrel, in each language, and the user's, one TOML text each.

A user's file of the same name stands before Carrel's. What is removed is moved aside, never erased.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from itertools import chain, count
from typing import Any

import msgspec
import tomli_w

from app.config.paths import resource
from app.config.presetshelf import ASIDE, ENDING, Shelf, free_aside
from app.core.errors import CarrelError
from app.core.names import safe_name
from app.core.params import Choices
from app.core.preset import LIMITS, Origin, Preset
from app.core.words import say

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_REMOVED = "removed = true\n"


class Found(msgspec.Struct, frozen=True):
    """The user's presets; `hidden` names those of Carrel that were taken away; `problems` what could not be read."""

    presets: tuple[Preset, ...] = ()
    hidden: frozenset[str] = frozenset()
    problems: tuple[CarrelError, ...] = ()


def read_originals(language: str) -> tuple[Preset, ...]:
    """Carrel's own, in the order in which they are offered."""
    files = resource("presets").glob(f"*.{language}.toml")
    found = [_read(file.read_text("utf-8"), file.name, file.name.split(".")[0], "carrel") for file in files]
    return tuple(sorted(found, key=lambda preset: preset.place))


def read_own(shelf: Shelf) -> Found:
    """What the user made or changed. A file that cannot be read stays as it is and is told."""
    presets, hidden, problems = [], set(), []
    for name in shelf.names():
        key = name.removesuffix(ENDING)
        if name == key or name.startswith(ASIDE):
            continue
        try:
            if not _KEY.fullmatch(key):
                raise _refused(name, say("its name may hold only a-z, 0-9 and -"))
            text = shelf.read(name).decode("utf-8")
            if text.replace("\r\n", "\n") == _REMOVED:
                hidden.add(key)
            else:
                presets.append(_read(text, name, key, "own"))
        except CarrelError as error:
            problems.append(error)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(_refused(name, str(error)))
    return Found(tuple(presets), frozenset(hidden), tuple(problems))


def write_preset(shelf: Shelf, preset: Preset) -> None:
    """Keep it as `<key>.toml`. Raises CarrelError."""
    values = {name: getattr(preset.choices, name) for name in LIMITS}
    forms = {name: getattr(preset.choices, name) for name in ("json_schema", "grammar")}
    content: dict[str, Any] = {
        "name": preset.name,
        "purpose": preset.purpose,
        "picture": preset.picture,
        "place": preset.place,
        **({} if preset.choices.thinking is None else {"thinking": preset.choices.thinking}),
        "starters": list(preset.starters),
        "instructions": preset.choices.instructions,
        "values": {name: value for name, value in values.items() if value is not None},
        "form": {name: text for name, text in forms.items() if text},
    }
    shelf.write(f"{preset.key}{ENDING}", tomli_w.dumps(content, multiline_strings=True).encode())


def hide_original(shelf: Shelf, key: str) -> None:
    """One of Carrel's own is not offered any more."""
    shelf.write(f"{key}{ENDING}", _REMOVED.encode())


def set_aside(shelf: Shelf, key: str) -> str | None:
    """Move the user's file out of the way; its name now, None when there was none."""
    name = f"{key}{ENDING}"
    if name not in shelf.names():
        return None
    free = free_aside(shelf, name)
    shelf.move(name, free)
    return free


def bring_back(shelf: Shelf, key: str, aside: str | None) -> None:
    """As it was before `set_aside`: the file back in its place, or none."""
    if aside is not None:
        shelf.move(aside, f"{key}{ENDING}")
    else:
        shelf.remove(f"{key}{ENDING}")


def free_key(name: str, taken: frozenset[str]) -> str:
    """A file name for a preset: its letters where they are plain, else "preset", numbered when taken."""
    plain = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:40].strip("-") or "preset"
    if safe_name(plain) != plain:  # "con", "nul": names that Windows keeps
        plain = f"preset-{plain}"
    numbered = (f"{plain}-{number}" for number in count(2))
    return next(key for key in chain([plain], numbered) if key not in taken)


def _read(text: str, file: str, key: str, origin: Origin) -> Preset:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(file, str(error)) from error
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        raise _refused(file, say("it has no name"))
    try:
        return Preset(
            key=key,
            name=name.strip(),
            purpose=msgspec.convert(table.get("purpose", ""), str).strip(),
            choices=_choices(table),
            starters=msgspec.convert(table.get("starters", []), tuple[str, ...]),
            picture=_picture(msgspec.convert(table.get("picture", ""), str)),
            place=msgspec.convert(table.get("place", 0), int),
            origin=origin,
        )
    except msgspec.ValidationError as error:
        raise _refused(file, str(error)) from error


def _picture(name: str) -> str:
    """A picture that Carrel has; a file written by hand may name another."""
    known = _KEY.fullmatch(name) and resource("icons", f"{name}.svg").exists()
    return name if known else "sliders-horizontal"


def _choices(table: Mapping[str, Any]) -> Choices:
    values, form = (msgspec.convert(table.get(part, {}), dict[str, Any]) for part in ("values", "form"))
    known = {name: value for name, value in values.items() if name in LIMITS}
    for name, value in known.items():
        low, high = LIMITS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            words = say("{name} is not between {low} and {high}", name=name, low=f"{low:g}", high=f"{high:g}")
            raise msgspec.ValidationError(words)
    forms = {name: form.get(name, "") for name in ("json_schema", "grammar")}
    instructions = msgspec.convert(table.get("instructions", ""), str).strip()
    return msgspec.convert(
        known | forms | {"instructions": instructions, "thinking": table.get("thinking")}, Choices, strict=True
    )


def _refused(file: str, cause: str) -> CarrelError:
    return CarrelError(
        "preset_unreadable",
        "The preset {file} could not be read: {cause}.",
        "Correct the file, or move it out of the folder of the presets.",
        file=file,
        cause=cause,
    )
