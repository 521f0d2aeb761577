"""What `chat` can be told about the tree of a chat: versions, edits, other answers, answers that go on."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from app.terminal.values import positive


def add_tree(parser: ArgumentParser) -> None:
    """Messages are named by their numbers; `--versions` says which there are."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--edit", type=positive, metavar="ID", help="ask this question in other words; the old one stays")
    text = "answer this question (or the last of --chat) again; the old answer stays as a version"
    one.add_argument("--regenerate", type=positive, nargs="?", const=0, metavar="ID", help=text)
    text = "go on with this answer (or the last of --chat), which was stopped or cut off"
    one.add_argument("--continue", type=positive, nargs="?", const=0, metavar="ID", dest="go_on", help=text)
    one.add_argument("--switch", type=positive, metavar="ID", help="show this version of a message; asks nothing")
    one.add_argument("--versions", action="store_true", help="list the messages of --chat and their versions")
    one.add_argument("--temporary", action="store_true", help="a chat that never touches the disk")


def asks_nothing(args: Namespace) -> bool:
    """Whether the tree is only looked at or switched, without a model."""
    return bool(args.versions) or args.switch is not None


def wrong_tree(args: Namespace) -> str:
    """What is missing, or too much; empty when all is well."""
    needs_no_words = args.regenerate is not None or args.go_on is not None or asks_nothing(args)
    if args.json and args.question is None and not needs_no_words:
        return "chat --json needs a question"
    if args.question is not None and needs_no_words:
        return "this takes no question"
    if args.edit is not None and args.question is None:
        return "--edit needs the question in its new words"
    if args.chat is None and (args.versions or args.regenerate == 0 or args.go_on == 0):
        return "this needs --chat N"
    if args.chat is not None and args.temporary:
        return "a temporary chat cannot go on with one that is kept"
    return ""
