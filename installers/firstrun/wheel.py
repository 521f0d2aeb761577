"""A ready-made engine: a wheel from a file or an address, kept in `.setup/wheels` for later set-ups."""

from __future__ import annotations

import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from installers.firstrun.console import Console, SetupError
from installers.firstrun.engine import PACKAGE
from installers.firstrun.packages import Places, locked_engine_version

FORGET = "none"
TIMEOUT_S = 60


def given_wheel(console: Console, places: Places, asked: str) -> Path | None:
    """The wheel asked for now, else the one kept from before; `none` forgets it."""
    folder = places.setup / "wheels"
    if asked == FORGET:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    if not asked:
        return next(iter(sorted(folder.glob("*.whl"))), None)
    name = _file_name(asked)
    _check_name(name, locked_engine_version(places.lock(dev=False).read_text("utf-8")))
    with console.step(f"Bringing the engine {name}"):
        part = folder.with_name("wheel.part")
        _fetch(asked, part)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.replace(part, folder / name)
    return folder / name


def _file_name(asked: str) -> str:
    path = urllib.parse.urlsplit(asked).path if _is_address(asked) else asked
    return Path(urllib.parse.unquote(path) if _is_address(asked) else path).name


def _is_address(asked: str) -> bool:
    return asked.startswith(("https://", "http://"))


def _check_name(name: str, version: str) -> None:
    """Calls into the engine are bound to one version's memory layout; another would corrupt memory."""
    fields = name.split("-")
    package = PACKAGE.replace("-", "_")
    if not name.endswith(".whl") or len(fields) < 5 or fields[0].lower() != package:
        raise SetupError(f"{name} is no wheel of {PACKAGE}. Its name begins with {package}-{version}.")
    if fields[1].split("+")[0] != version:
        raise SetupError(f"{name} is version {fields[1]} of the engine; this Carrel works with {version} alone.")


def _fetch(asked: str, part: Path) -> None:
    try:
        if _is_address(asked):
            with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as source, part.open("wb") as target:
                shutil.copyfileobj(source, target)
        else:
            shutil.copyfile(Path(asked).expanduser(), part)
    except (OSError, urllib.error.URLError) as error:
        raise SetupError(f"The engine wheel {asked} could not be read: {error}.") from error
