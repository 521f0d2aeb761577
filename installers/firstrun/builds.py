"""Compiled engines, kept in the user's cache as wheels: the next checkout, or a renewed `.venv`, takes one in a second.

uv keeps what it compiles as well, but compiles again as soon as an index answers with another address for the source.
"""

from __future__ import annotations

import csv
import hashlib
import os
import platform
import re
import zipfile
from pathlib import Path

from installers.firstrun.engine import PACKAGE, Engine
from installers.firstrun.packages import Places, engine_entry

# What installers write about their own work; it would be untrue in a second place.
NOT_OF_THE_WHEEL = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json", "uv_build.json"}


class Builds:
    """The builds kept below `cache`, one folder for each way to compile one source on one kind of system."""

    def __init__(self, cache: Path, places: Places) -> None:
        self._folder = cache / "carrel" / "engines"
        self._places = places

    def find(self, engine: Engine) -> Path | None:
        """The kept build of this engine."""
        return next(iter(sorted(self._place(engine).glob("*.whl"))), None)

    def drop(self, engine: Engine) -> None:
        """Forget a build that does not load."""
        for wheel in self._place(engine).glob("*.whl"):
            wheel.unlink()

    def keep(self, engine: Engine) -> None:
        """Pack the engine installed in `.venv`, which has just been compiled and has loaded."""
        info = next(iter(self._places.venv.glob(f"[Ll]ib/**/{PACKAGE.replace('-', '_')}-*.dist-info")))
        tag = re.search(r"^Tag: (\S+)", (info / "WHEEL").read_text("utf-8"), re.MULTILINE)
        assert tag
        folder = self._place(engine)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{os.getpid()}.part"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as wheel:
            rows = [row for row in _rows(info) if _belongs(row[0], info)]
            for name, *_ in rows:
                wheel.write(info.parent / name, name)
            record = "".join(f"{','.join(row)}\n" for row in [*rows, [f"{info.name}/RECORD", "", ""]])
            wheel.writestr(f"{info.name}/RECORD", record)
        os.replace(part, folder / f"{info.name.removesuffix('.dist-info')}-{tag[1]}.whl")

    def _place(self, engine: Engine) -> Path:
        root = self._places.root
        parts = [engine.name, *engine.uv_options(), engine_entry(self._places.lock(dev=False).read_text("utf-8"))]
        parts += [(root / "installers" / "build.lock").read_text("utf-8"), platform.machine(), *platform.libc_ver()]
        return self._folder / hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _rows(info: Path) -> list[list[str]]:
    with (info / "RECORD").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def _belongs(name: str, info: Path) -> bool:
    """Whether a recorded file came out of the wheel, not from an installer or from running it."""
    if name.startswith(("..", "/")) or name.endswith(".pyc"):
        return False
    return not (Path(name).parent.name == info.name and Path(name).name in NOT_OF_THE_WHEEL)
