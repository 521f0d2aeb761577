"""Saves the KV state of a sequence to a file and brings it back: what was read once need not be read again.

llama.cpp checks little of what it loads and may abort on nonsense, so a state is only shown to it after its sidecar
agrees with the model as it is loaded and the part that llama.cpp parses has its checksum; the rest is verified while
it loads. A state that fails is deleted with its sidecar: it can be made again from the document.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as C

from app.core.files import put_in_place
from app.engine import saved
from app.engine.saved import Identity, Sidecar
from app.engine.worker import library
from app.engine.worker.blocks import BLOCK_BYTES, BlockSums, sum_of
from app.engine.worker.faults import EngineFault
from app.engine.worker.vocab import Ids

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS = tuple(os.strerror(number) for number in _FULL)
SPARE_BYTES = 256 << 20  # of the disk, left to everything else
_HEAD_PER_TOKEN, _HEAD_SPARE = 32, 4096  # at least what is parsed: an id, a position and a sequence for each token


@dataclass(frozen=True, slots=True)
class Written:
    """A state on its way to be a session: written, but neither durable nor guarded. `seal` needs no context."""

    part: Path
    path: Path
    size_bytes: int
    tokens: Ids

    def seal(self, identity: Identity, model_path: str = "") -> int:
        """Make it durable, take its checksums, give it its name; returns its bytes. From any thread.

        Raises EngineFault "disk_full" or "session_not_saved"; then nothing of it is left.
        """
        try:
            sidecar = _guard(self, identity, model_path)
            saved.sidecar_of(self.path).unlink(missing_ok=True)  # it would not fit the state that takes its place
            put_in_place(self.part, self.path)
            saved.write_sidecar(self.path, sidecar)
        except OSError as error:
            saved.remove(self.path)
            raise fault_of(error) from error
        return self.size_bytes


def save(ctx: Any, seq_id: int, tokens: Ids, path: Path, identity: Identity, model_path: str = "") -> int:
    """Write and seal what sequence `seq_id` holds, which must be exactly `tokens`; returns the bytes on disk."""
    return write(ctx, seq_id, tokens, path).seal(identity, model_path)


def write(ctx: Any, seq_id: int, tokens: Ids, path: Path) -> Written:
    """Write the state next to where it is to be. Raises EngineFault as `seal` does."""
    part = path.with_name(path.name + saved.UNFINISHED)
    tokens = np.array(tokens, np.int32)
    try:
        return Written(part, path, _write_state(ctx, seq_id, tokens, part), tokens)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise fault_of(error) from error
    except EngineFault:
        part.unlink(missing_ok=True)
        raise


def restore(ctx: Any, seq_id: int, path: Path, identity: Identity) -> Ids:
    """Load a session into sequence `seq_id`, whose content is lost either way; returns the tokens it holds now.

    Raises EngineFault: "session_missing"; "session_refused" when it belongs to something else or is damaged (then it
    is deleted); "session_no_room" when the context cannot hold it.
    """
    try:
        sidecar = _accepted(path, identity)
        if sidecar.tokens > C.llama_n_ctx(ctx):
            raise EngineFault("session_no_room", f"{sidecar.tokens} tokens for {C.llama_n_ctx(ctx)}")
        with BlockSums(path, sidecar.size_bytes, sidecar.block_bytes) as sums:
            tokens = _load_state(ctx, seq_id, path, sidecar.tokens)
            intact = sums.result() == sidecar.blocks
        if not intact or (tokens is not None and hash_of(tokens) != sidecar.tokens_sha256):
            raise EngineFault("session_refused", "a checksum differs")
        if tokens is None:  # the file is whole and belongs here: other sequences hold the cells it needs
            raise EngineFault("session_no_room", "\n".join(library.recent_errors))
    except OSError as error:
        drop(ctx, seq_id)
        raise EngineFault("session_unreadable", str(error)) from error
    except EngineFault as fault:
        drop(ctx, seq_id)
        if fault.code == "session_refused":
            saved.remove(path)
        raise
    return tokens


def holds(sidecar: Sidecar, tokens: Ids) -> bool:
    """Whether `tokens` begin with those of the session: then there is nothing to restore."""
    return len(tokens) >= sidecar.tokens and hash_of(tokens[: sidecar.tokens]) == sidecar.tokens_sha256


def _write_state(ctx: Any, seq_id: int, tokens: Ids, part: Path) -> int:
    part.parent.mkdir(parents=True, exist_ok=True)
    needed = int(C.llama_state_seq_get_size(ctx, seq_id)) + 4 * len(tokens)
    if shutil.disk_usage(part.parent).free < needed + SPARE_BYTES:
        raise EngineFault("disk_full", f"{needed} bytes for {part}")
    pointer = tokens.ctypes.data_as(ctypes.POINTER(C.llama_token))
    library.recent_errors.clear()
    written = int(C.llama_state_seq_save_file(ctx, os.fsencode(part), seq_id, pointer, len(tokens)))
    if not written:
        log = "\n".join(library.recent_errors)
        raise EngineFault("disk_full" if any(word in log for word in _FULL_WORDS) else "session_not_saved", log)
    if part.stat().st_size != written:  # the last buffer is written when the file is closed, and nobody asks how
        raise EngineFault("disk_full", f"{part.stat().st_size} of {written} bytes were written")
    return written


def _guard(state: Written, identity: Identity, model_path: str) -> Sidecar:
    """Make the state durable and take its checksums meanwhile. Raises OSError."""
    part, count = state.part, len(state.tokens)
    head_bytes = min(state.size_bytes, count * _HEAD_PER_TOKEN + _HEAD_SPARE)
    with BlockSums(part, state.size_bytes) as sums, part.open("rb+") as file:
        os.fsync(file.fileno())
        blocks = sums.result()
    return Sidecar(
        format=saved.FORMAT,
        identity=identity,
        model_path=model_path,
        tokens=count,
        tokens_sha256=hash_of(state.tokens),
        size_bytes=state.size_bytes,
        head_bytes=head_bytes,
        head=sum_of(part, 0, head_bytes),
        block_bytes=BLOCK_BYTES,
        blocks=blocks,
    )


def fault_of(error: OSError) -> EngineFault:
    """A disk that is full, or one that failed otherwise."""
    return EngineFault("disk_full" if error.errno in _FULL else "session_not_saved", str(error))


def _accepted(path: Path, identity: Identity) -> Sidecar:
    """The sidecar, if it agrees with the model as it is loaded and with the file as far as llama.cpp parses it."""
    sidecar = saved.read_sidecar(path)
    if sidecar is None:
        if path.exists() or saved.sidecar_of(path).exists():
            raise EngineFault("session_refused", f"{path}: no sidecar that can be read")
        raise EngineFault("session_missing", str(path))
    if sidecar.identity != identity:
        raise EngineFault("session_refused", f"{path}: {difference(sidecar.identity, identity)}")
    if not path.exists() or path.stat().st_size != sidecar.size_bytes or sidecar.tokens < 1 or sidecar.block_bytes < 1:
        raise EngineFault("session_refused", f"{path}: its size is not what the sidecar says")
    parsed = min(sidecar.size_bytes, sidecar.tokens * _HEAD_PER_TOKEN + _HEAD_SPARE)
    if sidecar.head_bytes != parsed or sum_of(path, 0, parsed) != sidecar.head:
        raise EngineFault("session_refused", f"{path}: its head is damaged")
    return sidecar


def _load_state(ctx: Any, seq_id: int, path: Path, count: int) -> Ids | None:
    """The tokens of a state that llama.cpp took; None when it did not."""
    tokens = np.empty(count, np.int32)
    pointer = tokens.ctypes.data_as(ctypes.POINTER(C.llama_token))
    found = ctypes.c_size_t(0)
    taken = C.llama_state_seq_load_file(ctx, os.fsencode(path), seq_id, pointer, count, ctypes.byref(found))
    return tokens[: found.value] if taken else None


def drop(ctx: Any, seq_id: int) -> None:
    """Empty a sequence."""
    C.llama_memory_seq_rm(C.llama_get_memory(ctx), seq_id, -1, -1)


def hash_of(tokens: Ids) -> str:
    """Names a row of tokens."""
    return hashlib.sha256(np.ascontiguousarray(tokens, np.int32).tobytes()).hexdigest()


def difference(theirs: Identity, ours: Identity) -> str:
    """Which facts differ, for the log."""
    fields = theirs.__struct_fields__
    return ", ".join(
        f"{name} {getattr(theirs, name)!r} is now {getattr(ours, name)!r}"
        for name in fields
        if getattr(theirs, name) != getattr(ours, name)
    )
