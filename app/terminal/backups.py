"""`backup` and `restore`: everything of the user's in one file, and back."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from app.config.paths import expanded
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.units import format_bytes
from app.core.words import mark, say
from app.session.backup.manifest import Manifest
from app.session.backup.reading import is_locked_backup
from app.session.backup.restoring import Restored, restore
from app.session.backup.words import backup_words, restored_words
from app.session.backup.writing import Backup
from app.session.desk import Desk
from app.terminal.output import StatusLine, print_json
from app.terminal.waiting import Hear, wait_for

STEPS = {
    "chats": mark("Copying the chats"),
    "writing": mark("Writing the backup"),
    "checking": mark("Reading the backup back"),
}


def run_backup(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Write a backup; its file is named on stdout."""
    status = StatusLine()
    passphrase = "" if args.plain else _new_passphrase(desk, args)

    def start(done: Hear, failed: Hear) -> None:
        backup = Backup(
            desk,
            Path(args.file),
            lambda path, manifest: done((path, manifest)),
            failed,
            passphrase=passphrase,
            plain=args.plain,
        )
        backup.progressed.connect(lambda step: status.show(say(STEPS[step])))
        backup.start()

    made: tuple[Path, Manifest] = wait_for(loop, start)
    status.clear()
    path, manifest = made
    if args.json:
        size_bytes = path.stat().st_size
        print_json({"file": str(path), "size_bytes": size_bytes, "counts": manifest.counts, "locked": bool(passphrase)})
    else:
        print(path)
        print(backup_words(manifest, format_bytes(path.stat().st_size), locked=bool(passphrase)))
    return 0


def run_restore(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Bring a backup back."""
    path = expanded(args.file)
    passphrase = args.passphrase or ""
    if is_locked_backup(path) and not passphrase:
        passphrase = _ask(say("Passphrase of the backup: "))
    restored: Restored = wait_for(
        loop,
        lambda done, failed: restore(desk, path, done, failed, passphrase=passphrase, replace=args.replace),
    )
    if args.json:
        print_json(
            {
                "chats": restored.chats,
                "known": restored.known,
                "sets": restored.sets,
                "presets": restored.presets,
                "aside": str(restored.aside) if restored.aside else "",
            }
        )
    else:
        print(restored_words(restored))
    return 0


def _new_passphrase(desk: Desk, args: Namespace) -> str:
    """The one that is given, or, where chats are in a vault, one that is typed twice."""
    if args.passphrase is not None or not desk.vault.is_on:
        return args.passphrase or ""
    first = _ask(say("Passphrase for the backup: "))
    if first and _ask(say("Once more: ")) != first:
        raise CarrelError("passphrases_differ", "The two passphrases differ.", "Type the same one twice.")
    return first


def _ask(prompt: str) -> str:
    """Unseen by others; nothing where nobody can be asked."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else ""
