"""`presets`: listed, shown, added, renamed, removed, reset, and chosen for new chats."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

import msgspec

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Choices
from app.core.preset import Preset
from app.core.words import mark, say
from app.session.desk import Desk
from app.terminal.output import note, print_json
from app.terminal.text_file import text_of

ACTIONS = ("list", "show", "add", "rename", "remove", "reset", "restore", "default")
_ORIGINS = {"carrel": mark("came with Carrel"), "changed": mark("came with Carrel, changed"), "own": mark("your own")}


def add_preset_command(command: Callable[[str, str], ArgumentParser]) -> None:
    """What can be said about presets on a command line."""
    parser = command("presets", "instructions and parameters for a kind of work, under a name")
    text = (
        "list them; show NAME; add NAME, after --like another, with --instructions FILE; rename NAME to TO; remove "
        "NAME; reset NAME to how it came; restore what was removed of Carrel's; default NAME for new chats, or none"
    )
    parser.add_argument("action", nargs="?", choices=ACTIONS, default="list", help=text)
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("to", nargs="?", metavar="TO")
    parser.add_argument("--like", metavar="NAME", help="with add: begin with this preset")
    parser.add_argument("--instructions", metavar="FILE", dest="instructions_file", help="with add: from a text file")


def missing_of(args: Namespace) -> str:
    """What the action needs and was not given; "" when it has everything."""
    if args.action in ("show", "add", "rename", "remove", "reset") and not args.name:
        return f"presets {args.action} needs a NAME"
    return "presets rename needs the new name" if args.action == "rename" and not args.to else ""


def run_presets(desk: Desk, loop: Loop, args: Namespace) -> int:
    """Do what was asked and show what came of it."""
    presets = desk.presets
    shown: tuple[Preset, ...] = ()
    match args.action:
        case "show":
            shown = (presets.get(args.name),)
        case "add":
            shown = (_add(desk, args),)
        case "rename":
            shown = (presets.rename(presets.get(args.name).key, args.to),)
        case "remove":
            presets.remove(presets.get(args.name).key)
        case "reset":
            shown = (_reset(desk, args.name),)
        case "restore":
            presets.bring_back_originals()
        case "default":
            desk.change_settings(default_preset=presets.get(args.name).key if args.name else "")
    _show(desk, shown or presets.all, as_json=args.json, whole=bool(shown))
    return 0


def _add(desk: Desk, args: Namespace) -> Preset:
    like = desk.presets.get(args.like) if args.like else Preset("", "")
    choices = like.choices
    if args.instructions_file:
        choices = msgspec.structs.replace(choices, instructions=text_of(args.instructions_file).strip())
    return desk.presets.add(args.name, like=like, choices=choices)


def _reset(desk: Desk, name: str) -> Preset:
    key = desk.presets.get(name).key
    if desk.presets.original(key) is None:
        raise CarrelError(
            "preset_is_own",
            "{name} did not come with Carrel, so there is nothing to reset it to.",
            "Edit it, or remove it.",
            name=name,
        )
    desk.presets.reset(key)
    return desk.presets.get(key)


def _show(desk: Desk, presets: tuple[Preset, ...], *, as_json: bool, whole: bool) -> None:
    if as_json:
        print_json({"presets": [_json(desk, one) for one in presets]})
    else:
        for one in presets:
            default = say(", ") + say("used for new chats") if one.key == desk.settings.default_preset else ""
            print(f"{one.key}  {one.name} ({say(_ORIGINS[one.origin])}{default})")
            if one.purpose:
                print(f"  {one.purpose}")
            if whole:
                print(_values(one.choices) + f"\n{one.choices.instructions}")
    for problem in desk.presets.problems:
        note(str(problem))


def _values(choices: Choices) -> str:
    """What it says of sampling and thinking, by the names that the file uses."""
    told = msgspec.to_builtins(choices)
    return "".join(f"  {name}: {value}\n" for name, value in told.items() if name not in ("instructions", "preset"))


def _json(desk: Desk, preset: Preset) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(preset)
    return plain | {"default": preset.key == desk.settings.default_preset}
