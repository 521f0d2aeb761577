"""Builds every part once and hands it down; the only file that knows them all."""

from __future__ import annotations

import gc
import io
import logging
import os
import sys
from argparse import Namespace
from pathlib import Path

from app.config import language
from app.config.display import has_display
from app.config.paths import Home, open_home
from app.config.settings import load_settings
from app.core.errors import Cancelled, CarrelError
from app.core.loop import Jobs, Loop, Post
from app.core.words import say
from app.session.desk import Desk
from app.session.printer import Printer, no_printer

FAILED, INTERRUPTED = 1, 130
SMOKE_MS = 2000  # how long --smoke shows the window


def start(arguments: list[str]) -> int:
    """Open what the arguments name: a terminal command or the window. Returns the exit code."""
    _prepare_streams()
    args = _read(arguments)
    try:
        home = open_home(Path(args.home) if args.home else None)
        language.speak(load_settings(home.settings_file).language)
        _keep_log(home)
        return _run(args, home)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Cancelled:
        return INTERRUPTED
    except CarrelError as error:
        print(f"carrel: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader of our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:  # stdout is on a full disk, for one
        print(f"carrel: {error.strerror or error}", file=sys.stderr)
        return FAILED


def _prepare_streams() -> None:
    """UTF-8 whatever the console or the pipe speaks; a stream that was closed swallows what is said to it."""
    sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - open as long as the program
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as the program
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as the program
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _read(arguments: list[str]) -> Namespace:
    """What is asked for. Most often nothing but the window: then no parser is made, which is a fiftieth of a start."""
    if not arguments:
        return Namespace(command=None, home=None, smoke=False, opened=[])
    from app.terminal.arguments import read_arguments

    return read_arguments(arguments)


def build_desk(home: Home, post: Post) -> Desk:
    """Every part of a running Carrel. `post` brings results to the main thread."""
    from app.core.keptlog import KeptLog
    from app.engine.process import connect_with_log
    from app.engine.supervisor import Supervisor
    from app.perf.beat import Beat
    from app.session.strongbox import begin_vault
    from app.store.thread import StoreThread

    _finish_restore(home)
    connect = connect_with_log(KeptLog(home.engine_log_file))
    desk = Desk(
        home=home,
        settings=load_settings(home.settings_file),
        post=post,
        jobs=Jobs(post),
        store=StoreThread(home.database_file, post, is_locked=begin_vault(home)),
        engine=Supervisor(connect, post),
        connect=connect,
        make_printer=_make_printer,
    )
    beat = Beat(desk.beat, post)
    beat.start()
    desk.at_close.append(beat.stop)
    return desk


def _finish_restore(home: Home) -> None:
    """What a crash left undone of putting a backup in its place, or of making one. Imported only then."""
    if any(home.root.glob("restoring*")) or any(home.root.glob("unfinished-*")):
        from app.session.backup.staging import clear_unfinished, finish_restore

        finish_restore(home)
        clear_unfinished(home)


def _make_printer() -> Printer:
    """Qt draws what is exported, with a window or without. Imported when it is needed first."""
    try:
        from app.ui.printing import make_printer
    except ImportError as error:
        raise no_printer() from error
    return make_printer()


def _run(args: Namespace, home: Home) -> int:
    if args.command is None or (args.command == "demo" and _wants_window(args)):
        if args.smoke or has_display():
            return _open_window(args, home)
        if args.opened:
            raise CarrelError(
                "no_display",
                "There is no display here, so no window can open {file}.",
                'Ask about it in the terminal: carrel chat "question" --file FILE',
                file=Path(args.opened[0]).name,
            )
        print(say("There is no display here, so Carrel opens in the terminal."), file=sys.stderr)
    gc.enable()
    if args.command == "screenshots":
        from app.ui.screenshots import take_screenshots

        return take_screenshots(Path(args.folder))
    return _speak_in_terminal(args, home)


def _wants_window(args: Namespace) -> bool:
    return not args.json and not args.terminal and has_display()


def _speak_in_terminal(args: Namespace, home: Home) -> int:
    from app.terminal.commands import run_command

    loop = Loop()
    desk = build_desk(home, loop.post)
    try:
        return run_command(desk, loop, args)
    finally:
        desk.close()


def _open_window(args: Namespace, home: Home) -> int:
    try:
        from app.ui.sources import read_no_sources

        read_no_sources()
        from app.ui.app import make_application, run_window
        from app.ui.bridge import QtPost
        from app.ui.doorbell import Doorbell, ring_of
    except ImportError as error:
        raise CarrelError(
            "no_window_libraries",
            "The window cannot open, because a system library is missing ({cause}).",
            "Run ./carrel setup: it names the packages. The commands of the terminal work without them.",
            cause=str(error).split(":")[0],
        ) from error

    from app.session.lastrun import LastRun

    application = make_application(sys.argv[:1])
    ring = ring_of(args.opened, demo=args.command == "demo")
    doorbell = None if args.smoke else Doorbell(home)
    if doorbell is not None and doorbell.ring(ring):
        return 0
    home_post = QtPost()
    desk = build_desk(home, home_post.post)
    if args.smoke:
        from PySide6.QtCore import QTimer

        QTimer.singleShot(SMOKE_MS, application.quit)
    try:
        last_run = LastRun(home) if doorbell is not None and doorbell.is_first else None
        code = run_window(desk, ring, doorbell, last_run.begin() if last_run is not None else None)
        if last_run is not None:
            last_run.end()
        return code
    finally:
        desk.close()
        if doorbell is not None:
            doorbell.close()


def _keep_log(home: Home) -> None:
    """Warnings and errors go to a small rotating file, for the user to hand on when something is wrong."""
    from app.core.rollinglog import RollingLog

    handler = RollingLog(home.logs / "carrel.log", maxBytes=1 << 20, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("app").addHandler(handler)
