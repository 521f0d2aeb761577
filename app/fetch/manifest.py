"""`manifest.json` beside the models: what each file is and when it was proven."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.core.files import write_durably
from app.fetch.wanted import Arrived, Facts, HashSource

_writing = threading.Lock()


class Proof(msgspec.Struct, frozen=True):
    """One proven file. `verified_at` is UTC in ISO 8601; `hash_source` says whose word the hash was."""

    repo: str
    revision: str
    size_bytes: int
    sha256: str
    verified_at: str
    hash_source: HashSource = "given"


class Manifest(msgspec.Struct, frozen=True):
    """The proven files of one folder, by file name."""

    files: dict[str, Proof] = {}


def manifest_path(model: Path) -> Path:
    return model.with_name("manifest.json")


def read_manifest(file: Path) -> Manifest:
    """The manifest, or an empty one when there is none or it is damaged: the files can be proven again."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return Manifest()


def record(arrived: Arrived) -> None:
    """Add a proven file to the manifest of its folder."""
    facts, file = arrived.facts, manifest_path(arrived.path)
    proof = Proof(facts.repo, facts.revision, facts.size_bytes, facts.sha256, _now(), facts.hash_source)
    with _writing:
        known = read_manifest(file)
        updated = Manifest(files=known.files | {arrived.path.name: proof})
        write_durably(file, msgspec.json.format(msgspec.json.encode(updated), indent=2) + b"\n")


def proven(model: Path) -> Proof | None:
    """The proof of a file that is still as long as it was then."""
    proof = read_manifest(manifest_path(model)).files.get(model.name)
    return proof if proof is not None and model.exists() and model.stat().st_size == proof.size_bytes else None


def facts_of(proof: Proof, file: str) -> Facts:
    return Facts(proof.repo, proof.revision, file, proof.size_bytes, proof.sha256, proof.hash_source)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
