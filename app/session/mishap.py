"""What went wrong unforeseen, in words that can be handed on: where in the program, and nothing of what was read or
said. Messages of errors are left out where they may quote a user's text.
"""

from __future__ import annotations

import platform
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app import __version__
from app.core.errors import CarrelError
from app.session.support import without_names

APP = Path(__file__).resolve().parents[1]
_TELLING = (AttributeError, ImportError, NameError, TypeError, NotImplementedError, ZeroDivisionError, RecursionError)
_MOST_CAUSES = 5

Kind = Literal["error", "crash", "power"]


@dataclass(frozen=True, slots=True)
class Mishap:
    """`kind`: an error the program survived, a crash of the run before, or the computer's end during it."""

    kind: Kind
    details: str


def mishap_of(error: BaseException) -> Mishap:
    return Mishap("error", f"{about()}\n\n{describe_error(error)}")


def about() -> str:
    """Which program on which system."""
    return f"Carrel {__version__}, Python {platform.python_version()}, {platform.platform()}"


def describe_error(error: BaseException) -> str:
    """The kinds of the error and of its causes, and where they came from."""
    parts: list[str] = []
    one: BaseException | None = error
    while one is not None and len(parts) < _MOST_CAUSES:
        frames = [_frame(frame) for frame in traceback.extract_tb(one.__traceback__)]
        parts.append("\n".join([_name(one), *frames]))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n\ncaused by ".join(parts)


def _name(error: BaseException) -> str:
    name = type(error).__qualname__
    if isinstance(error, CarrelError):
        return f"{name}: {error.code}"
    if isinstance(error, OSError):
        return f"{name}: {error.strerror or error.errno or ''}".rstrip(": ")
    return without_names(f"{name}: {error}") if isinstance(error, _TELLING) else name


def _frame(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    try:
        shown = Path("app", path.resolve().relative_to(APP)).as_posix()
    except ValueError:
        shown = "/".join(path.parts[-2:])
    return f"  {shown}:{frame.lineno} in {frame.name}"
