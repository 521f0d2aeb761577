"""Which models are here: files under the models folder, and files elsewhere that were imported by their path."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.catalog.entry import Entry
from app.catalog.index import Catalog
from app.config.paths import Home, expanded
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.fit.mixes import SHAPES
from app.fit.search import Candidate
from app.gguf.model import ModelFacts
from app.gguf.split import part_names, read_model

IMPORTS = "imported.json"
DRAFT_MODEL, LARGEST_DRAFT_BYTES = "0.6B", 2_000_000_000


class LocalModel(msgspec.Struct, frozen=True):
    """A model file on this computer. `problem` is the sentence why it cannot be used, empty when it can.

    `size_bytes` of a split model counts all its parts; `imported` files belong to the user and are never deleted.
    """

    path: Path
    name: str
    quant: str
    size_bytes: int
    entry: Entry | None = None
    missing: bool = False
    imported: bool = False
    problem: str = ""


class _Imports(msgspec.Struct, frozen=True):
    files: tuple[str, ...] = ()


def list_models(home: Home, catalog: Catalog, models_folder: Path | None = None) -> list[LocalModel]:
    """Everything that is here, by name. A damaged or vanished file is listed with its problem.

    Reads headers, some tens of milliseconds each the first time: call it away from the main thread.
    """
    found = [(path, False) for path in _files_under(models_folder or home.models)]
    known = {path for path, _ in found}
    found += [(path, True) for path in _read_imports(home) if path not in known]
    return sorted((_look(path, catalog, imported=imported) for path, imported in found), key=lambda m: m.name.lower())


def remember_import(home: Home, path: Path) -> Path:
    """Use the model at `path` where it lies, without copying. Raises CarrelError when it is no model."""
    path = expanded(path).resolve()
    path = path.with_name(part_names(path.name)[0])
    _facts_of(path)
    files = [str(known) for known in _read_imports(home)]
    if str(path) not in files:
        _write_imports(home, (*files, str(path)))
    return path


def forget(home: Home, path: Path) -> None:
    """Take an imported file off the list; the file itself stays."""
    _write_imports(home, tuple(str(known) for known in _read_imports(home) if known != path))


def local_candidate(path: Path, catalog: Catalog | None = None) -> Candidate:
    """The file at `path` as the planner takes it, from its own header. Raises CarrelError when it is no model."""
    path = expanded(path).resolve()
    facts = _facts_of(path)
    entry = catalog.recognise(path.name, facts.size_bytes) if catalog else None
    return Candidate(
        repo=entry.repo if entry else "",
        file=path.name,
        model=entry.model if entry else _model_size(facts),
        quant=entry.quant if entry else facts.quant,
        size_bytes=facts.size_bytes,
        facts=facts,
        path=str(path),
    )


def find_draft(home: Home, catalog: Catalog, models_folder: Path | None = None) -> Candidate | None:
    """The small model that could speculate for a large one, None when it is not here.

    Reads the headers of small files: call it away from the main thread.
    """
    for path in (*_files_under(models_folder or home.models), *_read_imports(home)):
        with contextlib.suppress(CarrelError, OSError):
            candidate = local_candidate(path, catalog) if path.stat().st_size <= LARGEST_DRAFT_BYTES else None
            if candidate and candidate.model == DRAFT_MODEL:
                return candidate
    return None


def _files_under(folder: Path) -> Iterator[Path]:
    """`<org>/<repo>/<file>.gguf`, of split models only the first part; half-fetched `.part` files are none."""
    for path in sorted(folder.rglob("*.gguf")):
        if path.is_file() and path.name == part_names(path.name)[0]:
            yield path.resolve()


def _look(path: Path, catalog: Catalog, *, imported: bool) -> LocalModel:
    try:
        facts = _facts_of(path)
    except CarrelError as error:
        missing = not path.exists()
        size_bytes = 0 if missing else path.stat().st_size
        return LocalModel(path, path.stem, "?", size_bytes, None, missing, imported, str(error))
    entry = catalog.recognise(path.name, facts.size_bytes)
    name = entry.title if entry else facts.name
    return LocalModel(path, name, entry.quant if entry else facts.quant, facts.size_bytes, entry, False, imported)


def _model_size(facts: ModelFacts) -> str:
    """The Qwen3 this is by its shape, else nothing."""
    for size, shape in SHAPES.items():
        if (shape.n_layers, shape.n_embd, shape.n_experts) == (facts.n_layers, facts.n_embd, facts.n_experts):
            return size
    return ""


_known: dict[tuple[str, int, int], ModelFacts] = {}


def _facts_of(path: Path) -> ModelFacts:
    """The header of a file, read once as long as the file does not change."""
    with contextlib.suppress(OSError):
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        if key not in _known or len(part_names(path.name)) > 1:
            _known[key] = read_model(path)
        return _known[key]
    return read_model(path)


def _read_imports(home: Home) -> list[Path]:
    """The imported paths; a damaged list is set aside, for the files themselves are safe."""
    file = home.root / IMPORTS
    try:
        return [Path(name) for name in msgspec.json.decode(file.read_bytes(), type=_Imports).files]
    except FileNotFoundError:
        return []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        with contextlib.suppress(OSError):
            file.replace(file.with_suffix(".json.damaged"))
        return []


def _write_imports(home: Home, files: tuple[str, ...]) -> None:
    write_durably(home.root / IMPORTS, msgspec.json.format(msgspec.json.encode(_Imports(files)), indent=2) + b"\n")
