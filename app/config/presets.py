"""The files of presets: those that come with Carrel, in each language, and the user's, one TOML file each.

A user's file of the same name stands before Carrel's. What is removed is moved aside, never erased.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from app.config.paths import resource
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.core.params import Choices
from app.core.preset import LIMITS, Origin, Preset
from app.core.words import say

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_REMOVED = "removed = true\n"
_ASIDE = "removed"


class Found(msgspec.Struct, frozen=True):
    """The user's presets; `hidden` names those of Carrel that were taken away; `problems` what could not be read."""

    presets: tuple[Preset, ...] = ()
    hidden: frozenset[str] = frozenset()
    problems: tuple[CarrelError, ...] = ()


def read_originals(language: str) -> tuple[Preset, ...]:
    """Carrel's own, in the order in which they are offered."""
    files = resource("presets").glob(f"*.{language}.toml")
    found = [_read(file, file.name.split(".")[0], "carrel") for file in files]
    return tuple(sorted(found, key=lambda preset: preset.place))


def read_own(folder: Path) -> Found:
    """What the user made or changed. A file that cannot be read stays as it is and is told."""
    presets, hidden, problems = [], set(), []
    for file in sorted(folder.glob("*.toml")):
        try:
            if not _KEY.fullmatch(file.stem):
                raise _refused(file, say("its name may hold only a-z, 0-9 and -"))
            if file.read_text("utf-8") == _REMOVED:
                hidden.add(file.stem)
            else:
                presets.append(_read(file, file.stem, "own"))
        except CarrelError as error:
            problems.append(error)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(_refused(file, str(error)))
    return Found(tuple(presets), frozenset(hidden), tuple(problems))


def write_preset(folder: Path, preset: Preset) -> None:
    """Keep it as `<key>.toml`."""
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
    _make(folder)
    write_durably(folder / f"{preset.key}.toml", tomli_w.dumps(content, multiline_strings=True).encode())


def hide_original(folder: Path, key: str) -> None:
    """One of Carrel's own is not offered any more."""
    _make(folder)
    write_durably(folder / f"{key}.toml", _REMOVED.encode())


def set_aside(folder: Path, key: str) -> Path | None:
    """Move the user's file out of the way; where it lies now, None when there was none."""
    file = folder / f"{key}.toml"
    if not file.exists():
        return None
    _make(folder / _ASIDE)
    names = (folder / _ASIDE / f"{key}{ending}.toml" for ending in ("", *(f"-{n}" for n in range(2, 1000))))
    free = next(name for name in names if not name.exists())
    try:
        file.rename(free)
    except OSError as error:
        raise _not_changed(file, error) from error
    return free


def bring_back(folder: Path, key: str, aside: Path | None) -> None:
    """As it was before `set_aside`: the file back in its place, or none."""
    file = folder / f"{key}.toml"
    try:
        if aside is not None:
            aside.replace(file)
        else:
            with contextlib.suppress(FileNotFoundError):
                file.unlink()
    except OSError as error:
        raise _not_changed(file, error) from error


def free_key(name: str, taken: frozenset[str]) -> str:
    """A file name for a preset: its letters where they are plain, else "preset", numbered when taken."""
    plain = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:40].strip("-") or "preset"
    numbered = (f"{plain}-{number}" for number in count(2))
    return next(key for key in chain([plain], numbered) if key not in taken)


def _read(file: Path, key: str, origin: Origin) -> Preset:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
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


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_changed(folder, error) from error


def _refused(file: Path, cause: str) -> CarrelError:
    return CarrelError(
        "preset_unreadable",
        "The preset {file} could not be read: {cause}.",
        "Correct the file, or move it out of the folder of the presets.",
        file=file.name,
        cause=cause,
    )


def _not_changed(file: Path, error: OSError) -> CarrelError:
    return CarrelError(
        "cannot_write",
        "{file} could not be written: {cause}.",
        "Check the free space and the permissions of the folder.",
        file=str(file),
        cause=error.strerror or str(error),
    )
