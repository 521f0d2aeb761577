"""What stands beside a saved session: the sidecar that says exactly which engine, model and tokens it belongs to.

A session is two files, the KV state and its sidecar. The sidecar is written last, so a state without one is what an
interrupted save left behind. Parent and child both read sidecars; only the child reads states. With a key all of it
is encrypted, and each file is bound to its name, so that none can stand in for another.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec

from app.core.files import overwrite_and_remove, put_in_place, sync_folder
from app.core.sealing import BrokenSeal, Key, open_bytes, seal_bytes
from app.engine.messages import Load
from app.gguf.split import part_names

FORMAT = 2
SIDECAR = ".json"
UNFINISHED = ".part"
NAMES = ".names"  # beside a session, for people: the documents it is about
_HEADER_BYTES = 8 << 20  # the metadata and the tensor table; Qwen3's with its vocabulary takes 6 MB
_SAMPLES, _SAMPLE_BYTES = 32, 1 << 16


class Identity(msgspec.Struct, frozen=True):
    """Everything a KV state depends on besides its tokens. Two that are equal give the same state."""

    model: str
    kv_type: str
    yarn_factor: float
    yarn_orig_ctx: int
    adapters: tuple[str, ...]
    build: str
    n_layers: int
    flash_attention: bool = True


class Sidecar(msgspec.Struct, frozen=True):
    """The guard of one state file: checksums of every `block_bytes` of it, and of its first `head_bytes`."""

    format: int
    identity: Identity
    model_path: str
    tokens: int
    tokens_sha256: str
    size_bytes: int
    head_bytes: int
    head: int
    block_bytes: int
    blocks: tuple[int, ...]


def identify(spec: Load, build: str, n_layers: int) -> Identity:
    """What sessions made under this load belong to. Reads samples of the files: some ten milliseconds."""
    return Identity(
        model=fingerprint(Path(spec.path)),
        kv_type=spec.kv_type,
        yarn_factor=spec.yarn_factor,
        yarn_orig_ctx=spec.yarn_orig_ctx,
        adapters=tuple(f"{fingerprint(Path(adapter.path))} at {adapter.scale:g}" for adapter in spec.adapters),
        build=build,
        n_layers=n_layers,
    )


def fingerprint(path: Path) -> str:
    """Names a model's content: size, beginning and evenly spread samples of every part. Raises OSError.

    A file that differs only between the samples would pass; two models that differ do so everywhere.
    """
    digest = hashlib.sha256()
    for name in part_names(path.name):
        with path.with_name(name).open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            digest.update(size_bytes.to_bytes(8, "little"))
            digest.update(file.read(_HEADER_BYTES))
            for sample in range(1, _SAMPLES + 1):
                file.seek(max(0, size_bytes * sample // _SAMPLES - _SAMPLE_BYTES))
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def sidecar_of(state: Path) -> Path:
    return state.with_name(state.name + SIDECAR)


def read_sidecar(state: Path, key: Key = b"") -> Sidecar | None:
    """The guard of this state; None when there is none or it cannot be read, or not with this key."""
    try:
        sidecar = msgspec.json.decode(read_file(sidecar_of(state), key), type=Sidecar)
    except (OSError, BrokenSeal, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return sidecar if sidecar.format == FORMAT else None


def write_sidecar(state: Path, sidecar: Sidecar, key: Key = b"") -> None:
    """Write, fsync, rename. Raises OSError."""
    target = sidecar_of(state)
    temporary = target.with_name(target.name + UNFINISHED)
    try:
        with temporary.open("wb") as file:
            file.write(_sealed(msgspec.json.encode(sidecar), target, key))
            file.flush()
            os.fsync(file.fileno())
        put_in_place(temporary, target)
        sync_folder(target.parent)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def read_file(file: Path, key: Key = b"") -> bytes:
    """What `write_file` wrote with this key. Raises OSError and BrokenSeal."""
    content = file.read_bytes()
    return open_bytes(content, key, purpose_of(file)) if key else content


def write_file(file: Path, content: bytes, key: Key = b"") -> None:
    """A small file beside a session. Raises OSError."""
    file.write_bytes(_sealed(content, file, key))


def purpose_of(file: Path) -> str:
    """What binds an encrypted file to its place."""
    return f"saved session {file.name}"


def _sealed(content: bytes, file: Path, key: Key) -> bytes:
    return seal_bytes(content, key, purpose_of(file)) if key else content


def remove(state: Path) -> None:
    """Delete a session: the sidecar first, so that what is left of an interrupted removal is known as a rest."""
    for ending in (SIDECAR, "", UNFINISHED, NAMES):
        with contextlib.suppress(OSError):
            state.with_name(state.name + ending).unlink(missing_ok=True)


def erase(state: Path) -> None:
    """Delete a session and overwrite what it held first, for one that must not come back. Raises OSError."""
    for ending in (SIDECAR, "", UNFINISHED, NAMES):
        overwrite_and_remove(state.with_name(state.name + ending))
