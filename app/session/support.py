"""A support bundle: what helps to find a fault, and nothing of what was read or said."""

from __future__ import annotations

import getpass
import json
import platform
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app import __version__
from app.config.paths import expanded, models_folder
from app.config.settings import Settings
from app.core.errors import CarrelError
from app.core.files import cannot_write, put_in_place
from app.engine.state import EngineState
from app.machine.snapshot import take_snapshot
from app.session.desk import Desk
from app.session.failures import as_carrel_error

_PACKAGES = ("llama-cpp-python", "PySide6", "numpy", "msgspec", "pypdfium2")
_KEPT_OUT = ("system_prompt",)  # the user's own words
_ADDRESSES = ("proxy", "hub_endpoint")  # may hold a name and a password
_LARGEST_LOG_BYTES = 2 << 20


def write_bundle(
    desk: Desk, target: Path, done: Callable[[Path], object], failed: Callable[[CarrelError], object]
) -> None:
    """Write versions, computer, settings and logs into a zip file; `done(path)`. No chats, no documents."""
    state, settings = desk.engine.state, desk.settings

    def work() -> Path:
        path = expanded(target).absolute()
        path = path if path.suffix.lower() == ".zip" else path.with_name(path.name + ".zip")
        _write(path, _contents(desk, state, settings))
        return path

    desk.jobs.run(work, done, lambda error: failed(as_carrel_error(error)))


def _write(path: Path, contents: Iterator[tuple[str, str]]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in contents:
                bundle.writestr(name, without_names(text))
        put_in_place(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def _contents(desk: Desk, state: EngineState, settings: Settings) -> Iterator[tuple[str, str]]:
    yield "about.json", _json(_about(state))
    yield "computer.json", _json(take_snapshot(models_folder(desk.home, settings.models_folder)))
    yield "settings.json", _json(_settings(settings))
    yield "plan.json", _json(desk.plan)
    kept = [{"tokens": one.sidecar.tokens, "size_bytes": one.size_bytes} for one in desk.resume.shelf.sessions()]
    yield "sessions.json", _json(kept)
    for log in sorted(desk.home.logs.glob("*.log*")):
        yield f"logs/{log.name}", _end_of(log)


def _about(state: EngineState) -> dict[str, object]:
    return {
        "carrel": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "packages": {name: _version(name) for name in _PACKAGES},
        "engine_build": state.build,
        "engine_devices": list(state.devices),
        "engine_phase": state.phase.value,
        "engine_cause": state.cause.code if state.cause else "",
    }


def _settings(settings: Settings) -> dict[str, object]:
    """The choices without the user's words, and addresses without who asks."""
    kept = {name: value for name, value in msgspec.to_builtins(settings).items() if name not in _KEPT_OUT}
    return kept | {name: _host_of(str(kept[name])) for name in _ADDRESSES}


def _host_of(address: str) -> str:
    if not address:
        return ""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        return parts.hostname or "set"
    except ValueError:
        return "set"


def without_names(text: str) -> str:
    """Paths without who they belong to: the home folder is "~", the user's name in any other path "user"."""
    home, name = str(Path.home()), getpass.getuser()
    for written in (json.dumps(home)[1:-1], home):
        text = text.replace(written, "~")
    if len(name) > 2 and name != "root":
        text = re.sub(rf"(?<=[/\\]){re.escape(name)}(?=[/\\]|\b)", "user", text)
    return text


def _end_of(log: Path) -> str:
    """The last part of a log; a note in place of one that cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _LARGEST_LOG_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError as error:
        return f"({error.strerror or error})"


def _json(value: object) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=1)


def _version(package: str) -> str:
    from importlib import metadata  # reads mail headers: no start should wait for that

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
