"""The system's key store: Windows Credential Manager, the macOS keychain, the Secret Service or KWallet of a desktop.

Only stores that encrypt are asked, each by name: keyring's own choice may be a plain file, or nothing at all.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from app.core.errors import CarrelError

_SERVICE = "Carrel vault"


def has_key_store() -> bool:
    """Whether this session has a key store that encrypts. May start the desktop's service: not for the GUI thread."""
    return _store() is not None


def keep_secret(name: str, secret: bytes | bytearray) -> None:
    """Put a secret under `name`, and read it back. Raises CarrelError."""
    store = _needed()
    try:
        store.set_password(_SERVICE, name, secret.hex())
        kept = store.get_password(_SERVICE, name)
    except Exception as error:
        raise _refused(error) from error
    if kept != secret.hex():
        raise _refused(ValueError("the secret did not come back"))


def read_secret(name: str) -> bytearray:
    """The secret under `name`. Raises CarrelError."""
    store = _needed()
    try:
        kept = store.get_password(_SERVICE, name)
        if kept:
            return bytearray.fromhex(kept)
    except Exception as error:
        raise _refused(error) from error
    raise CarrelError(
        "key_store_empty",
        "The key store of the system no longer holds the key of this vault.",
        "Type the passphrase or the recovery key.",
    )


def remove_secret(name: str) -> None:
    """Take the secret out, if there is one and a store. Raises CarrelError when the store keeps it."""
    store = _store()
    if store is None:
        return
    try:
        if store.get_password(_SERVICE, name) is not None:
            store.delete_password(_SERVICE, name)
    except Exception as error:
        raise _refused(error) from error


def _store() -> Any:
    for store in _stores():
        try:
            if store.viable:
                return store()
        except Exception:  # no session bus: such a store is not here
            continue
    return None


def _stores() -> list[Any]:
    """Those of this system, the better one first; each is imported by name, so that a frozen program has it."""
    found: list[Any] = []
    if sys.platform == "win32":
        with contextlib.suppress(Exception):
            from keyring.backends.Windows import WinVaultKeyring

            found.append(WinVaultKeyring)
    elif sys.platform == "darwin":
        with contextlib.suppress(Exception):
            from keyring.backends.macOS import Keyring

            found.append(Keyring)
    else:
        with contextlib.suppress(Exception):  # a missing library
            from keyring.backends.SecretService import Keyring as SecretService

            found.append(SecretService)
        with contextlib.suppress(Exception):
            from keyring.backends.kwallet import DBusKeyring

            found.append(DBusKeyring)
    return found


def _needed() -> Any:
    store = _store()
    if store is None:
        raise CarrelError(
            "no_key_store",
            "This session has no key store: there is no desktop that runs one.",
            "Use a passphrase, or start Carrel from the desktop.",
        )
    return store


def _refused(error: Exception) -> CarrelError:
    return CarrelError(
        "key_store_refused",
        "The key store of the system refused: {cause}.",
        "Unlock it, then try again; a passphrase works without it.",
        cause=str(error).rstrip(" .!") or type(error).__name__,
    )
