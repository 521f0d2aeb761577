"""The vault's own file: the key of everything the vault locks, sealed in one to three ways. Nothing in it is secret.

The key is random; a passphrase, a recovery key or a key in the system's key store only opens the box it lies in, so
they can be changed without touching a chat. The file has a checksum, which tells damage from a wrong passphrase, and
a second copy beside it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from pathlib import Path

import msgspec

from app.core.errors import CarrelError
from app.core.files import overwrite_and_remove, sync_folder, write_durably
from app.core.passphrase import Cost, Slot, unwrap_key, wrap_key
from app.core.sealing import KEY_BYTES, BrokenSeal, open_bytes, seal_bytes

FORMAT = 1
PENDING = ".pending"  # a vault that is being made
LEAVING = ".leaving"  # a vault that is being taken down
_COPY = ".copy"
_RECOVERY_BYTES = 20
_RECOVERY_COST = Cost(memory_kib=8 << 10, passes=1, lanes=1)  # nobody guesses 160 random bits
_READ_AS = str.maketrans("018", "OIB")  # what is not in the alphabet of a recovery key was misread


class VaultHeader(msgspec.Struct, frozen=True):
    """How the key can be had. `name` is random and names the vault in the system's key store."""

    format: int
    name: str
    passphrase: Slot | None = None
    recovery: Slot | None = None
    key_store: bytes = b""


class _Stored(msgspec.Struct, frozen=True):
    vault: msgspec.Raw
    sha256: str


def new_header() -> VaultHeader:
    """A vault that nothing opens yet."""
    return VaultHeader(FORMAT, os.urandom(8).hex())


def with_passphrase(header: VaultHeader, key: bytes | bytearray, passphrase: str, cost: Cost) -> VaultHeader:
    return msgspec.structs.replace(header, passphrase=wrap_key(key, passphrase, cost, _purpose(header)))


def with_recovery(header: VaultHeader, key: bytes | bytearray) -> tuple[VaultHeader, str]:
    """The header with a new recovery key, and that key as it is shown, once."""
    letters = base64.b32encode(os.urandom(_RECOVERY_BYTES)).decode()
    slot = wrap_key(key, letters, _RECOVERY_COST, _purpose(header))
    return msgspec.structs.replace(header, recovery=slot), "-".join(
        letters[at : at + 4] for at in range(0, len(letters), 4)
    )


def with_key_store(header: VaultHeader, key: bytes | bytearray, kept: bytes | bytearray) -> VaultHeader:
    """The header with the key sealed under `kept`, which goes into the system's key store."""
    return msgspec.structs.replace(header, key_store=seal_bytes(bytes(key), kept, _purpose(header)))


def key_by_passphrase(header: VaultHeader, passphrase: str) -> bytearray:
    """The vault's key. Raises CarrelError("wrong_passphrase"). A recovery key is taken for what it is."""
    letters = "".join(passphrase.upper().split()).replace("-", "").translate(_READ_AS)
    if header.recovery is not None and len(letters) == _RECOVERY_BYTES * 8 // 5:
        with contextlib.suppress(CarrelError):
            return unwrap_key(header.recovery, letters, _purpose(header))
    if header.passphrase is None:
        raise CarrelError(
            "no_passphrase",
            "This vault has no passphrase: the key store of the system opens it, or its recovery key.",
            "Open it on the computer and in the account that made it, or type the recovery key.",
        )
    return unwrap_key(header.passphrase, passphrase, _purpose(header))


def key_by_key_store(header: VaultHeader, kept: bytes | bytearray) -> bytearray:
    """The vault's key. Raises CarrelError when what the key store keeps belongs to another vault."""
    try:
        return bytearray(open_bytes(header.key_store, kept, _purpose(header)))
    except BrokenSeal:
        raise CarrelError(
            "key_store_other",
            "What the key store of the system keeps does not open this vault.",
            "Type the passphrase or the recovery key.",
        ) from None


def read_vault(file: Path) -> VaultHeader | None:
    """The vault's header, None without a vault. The copy stands in for a damaged file and mends it.

    Raises CarrelError("vault_damaged") when neither can be read.
    """
    copy = _copy_of(file)
    if not file.exists() and not copy.exists():
        return None
    for each in (file, copy):
        content = _read(each)
        header = _decoded(content)
        if header is not None:
            _mend(file, copy, content)
            return _known(header)
    raise CarrelError(
        "vault_damaged",
        "The vault file {file} is damaged, and so is its copy. Without it the chats cannot be opened.",
        "Bring both back from a backup; the chats themselves were not touched.",
        file=str(file),
    )


def write_vault(file: Path, header: VaultHeader) -> None:
    """Durable, the copy after the file itself. Raises CarrelError."""
    content = encoded(header)
    for each in (file, _copy_of(file)):
        write_privately(each, content)
    with contextlib.suppress(OSError):
        sync_folder(file.parent)


def write_privately(file: Path, content: bytes) -> None:
    """Durable, and for this user alone where the system knows how. Raises CarrelError."""
    write_durably(file, content)
    with contextlib.suppress(OSError):
        file.chmod(0o600)


def encoded(header: VaultHeader) -> bytes:
    inner = msgspec.json.encode(header)
    return msgspec.json.encode(_Stored(msgspec.Raw(inner), hashlib.sha256(inner).hexdigest()))


def remove_vault_file(file: Path) -> None:
    """Overwrite and delete the vault's key in both places. Raises OSError."""
    overwrite_and_remove(_copy_of(file))  # the copy first: alone it would be taken for what is left of a damaged vault
    overwrite_and_remove(file)
    sync_folder(file.parent)


def random_key() -> bytearray:
    return bytearray(os.urandom(KEY_BYTES))


def _purpose(header: VaultHeader) -> str:
    return f"vault {header.name} in format {header.format}"


def _copy_of(file: Path) -> Path:
    return file.with_name(file.name + _COPY)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _decoded(content: bytes) -> VaultHeader | None:
    try:
        stored = msgspec.json.decode(content, type=_Stored)
        inner = bytes(stored.vault)
        if hashlib.sha256(inner).hexdigest() != stored.sha256:
            return None
        return msgspec.json.decode(inner, type=VaultHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _mend(file: Path, copy: Path, content: bytes) -> None:
    """Both say the same from now on. A disk that cannot be written to is no reason not to open."""
    for each in (file, copy):
        if _read(each) != content:
            with contextlib.suppress(CarrelError):
                write_privately(each, content)


def _known(header: VaultHeader) -> VaultHeader:
    if header.format > FORMAT:
        raise CarrelError(
            "vault_newer",
            "This vault was made by a newer Carrel.",
            "Update Carrel to open it; nothing was changed.",
        )
    return header
