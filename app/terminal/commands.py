"""Which function answers which command."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.words import say
from app.session.chats import recover_answers
from app.session.desk import Desk
from app.session.loading import last_used_model
from app.terminal import bench, chat, coverage, finding, keeping, models, reports, sets
from app.terminal.backups import run_backup, run_restore
from app.terminal.bin import run_bin
from app.terminal.chatfiles import run_export, run_import_chats
from app.terminal.failing import failures_told
from app.terminal.folders import run_folders
from app.terminal.integrate import run_integrate
from app.terminal.output import note
from app.terminal.presets import run_presets
from app.terminal.records import run_record, run_rerun
from app.terminal.vault import open_vault, run_vault

Command = Callable[[Desk, Loop, Namespace], int]

COMMANDS: dict[str, Command] = {
    "doctor": reports.run_doctor,
    "plan": reports.run_plan,
    "read": reports.run_read,
    "bench": bench.run_bench,
    "figures": bench.run_figures,
    "pull": models.run_pull,
    "import": models.run_import,
    "models": models.run_models,
    "sessions": keeping.run_sessions,
    "bundle": keeping.run_bundle,
    "chat": chat.run_chat,
    "demo": chat.run_demo,
    "cover": coverage.run_cover,
    "compare": coverage.run_compare,
    "table": coverage.run_table,
    "sets": sets.run_sets,
    "presets": run_presets,
    "export": run_export,
    "import-chats": run_import_chats,
    "record": run_record,
    "backup": run_backup,
    "restore": run_restore,
    "rerun": run_rerun,
    "find": finding.run_find,
    "folders": run_folders,
    "bin": run_bin,
    "integrate": run_integrate,
    "vault": run_vault,
}


def run_command(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Do what was asked; returns the exit code. Raises CarrelError with the reason of a refusal."""
    with failures_told(args):
        return _run(desk, loop, args)


def _run(desk: Desk, loop: Loop, args: Namespace) -> int:
    desk.noticed.connect(note)
    desk.vault.locks_itself = False
    open_vault(desk, loop, args.command)
    if args.command in (None, "chat", "demo", "cover", "compare", "table"):
        recover_answers(desk)
        for notice in desk.store.call(lambda store: store.notices):
            note(str(notice))
    if args.command is None:
        return _open_terminal_desk(desk, loop)
    return COMMANDS[args.command](desk, loop, args)


def _open_terminal_desk(desk: Desk, loop: Loop) -> int:
    """What the window offers, in the terminal: go on with the model used last, or say how to begin."""
    from app.terminal.arguments import read_arguments

    try:
        last_used_model(desk)
    except CarrelError as error:
        note(str(error))
        note(
            say(
                "carrel plan says what fits this computer, carrel pull downloads it, "
                "carrel chat --model FILE uses a file that is here, carrel demo shows the program with a toy model."
            )
        )
        return 0
    if not sys.stdin.isatty():
        note(say('Ask with: carrel chat "question" --file FILE'))
        return 0
    return chat.run_chat(desk, loop, read_arguments(["chat"]))
