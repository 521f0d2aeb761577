"""A saved session under a key: encrypted before it reaches the disk, authenticated before llama.cpp sees a byte of it.

llama.cpp writes and reads states in the clear, so they pass through memory here: for as long as that takes, the child
needs room for the whole state. Where that is not there, nothing is saved, and the documents are read again.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from llama_cpp import llama_cpp as C

from app.core.files import put_in_place
from app.core.sealing import CHUNK_BYTES, HEADER_BYTES, TAG_BYTES, BrokenSeal, Sealer, sealed_size, unsealed
from app.engine import saved
from app.engine.saved import Identity, Sidecar
from app.engine.worker import library
from app.engine.worker.faults import EngineFault
from app.engine.worker.snapshot import SPARE_BYTES, difference, drop, fault_of, hash_of
from app.engine.worker.vocab import Ids

_SPARE_MEMORY_BYTES = 512 << 20  # left to everything else
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class SealedState:
    """A state in memory on its way to be a session. `seal` needs no context."""

    state: _Bytes
    path: Path
    tokens: Ids
    key: bytes

    def seal(self, identity: Identity, model_path: str = "") -> int:
        """Encrypt it into its file, make that durable, guard it; returns its bytes. From any thread.

        Raises EngineFault "disk_full" or "session_not_saved"; then nothing of it is left.
        """
        part = self.path.with_name(self.path.name + saved.UNFINISHED)
        try:
            self._write(part)
            size_bytes = part.stat().st_size
            saved.sidecar_of(self.path).unlink(missing_ok=True)
            put_in_place(part, self.path)
            saved.write_sidecar(self.path, self._sidecar(identity, model_path, size_bytes), self.key)
        except OSError as error:
            saved.remove(self.path)
            raise fault_of(error) from error
        finally:
            self.state.fill(0)
        return size_bytes

    def _write(self, part: Path) -> None:
        with part.open("wb") as file:
            sealer = Sealer(file, self.key, saved.purpose_of(self.path))
            sealer.write(self.tokens.tobytes())
            sealer.write(self.state.data)
            sealer.finish()
            file.flush()
            os.fsync(file.fileno())

    def _sidecar(self, identity: Identity, model_path: str, size_bytes: int) -> Sidecar:
        """The seal itself is the checksum."""
        return Sidecar(
            format=saved.FORMAT,
            identity=identity,
            model_path=model_path,
            tokens=len(self.tokens),
            tokens_sha256=hash_of(self.tokens),
            size_bytes=size_bytes,
            head_bytes=0,
            head=0,
            block_bytes=CHUNK_BYTES,
            blocks=(),
        )


def write(ctx: Any, seq_id: int, tokens: Ids, path: Path, key: bytes) -> SealedState:
    """Take the state of a sequence out of the context. Raises EngineFault "disk_full" or "session_not_saved"."""
    tokens = np.array(tokens, np.int32)
    size_bytes = int(C.llama_state_seq_get_size(ctx, seq_id))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(path.parent).free
    except OSError as error:
        raise fault_of(error) from error
    if free_bytes < sealed_size(size_bytes + 4 * len(tokens)) + SPARE_BYTES:
        raise EngineFault("disk_full", f"{size_bytes} bytes for {path}")
    state = _room_for(size_bytes)
    library.recent_errors.clear()
    written = int(C.llama_state_seq_get_data(ctx, _pointer(state), size_bytes, seq_id))
    if not 0 < written <= size_bytes:
        raise EngineFault("session_not_saved", "\n".join(library.recent_errors))
    return SealedState(state[:written], path, tokens, key)


def restore(ctx: Any, seq_id: int, path: Path, identity: Identity, key: bytes) -> Ids:
    """Load a session into sequence `seq_id`, whose content is lost either way; returns the tokens it holds now.

    Raises EngineFault as the plain `restore` does; what is refused is deleted.
    """
    try:
        sidecar = _accepted(path, identity, key)
        if sidecar.tokens > C.llama_n_ctx(ctx):
            raise EngineFault("session_no_room", f"{sidecar.tokens} tokens for {C.llama_n_ctx(ctx)}")
        content = _opened(path, sidecar, key)
        try:
            return _load(ctx, seq_id, content, sidecar)
        finally:
            content.fill(0)
    except BrokenSeal as error:
        drop(ctx, seq_id)
        saved.remove(path)
        raise EngineFault("session_refused", f"{path}: {error}") from error
    except OSError as error:
        drop(ctx, seq_id)
        raise EngineFault("session_unreadable", str(error)) from error
    except EngineFault as fault:
        drop(ctx, seq_id)
        if fault.code == "session_refused":
            saved.remove(path)
        raise


def _accepted(path: Path, identity: Identity, key: bytes) -> Sidecar:
    sidecar = saved.read_sidecar(path, key)
    if sidecar is None:
        if path.exists() or saved.sidecar_of(path).exists():
            raise EngineFault("session_refused", f"{path}: no sidecar that can be read")
        raise EngineFault("session_missing", str(path))
    if sidecar.identity != identity:
        raise EngineFault("session_refused", f"{path}: {difference(sidecar.identity, identity)}")
    least_bytes = HEADER_BYTES + TAG_BYTES + 4 * sidecar.tokens
    if not path.exists() or path.stat().st_size != sidecar.size_bytes or sidecar.size_bytes < least_bytes:
        raise EngineFault("session_refused", f"{path}: its size is not what the sidecar says")
    return sidecar


def _opened(path: Path, sidecar: Sidecar, key: bytes) -> _Bytes:
    """Tokens and state, all of it genuine. Raises BrokenSeal and OSError."""
    content, at = _room_for(sidecar.size_bytes), 0
    with path.open("rb") as file:
        for piece in unsealed(file, key, saved.purpose_of(path)):
            content[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
            at += len(piece)
    return content[:at]


def _load(ctx: Any, seq_id: int, content: _Bytes, sidecar: Sidecar) -> Ids:
    tokens, state = content[: 4 * sidecar.tokens].view(np.int32).copy(), content[4 * sidecar.tokens :]
    if len(tokens) != sidecar.tokens or hash_of(tokens) != sidecar.tokens_sha256:
        raise EngineFault("session_refused", "the tokens differ")
    library.recent_errors.clear()
    taken = int(C.llama_state_seq_set_data(ctx, _pointer(state), len(state), seq_id))
    if taken != len(state):  # it is whole and belongs here: other sequences hold the cells it needs
        raise EngineFault("session_no_room", "\n".join(library.recent_errors))
    return tokens


def _room_for(size_bytes: int) -> _Bytes:
    """Memory for a state. Raises EngineFault when taking it would drive the computer into its swap."""
    if psutil.virtual_memory().available < size_bytes + _SPARE_MEMORY_BYTES:
        raise EngineFault("session_not_saved", f"no memory for {size_bytes} bytes")
    return np.empty(size_bytes, np.uint8)


def _pointer(content: _Bytes) -> Any:
    return content.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
