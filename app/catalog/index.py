"""Which models exist: `resources/catalog.json`, and what was learned of them from the hub, frozen at first sight."""

from __future__ import annotations

import contextlib
import difflib
from pathlib import Path

import msgspec

from app.catalog.entry import Entry
from app.config.paths import resource
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.fit.mixes import HEADER_TOLERANCE_BYTES, expect_model
from app.fit.search import Candidate

ROUNDED_BYTES = 6_000_000  # a size rounded to ten MB is at most five off


class Learned(msgspec.Struct, frozen=True):
    """What the hub said of a file when it was first asked."""

    size_bytes: int
    sha256: str


class _CatalogFile(msgspec.Struct, frozen=True):
    version: int
    models: tuple[Entry, ...]


class _FactsFile(msgspec.Struct, frozen=True):
    files: dict[str, Learned] = {}


class Catalog:
    """The entries, best known first within a model. `remember` changes the facts file, never the catalog itself."""

    def __init__(self, entries: tuple[Entry, ...], facts_file: Path | None = None) -> None:
        self._pinned = entries
        self._facts_file = facts_file
        self._learned = _read_facts(facts_file) if facts_file else {}

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._completed(entry) for entry in self._pinned)

    def find(self, reference: str) -> Entry:
        """The entry `org/repo/file`. Raises CarrelError naming the nearest one."""
        for entry in self.entries:
            if entry.reference.lower() == reference.lower():
                return entry
        near = difflib.get_close_matches(reference, [entry.reference for entry in self._pinned], n=1, cutoff=0.0)
        raise CarrelError(
            "not_in_catalog",
            "{model} is not in the catalog.",
            "Did you mean {near}?",
            model=reference,
            near=near[0] if near else "?",
        )

    def recognise(self, file_name: str, size_bytes: int) -> Entry | None:
        """The entry a file on disk is, by name and exact size."""
        named = (entry for entry in self.entries if entry.file == file_name and entry.size_exact)
        return next((entry for entry in named if entry.size_bytes == size_bytes), None)

    def remember(self, entry: Entry, size_bytes: int, sha256: str) -> Entry:
        """Freeze what the hub says of an entry and return it completed.

        What was known before must agree: a file that changed under its revision is refused.
        """
        known = self._completed(entry)
        size_differs = known.size_exact and known.size_bytes != size_bytes
        if size_differs or (known.sha256 is not None and known.sha256 != sha256.lower()):
            raise CarrelError(
                "catalog_disagrees",
                "The hub describes {file} differently than before: {now} bytes now, {before} known.",
                "Do not use this source; choose the official hub or another file.",
                file=entry.file,
                now=f"{size_bytes:,}",
                before=f"{known.size_bytes:,}",
            )
        if known.sha256 is None:
            self._learned = self._learned | {_key(entry): Learned(size_bytes, sha256.lower())}
            self._save()
        return self._completed(entry)

    def candidates(self) -> tuple[Candidate, ...]:
        """Every entry as the planner takes it, its memory derived from the known mixes."""
        return tuple(candidate_of(entry) for entry in self.entries)

    def _completed(self, entry: Entry) -> Entry:
        learned = self._learned.get(_key(entry))
        if entry.sha256 is not None:
            return msgspec.structs.replace(entry, proof="pinned") if entry in self._pinned else entry
        if learned is None:
            return entry
        return msgspec.structs.replace(
            entry, size_bytes=learned.size_bytes, size_exact=True, sha256=learned.sha256, proof="frozen"
        )

    def _save(self) -> None:
        if self._facts_file:
            content = msgspec.json.encode(_FactsFile(self._learned))
            write_durably(self._facts_file, msgspec.json.format(content, indent=2) + b"\n")


def load_catalog(facts_file: Path | None = None) -> Catalog:
    """The catalog of this version of Carrel with the facts frozen in `facts_file`."""
    content = resource("catalog.json").read_bytes()
    return Catalog(msgspec.json.decode(content, type=_CatalogFile).models, facts_file)


def candidate_of(entry: Entry) -> Candidate:
    """The entry as the planner takes it."""
    tolerance = HEADER_TOLERANCE_BYTES if entry.size_exact else ROUNDED_BYTES
    facts = expect_model(entry.model, entry.quant, entry.size_bytes, entry.repo, tolerance)
    return Candidate(entry.repo, entry.file, entry.model, entry.quant, entry.size_bytes, facts)


def _key(entry: Entry) -> str:
    return f"{entry.repo}@{entry.revision}/{entry.file}"


def _read_facts(file: Path) -> dict[str, Learned]:
    """The frozen facts. A damaged file is set aside, not deleted: the hub will be asked again."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_FactsFile).files
    except FileNotFoundError:
        return {}
    except (msgspec.MsgspecError, UnicodeDecodeError):
        with contextlib.suppress(OSError):
            file.replace(file.with_suffix(".json.damaged"))
        return {}
    except OSError as error:
        raise CarrelError(
            "catalog_facts_unreadable",
            "{file} cannot be read: {cause}.",
            "Check the permissions of the folder.",
            file=str(file),
            cause=error.strerror or str(error),
        ) from error
