"""What opens the vault: a passphrase, a recovery key, the key store. Changed without writing a chat again."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import msgspec

from app.config import keystore, vaultfile
from app.config.vaultfile import VaultHeader
from app.core.errors import CarrelError
from app.core.passphrase import Cost, calibrated
from app.core.sealing import wipe
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.strongbox import Failed

SHORTEST = 8  # characters of a passphrase
LONGEST = 1024


def change_passphrase(
    desk: Desk, old: str, new: str, done: Callable[[], object], failed: Failed, *, cost: Cost | None = None
) -> None:
    """Another passphrase for the same key: no chat is written again. `old` may be the recovery key.

    A vault that is open and has no passphrase yet needs no old one.
    """

    def work(header: VaultHeader) -> VaultHeader:
        is_first = header.passphrase is None and not desk.vault.is_locked
        master = desk.vault.master() if is_first else vaultfile.key_by_passphrase(header, old[:LONGEST])
        try:
            return vaultfile.with_passphrase(header, master, new, cost or calibrated())
        finally:
            wipe(master)

    try:
        refuse_weak(new)
    except CarrelError as error:
        failed(error)
    else:
        _rewrap(desk, work, lambda _: done(), failed)


def renew_recovery(desk: Desk, done: Callable[[str], object], failed: Failed) -> None:
    """Another recovery key; the one before opens nothing any more. Needs an open vault."""
    shown: list[str] = []

    def work(header: VaultHeader) -> VaultHeader:
        header, key = vaultfile.with_recovery(header, desk.vault.master())
        shown.append(key)
        return header

    _rewrap(desk, work, lambda _: done(shown[0]), failed)


def use_key_store(desk: Desk, done: Callable[[], object], failed: Failed, *, on: bool) -> None:
    """Let the system's key store open it too, or no longer. Needs an open vault; a passphrase, to turn it off."""

    def work(header: VaultHeader) -> VaultHeader:
        if on:
            return kept_in_store(header, desk.vault.master())
        if header.passphrase is None:
            raise CarrelError(
                "last_way_in",
                "The key store is the only thing that opens this vault.",
                "Set a passphrase first.",
            )
        keystore.remove_secret(header.name)
        return msgspec.structs.replace(header, key_store=b"")

    _rewrap(desk, work, lambda _: done(), failed)


def refuse_weak(passphrase: str) -> None:
    """Raise for a passphrase that is too short to keep anybody out."""
    if len(passphrase.strip()) < SHORTEST:
        raise CarrelError(
            "passphrase_short",
            "A passphrase needs at least {count} characters.",
            "Four or five words that have nothing to do with each other are good, and easy to remember.",
            count=SHORTEST,
        )
    if len(passphrase) > LONGEST:
        raise CarrelError(
            "passphrase_long", "A passphrase may have {count} characters at most.", "Take a part of it.", count=LONGEST
        )


def strength(passphrase: str) -> int:
    """A rough word on how hard it is to guess: 0 too short, 1 weak, 2 fair, 3 strong."""
    if len(passphrase.strip()) < SHORTEST:
        return 0
    kinds = {_kind_of(sign): None for sign in passphrase}
    pairs = {passphrase[at : at + 2].casefold() for at in range(len(passphrase) - 1)}  # repeats and runs add little
    runs = sum(ord(after) - ord(before) in (-1, 0, 1) for before, after in pairwise(passphrase))
    bits = (len(pairs) + 1 - runs) * math.log2(sum(_SIGNS[kind] for kind in kinds)) * _LANGUAGE
    return 1 if bits < _FAIR_BITS else 2 if bits < _STRONG_BITS else 3


def _kind_of(sign: str) -> str:
    if not sign.isascii():
        return "other"
    return "digit" if sign.isdigit() else "small" if sign.islower() else "capital" if sign.isupper() else "sign"


_SIGNS = {"digit": 10, "small": 26, "capital": 26, "sign": 33, "other": 2000}
_LANGUAGE = 0.5  # words of a language can be guessed better than letters at random
_FAIR_BITS, _STRONG_BITS = 28.0, 48.0


def kept_in_store(header: VaultHeader, master: bytearray) -> VaultHeader:
    """The header that a new secret in the key store opens. Raises CarrelError."""
    kept = vaultfile.random_key()
    try:
        keystore.keep_secret(header.name, kept)
        return vaultfile.with_key_store(header, master, kept)
    finally:
        wipe(kept)


def read_header(desk: Desk) -> VaultHeader:
    """As it is on the disk now: another Carrel may have changed it. Raises CarrelError."""
    header = vaultfile.read_vault(desk.home.vault_file)
    if header is None:
        raise no_vault()
    return header


def fail(desk: Desk, error: Exception, failed: Failed) -> None:
    """A wish about the vault ended badly."""
    told = as_carrel_error(error)
    desk.vault.is_changing = False
    desk.vault.guesses.count(told)
    failed(told)


def no_vault() -> CarrelError:
    return CarrelError(
        "no_vault", "There is no vault here.", "Make one on the page Vault, or with carrel vault create."
    )


def _rewrap(
    desk: Desk, work: Callable[[VaultHeader], VaultHeader], done: Callable[[None], object], failed: Failed
) -> None:
    """Write the vault's file anew; the key in it stays."""
    box = desk.vault
    try:
        box.guesses.refuse_haste()
    except CarrelError as error:
        failed(error)
        return

    def change() -> VaultHeader:
        header = work(read_header(desk))
        vaultfile.write_vault(desk.home.vault_file, header)
        return header

    def changed(header: VaultHeader) -> None:
        box.header, box.is_changing = header, False
        box.changed.emit()
        done(None)

    box.is_changing = True
    desk.jobs.run(change, changed, lambda error: fail(desk, error, failed))
