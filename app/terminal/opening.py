"""`carrel FILE…`: files to open in the window, told from commands by what they look like."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote, urlsplit

_WITH_VALUE = ("--home",)


def split_files(arguments: list[str], commands: Collection[str]) -> tuple[list[str], list[str]]:
    """The arguments without the files to open, and the files. What is the name of a command is one; for a file that
    is called so, write ./name. After "--" everything is a file.
    """
    rest: list[str] = []
    files: list[str] = []
    waiting = list(arguments)
    while waiting:
        one = waiting.pop(0)
        if one == "--":
            return rest, [*files, *map(_path_of, waiting)]
        if one in _WITH_VALUE and waiting:
            rest += [one, waiting.pop(0)]
        elif one.startswith("-"):
            rest.append(one)
        elif files or (one not in commands and _looks_like_file(one)):
            files.append(_path_of(one))
        else:
            return [*rest, one, *waiting], []
    return rest, files


def missing_file(files: list[str]) -> str:
    """What is to be said of a file that is not there; "" when all are."""
    gone = next((name for name in files if not Path(name).exists()), None)
    return f"there is no file {gone}" if gone is not None else ""


def _looks_like_file(name: str) -> bool:
    return os.sep in name or "/" in name or bool(Path(name).suffix) or Path(name).exists()


def _path_of(name: str) -> str:
    """A path; desktops may hand over addresses."""
    if not name.lower().startswith("file:"):
        return name
    if os.name != "nt":
        return unquote(urlsplit(name).path)
    from urllib.request import url2pathname  # brings all of HTTP with it: no start should wait for that

    address = urlsplit(name)
    share = f"//{address.netloc}" if address.netloc not in ("", "localhost") else ""
    return url2pathname(share + address.path)
