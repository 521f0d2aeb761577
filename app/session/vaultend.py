"""The end of a vault: everything readable again, or the key erased and everything lost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from app.config import keystore, vaultfile
from app.config.settings import save_settings
from app.core.errors import CarrelError
from app.core.sealing import derived_key, wipe
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.private import SEALED, unseal_set_aside
from app.session.sealedpresets import write_presets_in_clear
from app.session.strongbox import FILES, Failed, chats_key
from app.session.vault import change_over, refuse_unready
from app.session.vaultways import no_vault
from app.store.changeover import Change


def remove_vault(desk: Desk, done: Callable[[], object], failed: Failed) -> None:
    """Write everything in the clear again and take the vault down. Needs an open vault."""
    box = desk.vault
    try:
        refuse_unready(desk, wants_vault=True)
        master = box.master()
        box.files.write_in_clear()
        write_presets_in_clear(desk.home.presets, box.files)
        save_settings(desk.home.settings_file, desk.settings)
    except (CarrelError, OSError) as error:
        failed(as_carrel_error(error))
        return
    change, key, name = Change(desk.home.database_file, desk.home.vault_file), chats_key(master), _name_of(desk)
    files_key = derived_key(master, FILES)
    wipe(master)

    def work() -> None:
        unseal_set_aside(desk.home.root, files_key)
        change.turn_off(key)

    def ended(error: CarrelError | None) -> None:
        wipe(key)
        wipe(files_key)
        box.is_changing = False
        if error is not None:
            with contextlib.suppress(CarrelError, OSError):  # what is left in the clear is sealed at the next unlocking
                box.seal_again()
            failed(error)
            return
        box.files.remove_sealed()
        box.forget()
        desk.jobs.run(lambda: _forget_outside(desk, name), lambda _: done(), lambda _: done())

    box.is_changing = True
    change_over(desk, change, work, key, None, ended)


def destroy_vault(desk: Desk, done: Callable[[], object], failed: Failed) -> None:
    """Erase the key, and with it everything that was encrypted; begin with nothing. Cannot be undone by anybody."""
    box, name = desk.vault, _name_of(desk)
    if not box.is_on or box.is_changing:
        failed(no_vault())
        return
    if not box.is_locked:
        box.lock()
    box.is_changing = True

    def erase() -> None:
        vaultfile.remove_vault_file(desk.home.vault_file)
        for side in ("", "-wal", "-shm", "-journal"):
            file = desk.home.database_file
            file.with_name(file.name + side).unlink(missing_ok=True)
        for file in desk.home.root.rglob(f"*{SEALED}"):
            file.unlink(missing_ok=True)

    def ended(_: object = None) -> None:
        box.is_changing = False
        box.forget()
        desk.jobs.run(lambda: _forget_outside(desk, name), lambda _: done(), lambda _: done())

    def not_ended(error: Exception) -> None:
        box.is_changing = False
        failed(as_carrel_error(error))

    desk.store.reopen(erase, ended, not_ended)


def _forget_outside(desk: Desk, name: str) -> None:
    """What the chats' file does not hold: readings under the old key, the secret in the key store."""
    with contextlib.suppress(OSError):
        desk.resume.shelf.erase()
    if name:
        with contextlib.suppress(CarrelError):
            keystore.remove_secret(name)


def _name_of(desk: Desk) -> str:
    """Under which the key store has a secret, or "": one that has none need not be asked, and a desktop would ask the
    user for the password of a key ring."""
    header = desk.vault.header
    return header.name if header is not None and header.key_store else ""
