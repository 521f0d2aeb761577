"""`vault`: made, opened to check, changed, taken down; and the question for the passphrase before other commands."""

from __future__ import annotations

import getpass
import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from app.config.paths import expanded
from app.core.errors import Cancelled, CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session import vault, vaultend, vaultways
from app.session.desk import Desk
from app.store.cipher import locked
from app.terminal.output import note, print_json, to_plain
from app.terminal.waiting import wait_for

ACTIONS = ("status", "create", "check", "passphrase", "recovery", "remove", "destroy")
WITHOUT_CHATS = ("doctor", "plan", "pull", "import", "models", "bundle", "integrate", "screenshots", "vault")
PASSPHRASE, NEW_PASSPHRASE = "CARREL_PASSPHRASE_FILE", "CARREL_NEW_PASSPHRASE_FILE"
_TRIES = 3


def add_vault_command(command: Callable[[str, str], ArgumentParser]) -> None:
    """What can be said about the vault on a command line."""
    parser = command("vault", "encrypt chats, documents and saved readings with a passphrase")
    text = (
        "say whether there is one; create it; check that the passphrase opens it; change the passphrase; make a new "
        "recovery key; remove it, so that everything is readable again; destroy the key and with it all chats"
    )
    parser.add_argument("action", nargs="?", choices=ACTIONS, default="status", help=text)
    text = "with create: let the key store of the system open it, instead of a passphrase or besides one"
    parser.add_argument("--key-store", action="store_true", help=text)
    parser.add_argument("--no-passphrase", action="store_true", help="with --key-store: only the key store opens it")
    parser.add_argument("--no-recovery", action="store_true", help="with create: no recovery key")
    parser.add_argument("--yes", action="store_true", help="with create and destroy: do not ask whether it is meant")
    parser.epilog = (
        f"Passphrases are asked for; scripts name files that hold them in {PASSPHRASE} and, for a new one, "
        f"in {NEW_PASSPHRASE}. Programs lock when they end: there is nothing to lock here."
    )


def open_vault(desk: Desk, loop: Loop, command: str | None) -> None:
    """Ask for the passphrase when the chats are locked and the command needs them. Raises CarrelError."""
    if desk.vault.is_locked and command not in WITHOUT_CHATS:
        _unlock(desk, loop)


def ask_again_when_idle(desk: Desk, loop: Loop) -> None:
    """In a conversation: lock when the last line was long ago, and ask for the passphrase. Raises CarrelError."""
    if desk.vault.is_idle(time.monotonic()):
        desk.vault.lock()
        note(say("The vault was locked, because nothing was asked for a while."))
    if desk.vault.is_locked:
        _unlock(desk, loop)
    desk.vault.touch()


def run_vault(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Do what was asked of the vault."""
    action = {
        "status": _status,
        "create": _create,
        "check": _check,
        "passphrase": _change,
        "recovery": _renew,
        "remove": _remove,
        "destroy": _destroy,
    }[args.action]
    action(desk, loop, args)
    return 0


def _status(desk: Desk, _loop: Loop, args: Namespace) -> None:
    if desk.vault.trouble is not None:
        raise desk.vault.trouble
    found = vault.status(desk)
    if args.json:
        print_json(to_plain(found))
    elif not found.is_on:
        print(say("There is no vault: chats, documents and saved readings lie on this disk as they are."))
    else:
        print(say("Chats, documents and saved readings are encrypted."))
        print(say("It opens with: {ways}.", ways=say(", ").join(_ways(found))))


def _ways(found: vault.VaultStatus) -> list[str]:
    ways = ((found.has_passphrase, say("the passphrase")), (found.has_recovery, say("the recovery key")))
    return [word for there, word in (*ways, (found.has_key_store, say("the key store of the system"))) if there]


def _create(desk: Desk, loop: Loop, args: Namespace) -> None:
    note(say("If the passphrase is forgotten, nobody can open these chats, neither can we."))
    note(say("A recovery key opens them too: write it down and keep it away from this computer."))
    _make_sure(args, say("Encrypt everything?"))
    passphrase = "" if args.no_passphrase and args.key_store else _new_passphrase(PASSPHRASE)
    options = {"use_key_store": args.key_store, "with_recovery": not args.no_recovery}
    recovery: str = wait_for(loop, lambda done, failed: vault.create_vault(desk, passphrase, done, failed, **options))
    if args.json:
        print_json({"recovery_key": recovery})
        return
    print(say("Chats, documents and saved readings are encrypted."))
    _show_recovery(recovery)


def _check(desk: Desk, loop: Loop, args: Namespace) -> None:
    _unlock(desk, loop)
    print_json({"opens": True}) if args.json else print(say("It opens."))


def _change(desk: Desk, loop: Loop, args: Namespace) -> None:
    old = "" if not vault.status(desk).has_passphrase else _passphrase(PASSPHRASE, say("Passphrase: "))
    if not old:
        _unlock(desk, loop)
    new = _new_passphrase(NEW_PASSPHRASE)
    wait_for(loop, lambda done, failed: vaultways.change_passphrase(desk, old, new, lambda: done(None), failed))
    print_json({"changed": True}) if args.json else print(say("The passphrase is changed."))


def _renew(desk: Desk, loop: Loop, args: Namespace) -> None:
    _unlock(desk, loop)
    recovery: str = wait_for(loop, lambda done, failed: vaultways.renew_recovery(desk, done, failed))
    print_json({"recovery_key": recovery}) if args.json else _show_recovery(recovery)


def _remove(desk: Desk, loop: Loop, args: Namespace) -> None:
    _unlock(desk, loop)
    wait_for(loop, lambda done, failed: vaultend.remove_vault(desk, lambda: done(None), failed))
    print_json({"removed": True}) if args.json else print(
        say("The vault is gone. Everything is readable on this disk.")
    )


def _destroy(desk: Desk, loop: Loop, args: Namespace) -> None:
    note(say("All chats, documents and saved readings in the vault will be lost. Nobody can bring them back."))
    _make_sure(args, say("Destroy the key?"))
    wait_for(loop, lambda done, failed: vaultend.destroy_vault(desk, lambda: done(None), failed))
    print_json({"destroyed": True}) if args.json else print(say("The key is erased."))


def _unlock(desk: Desk, loop: Loop) -> None:
    """With the key store, a file or a prompt; three tries at the prompt."""
    if not desk.vault.is_on:
        raise vaultways.no_vault()
    if not desk.vault.is_locked:
        return
    if vault.status(desk).has_key_store and _by_key_store(desk, loop):
        return
    for left in reversed(range(_TRIES)):
        typed = _passphrase(PASSPHRASE, say("Passphrase: "))
        try:
            wait_for(loop, lambda done, failed, typed=typed: vault.unlock(desk, typed, lambda: done(None), failed))  # type: ignore[misc]
            return
        except CarrelError as error:
            if error.code != "wrong_passphrase" or not left or os.environ.get(PASSPHRASE):
                raise
            note(str(error))


def _by_key_store(desk: Desk, loop: Loop) -> bool:
    try:
        wait_for(loop, lambda done, failed: vault.unlock_by_key_store(desk, lambda: done(None), failed))
    except CarrelError as error:
        note(str(error))
        return False
    return True


def _show_recovery(recovery: str) -> None:
    if recovery:
        print(say("Recovery key: {key}", key=recovery))
        print(say("It is shown this once. Write it down and keep it away from this computer."))


def _make_sure(args: Namespace, question: str) -> None:
    if args.yes:
        return
    if not sys.stdin.isatty():
        raise CarrelError("not_asked", "This must be meant.", "Add --yes, or run it in a terminal.")
    if input(f"{question} ({say('yes')}) ").strip().casefold() not in ("yes", say("yes").casefold()):
        raise Cancelled


def _new_passphrase(variable: str) -> str:
    typed = _passphrase(variable, say("New passphrase: "))
    vaultways.refuse_weak(typed)
    if not os.environ.get(variable) and getpass.getpass(say("Once more: ")) != typed:
        raise CarrelError("passphrases_differ", "The two passphrases differ.", "Type the same one twice.")
    return typed


def _passphrase(variable: str, prompt: str) -> str:
    """From the file that the environment names, else typed unseen."""
    file = os.environ.get(variable)
    if file:
        return _first_line(expanded(file))
    if not sys.stdin.isatty():
        raise locked()
    try:
        return getpass.getpass(prompt)
    except (EOFError, KeyboardInterrupt):
        raise Cancelled from None


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig").split("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise CarrelError(
            "cannot_read",
            "{file} could not be read: {cause}.",
            "Check the permissions of the file.",
            file=str(file),
            cause=str(error),
        ) from error
