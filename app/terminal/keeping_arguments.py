"""What can be said about chats as files: export, import, records of answers, backup and restore."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable

from app.session.export.formats import FORMATS
from app.terminal.values import row_number

AddCommand = Callable[[str, str], ArgumentParser]


def add_keeping_commands(command: AddCommand) -> None:
    """`command(name, text)` adds a parser that knows what every command knows."""
    _export(command("export", "write chats into files: Markdown, HTML, PDF, Word or JSON"))
    text = "bring in chats from Carrel's own JSON, ChatGPT, Open WebUI, LM Studio, Jan, Ollama or a list of messages"
    command("import-chats", text).add_argument("files", metavar="FILE", nargs="+")
    _record(command("record", "what an answer was made with, so that it can be checked"))
    rerun = command("rerun", "answer again with the same seed, pass by pass, and say whether the same text came out")
    rerun.add_argument(
        "message", type=row_number, metavar="MESSAGE", help="the number of an answer (carrel record lists)"
    )
    rerun.add_argument("--model", metavar="FILE", help="a GGUF file; default: the one that made the answer")
    _backup(command("backup", "everything of yours in one file: chats, documents' text, sets, settings; no models"))
    _restore(command("restore", "bring a backup back: add what is missing, or put it in the place of what is here"))


def _export(parser: ArgumentParser) -> None:
    parser.add_argument(
        "chats", type=row_number, metavar="CHAT", nargs="*", help="numbers of chats; without any: --all"
    )
    parser.add_argument("--all", action="store_true", help="every chat that is not in the bin")
    parser.add_argument("--folder", metavar="NAME", help="the chats of this folder")
    parser.add_argument("--format", choices=FORMATS, default="md", help="md (default), html, pdf, docx or json")
    parser.add_argument("--to", metavar="PATH", default=".", help="a folder for a file each, or with --one-file a file")
    parser.add_argument("--one-file", action="store_true", help="all chats in one file")
    parser.add_argument("--thinking", action="store_true", help="with the thoughts of the answers")
    parser.add_argument("--versions", action="store_true", help="with every version of every message")
    parser.add_argument("--bare", action="store_true", help="without files, citations and reading receipts")


def _record(parser: ArgumentParser) -> None:
    parser.add_argument("message", type=row_number, metavar="MESSAGE", nargs="?", help="without one: the last answers")
    parser.add_argument("--to", metavar="FILE", help="write it there: .json, .md or .html")


def _backup(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a folder, or the file itself")
    _passphrase(parser, "locks the backup; without it the terminal asks, unseen by others")
    parser.add_argument("--plain", action="store_true", help="anybody who has the file may read it")


def _restore(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    text = "what is here is put aside first, under another name; without this the backup is added to it"
    parser.add_argument("--replace", action="store_true", help=text)
    _passphrase(parser, "opens a locked backup")


def _passphrase(parser: ArgumentParser, text: str) -> None:
    parser.add_argument("--passphrase", metavar="WORDS", help=text)
