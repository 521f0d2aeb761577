"""`integrate`: Carrel among the programs of this user's desktop, and away again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from app.core.loop import Loop
from app.core.words import say
from app.session.desk import Desk
from app.session.integration import desktop_here
from app.terminal.output import note, print_json


def add_integrate(command: Callable[[str, str], ArgumentParser]) -> None:
    text = "add Carrel to this user's programs and open .gguf files with it; --remove takes all of it away"
    command("integrate", text).add_argument("--remove", action="store_true", help="take it away again")


def run_integrate(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Do it and name every place that was written or removed."""
    desktop = desktop_here()
    places = desktop.withdraw() if args.remove else desktop.integrate()
    if args.json:
        print_json({"integrated": not args.remove, "places": places})
        return 0
    for place in places:
        print(place)
    if args.remove:
        note(say("Carrel is no longer among your programs."))
    else:
        note(say("Carrel is among your programs, and opens .gguf files. carrel integrate --remove takes it away."))
    return 0
