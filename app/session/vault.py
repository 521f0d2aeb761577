"""The wishes about the vault: whether there is one, make it, open it, lock it.

Guesses and key making take a second on purpose and run as jobs; the chats' file is changed on its own thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.config import keystore, vaultfile
from app.config.vaultfile import VaultHeader
from app.core.errors import CarrelError
from app.core.passphrase import Cost, calibrated
from app.core.sealing import wipe
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.strongbox import Failed, chats_key
from app.session.vaultways import LONGEST, fail, kept_in_store, no_vault, read_header, refuse_weak
from app.store.changeover import Change


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """What can be known of the vault without opening it. `idle_min` 0 never locks by itself."""

    is_on: bool
    is_locked: bool
    has_passphrase: bool
    has_recovery: bool
    has_key_store: bool
    idle_min: int
    at_sleep: bool


def status(desk: Desk) -> VaultStatus:
    header, settings = desk.vault.header or VaultHeader(0, ""), desk.settings
    return VaultStatus(
        is_on=desk.vault.is_on,
        is_locked=desk.vault.is_locked,
        has_passphrase=header.passphrase is not None,
        has_recovery=header.recovery is not None,
        has_key_store=bool(header.key_store),
        idle_min=settings.vault_idle_min,
        at_sleep=settings.vault_lock_at_sleep,
    )


def create_vault(
    desk: Desk,
    passphrase: str,
    done: Callable[[str], object],
    failed: Failed,
    *,
    use_key_store: bool = False,
    with_recovery: bool = True,
    cost: Cost | None = None,
) -> None:
    """Encrypt everything that is here and all that comes; `done(recovery_key)`, which nobody can show again.

    Without a passphrase the key store of the system opens it, and there is always a recovery key. Nothing has changed
    when it fails.
    """
    box = desk.vault
    try:
        refuse_unready(desk, wants_vault=False)
        if passphrase or not use_key_store:
            refuse_weak(passphrase)
    except CarrelError as error:
        failed(error)
        return

    def make() -> _Made:
        header, master, shown = vaultfile.new_header(), vaultfile.random_key(), ""
        if passphrase:
            header = vaultfile.with_passphrase(header, master, passphrase, cost or calibrated())
        if with_recovery or not passphrase:
            header, shown = vaultfile.with_recovery(header, master)
        if use_key_store:
            header = kept_in_store(header, master)
        return _Made(header, master, shown)

    def made(new: _Made) -> None:
        change = Change(desk.home.database_file, desk.home.vault_file)
        key = chats_key(new.master)

        def ended(error: CarrelError | None) -> None:
            wipe(key)
            box.is_changing = False
            if error is not None:
                if use_key_store:
                    desk.jobs.run(lambda: keystore.remove_secret(new.header.name), failed=lambda _: None)
                failed(error)
                return
            box.adopt(new.header, new.master)
            done(new.recovery)

        change_over(desk, change, lambda: change.turn_on(new.header, key), None, key, ended)

    box.is_changing = True
    desk.jobs.run(make, made, lambda error: fail(desk, error, failed))


def unlock(desk: Desk, passphrase: str, done: Callable[[], object], failed: Failed) -> None:
    """Open it with the passphrase, or with the recovery key. A wrong one opens nothing."""
    _open(desk, lambda header: vaultfile.key_by_passphrase(header, passphrase[:LONGEST]), done, failed)


def unlock_by_key_store(desk: Desk, done: Callable[[], object], failed: Failed) -> None:
    """Open it with what the system's key store keeps.

    A locked store asks the user first, and nobody knows for how long: meanwhile a passphrase opens the vault all the
    same, and then neither `done` nor `failed` is called any more.
    """
    box = desk.vault

    def known(secret: bytearray) -> None:
        if not box.is_locked or box.is_changing:
            wipe(secret)
        else:
            _open(desk, lambda header: vaultfile.key_by_key_store(header, secret), done, failed)

    def refused(error: Exception) -> None:
        if box.is_locked and not box.is_changing:
            failed(as_carrel_error(error))

    desk.jobs.run_aside(lambda: keystore.read_secret(read_header(desk).name), known, refused)


def lock(desk: Desk) -> None:
    """Close everything now. A running answer is stopped, and what it said is kept."""
    desk.vault.lock()


# ---- inside


@dataclass(frozen=True, slots=True)
class _Made:
    header: VaultHeader
    master: bytearray
    recovery: str


def _open(desk: Desk, key_of: Callable[[VaultHeader], bytearray], done: Callable[[], object], failed: Failed) -> None:
    box = desk.vault
    try:
        box.guesses.refuse_haste()
    except CarrelError as error:
        failed(error)
        return

    def work() -> tuple[VaultHeader, bytearray]:
        header = read_header(desk)
        return header, key_of(header)

    def known(found: tuple[VaultHeader, bytearray]) -> None:
        header, master = found
        key = chats_key(master)

        def opened(_: None) -> None:
            wipe(key)
            box.is_changing = False
            box.adopt(header, master)
            done()

        def not_opened(error: Exception) -> None:
            wipe(key)
            wipe(master)
            fail(desk, error, failed)

        desk.store.reopen(lambda: key, opened, not_opened)

    box.is_changing = True
    desk.jobs.run(work, known, lambda error: fail(desk, error, failed))


def change_over(
    desk: Desk,
    change: Change,
    work: Callable[[], object],
    before: bytearray | None,
    after: bytearray | None,
    ended: Callable[[CarrelError | None], object],
) -> None:
    """Do `work` while the chats are closed; open them with the key that fits what came of it."""
    failure: list[CarrelError] = []

    def opening() -> bytearray | None:
        try:
            work()
        except Exception as error:
            if not change.is_settled:  # half done: the next start finishes it, until then nobody writes
                raise
            failure.append(as_carrel_error(error))
            return before
        return after

    desk.store.reopen(
        opening,
        lambda _: ended(failure[0] if failure else None),
        lambda error: ended(as_carrel_error(error)),
    )


def refuse_unready(desk: Desk, *, wants_vault: bool) -> None:
    """Raise when the vault cannot be made or taken down now."""
    if desk.vault.is_changing:
        raise CarrelError("vault_changing", "The vault is being changed.", "Wait a moment, then try again.")
    if desk.engine.is_busy:
        raise CarrelError(
            "vault_while_answering", "The model is at work.", "Wait for the end of the answer, or stop it first."
        )
    if wants_vault and not desk.vault.is_on:
        raise no_vault()
    if not wants_vault and desk.vault.is_on:
        raise CarrelError("vault_is_on", "There is a vault already.", "Change its passphrase instead.")
