"""What can be said to Carrel on a command line. A wrong word exits with code 2, as argparse does."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter

from app import __version__
from app.terminal import values
from app.terminal.bin import add_bin, wrong_bin
from app.terminal.finding import add_find
from app.terminal.folders import add_folders, wrong_folders
from app.terminal.integrate import add_integrate
from app.terminal.keeping_arguments import add_keeping_commands
from app.terminal.opening import missing_file, split_files
from app.terminal.presets import add_preset_command, missing_of
from app.terminal.tree_arguments import add_tree, wrong_tree
from app.terminal.vault import add_vault_command

_EPILOG = """exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage, 130 interrupted"""


def read_arguments(arguments: list[str]) -> Namespace:
    """The parsed arguments; `command` is None for the window, and `opened` are the files it is to open."""
    parser = build_parser()
    arguments, files = split_files(arguments, parser.get_default("commands"))
    args = parser.parse_args(arguments)
    args.opened = files
    if wrong := missing_file(files) or _missing(args):
        parser.error(wrong)
    return args


def _missing(args: Namespace) -> str:
    """What a command needs and was not given, which argparse cannot see by itself."""
    match args.command:
        case "chat":
            return wrong_tree(args)
        case "cover" if (args.question is None) == (args.resume is None):
            return "cover needs a question, or --resume"
        case "presets":
            return missing_of(args)
        case "folders":
            return wrong_folders(args)
        case "bin":
            return wrong_bin(args)
        case "sets" if args.action != "list" and not args.name:
            return f"sets {args.action} needs a NAME"
        case "sets" if args.action == "add" and not args.files:
            return "sets add needs a FILE"
    return ""


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="carrel",
        usage="%(prog)s [-h] [--version] [--home DIR] [FILE … | COMMAND …]",
        description="A private desk for reading and thinking with Qwen3-32B. Without a command the window opens, "
        "with FILEs in a new message; a .gguf is offered to be loaded.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"carrel {__version__}")
    parser.add_argument("--home", metavar="DIR", default=None, help="use this folder as a separate profile")
    parser.add_argument("--smoke", action="store_true", help=SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    shared = ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print machine-readable JSON")
    shared.add_argument("--home", metavar="DIR", default=SUPPRESS, help="use this folder as a separate profile")

    def command(name: str, text: str) -> ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[shared])

    command("doctor", "say what this computer is and whether everything Carrel needs is there")
    _plan(command("plan", "say which file, context and memory fit this computer, or another one"))
    _pull(command("pull", "download a model, checked against its hash; resumes where it stopped"))
    command("import", "use a GGUF file where it lies, without copying").add_argument("file", metavar="FILE")
    command("models", "list the models that are here")
    _chat(command("chat", "ask a question, about files if any are given"))
    _bench(command("bench", "measure how fast a model reads and writes on this computer"))
    _figures(command("figures", "the last answers in figures: how fast each was, and how fast they are together"))
    _read(command("read", "show what the model would read of files, page by page"))
    _cover(command("cover", "ask over more than the context holds: every page is read, in passes"))
    _compare(command("compare", "compare documents in a table, point by point"))
    _table(command("table", "build a table over documents, one row each"))
    add_preset_command(command)
    _sets(command("sets", "named sets of documents: list, add, remove, check"))
    add_find(command("find", "find words in chats, messages, side notes and the pages of documents"))
    add_folders(command)
    add_bin(command)
    add_vault_command(command)
    demo = command("demo", "the whole program once, with the bundled toy model: no network, no graphics card needed")
    demo.add_argument("--terminal", action="store_true", help="stay in the terminal even where there is a display")
    add_keeping_commands(command)
    add_integrate(command)
    sessions = command("sessions", "what the engine has read of documents and keeps for the next chat")
    sessions.add_argument("action", nargs="?", choices=("list", "prune", "clear"), default="list")
    bundle = command("bundle", "pack versions, settings and logs into a file to hand on; no chats, no documents")
    bundle.add_argument("file", nargs="?", metavar="FILE.zip", default="carrel-support.zip")
    command("screenshots", "draw the window's pages into a folder").add_argument("folder", metavar="DIR")
    parser.set_defaults(commands=tuple(commands.choices))
    return parser


def _fit_options(parser: ArgumentParser) -> None:
    text = "context in tokens; beyond what the model was trained for its positions are stretched (YaRN)"
    parser.add_argument("--n-ctx", "--ctx", type=values.positive, metavar="N", help=text)
    parser.add_argument("--kv-type", choices=("f16", "q8_0", "q4_0"), help="type of the KV cache")
    parser.add_argument("--n-ubatch", type=values.positive, metavar="N", help="tokens computed at once while reading")
    parser.add_argument(
        "--n-gpu-layers", type=values.layers, metavar="N", help="layers on the graphics card; -1 is all"
    )
    text = "spread it over so many graphics cards, those with the most free memory; 0 is the processor alone"
    parser.add_argument("--cards", type=values.count, metavar="N", help=text)
    text = "layers of a mixture of experts that keep their experts in RAM"
    parser.add_argument("--n-cpu-moe", type=values.count, metavar="N", help=text)
    parser.add_argument("--threads", type=values.positive, metavar="N", help="processor threads of the engine")
    text = "a LoRA adapter made for the model, and how strongly it acts (1); may be given several times"
    parser.add_argument("--lora", type=values.adapter, metavar="FILE[=SCALE]", action="append", default=[], help=text)


def _plan(parser: ArgumentParser) -> None:
    parser.add_argument("--machine", metavar="FILE", help="plan for the computer saved in FILE by doctor --json")
    parser.add_argument("--model", metavar="FILE|ORG/REPO/FILE", help="plan for this model")
    _fit_options(parser)


def _pull(parser: ArgumentParser) -> None:
    parser.add_argument("model", nargs="?", metavar="ORG/REPO/FILE", help="default: what `carrel plan` recommends")


def _chat(parser: ArgumentParser) -> None:
    parser.add_argument("question", nargs="?", type=values.question, help="without one the conversation is interactive")
    parser.add_argument("--model", metavar="FILE", help="a GGUF file; default: the one used last")
    _documents(parser)
    parser.add_argument("--chat", type=values.positive, metavar="N", help="go on with chat number N")
    add_tree(parser)
    parser.add_argument("--preset", metavar="NAME", help="how to answer; `carrel presets` lists them")
    parser.add_argument("--no-thinking", action="store_true", help="answer without thinking first")
    _sampling_options(parser)
    _fit_options(parser)


def _sampling_options(parser: ArgumentParser) -> None:
    """What is given stays with the chat; the rest is the model card's."""
    parser.add_argument("--temperature", type=values.temperature, metavar="T", help="0 always takes the likeliest word")
    parser.add_argument("--top-k", type=values.count, metavar="N", help="choose among the N likeliest; 0 is all")
    parser.add_argument(
        "--top-p", type=values.share, metavar="P", help="choose among the likeliest that make up this share"
    )
    parser.add_argument(
        "--min-p", type=values.share, metavar="P", help="leave out what is less likely than P of the best"
    )
    parser.add_argument("--presence-penalty", type=values.penalty, metavar="X", help="against words used before")
    parser.add_argument("--frequency-penalty", type=values.penalty, metavar="X", help="the same, more for each use")
    parser.add_argument("--repeat-penalty", type=values.repeat_penalty, metavar="X", help="the same, as a factor")
    parser.add_argument("--seed", type=values.seed, metavar="S", help="the same seed gives the same answer")
    parser.add_argument("--max-tokens", type=values.positive, metavar="N", help="the longest answer")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json-schema", metavar="FILE", help="the answer is JSON after this schema")
    form.add_argument("--grammar", metavar="FILE", help="the answer follows this grammar, in llama.cpp's GBNF")
    parser.add_argument("--instructions", metavar="TEXT", help="for this chat, after those of every chat")


def _documents(parser: ArgumentParser) -> None:
    parser.add_argument("--file", metavar="FILE", action="append", default=[], dest="files", help="a file to read")
    parser.add_argument("--set", metavar="NAME", help="the documents of this set (carrel sets), before those files")
    _password(parser)


def _model(parser: ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FILE", help="a GGUF file; default: the one used last")


def _cover(parser: ArgumentParser) -> None:
    parser.add_argument("question", nargs="?", type=values.question, help="not needed with --resume")
    text = "go on with a reading that was stopped or cut off: the last one, or number N"
    parser.add_argument("--resume", nargs="?", type=values.positive, const=0, metavar="N", help=text)
    parser.add_argument("--no-thinking", action="store_true", help="answer without thinking first")
    _model(parser)
    _documents(parser)
    _fit_options(parser)


def _compare(parser: ArgumentParser) -> None:
    parser.add_argument("points", nargs="*", metavar="POINT", help="what to compare; without any the model finds it")
    parser.add_argument("--no-thinking", action="store_true", help="answer without thinking first")
    _table_options(parser)


def _table(parser: ArgumentParser) -> None:
    parser.add_argument("columns", nargs="+", metavar="COLUMN", help="what is asked of each document")
    parser.add_argument("--note", metavar="TEXT", default="", help="what should be minded")
    _table_options(parser)


def _table_options(parser: ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", metavar="FILE", help="write the table there, for a spreadsheet")
    form.add_argument("--tsv", metavar="FILE", help="the same with tabs")
    _model(parser)
    _documents(parser)
    _fit_options(parser)


def _sets(parser: ArgumentParser) -> None:
    text = "list them; add or replace NAME with FILEs; remove NAME; check NAME against its files"
    parser.add_argument("action", nargs="?", choices=("list", "add", "remove", "check"), default="list", help=text)
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--reread", action="store_true", help="with check: read the changed files again")
    _password(parser)


def _read(parser: ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+")
    _password(parser)


def _password(parser: ArgumentParser) -> None:
    text = "opens the files that ask for one; without it the terminal asks, unseen by others"
    parser.add_argument("--password", metavar="PASSWORD", default="", help=text)


def _bench(parser: ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FILE", help="a GGUF file; default: the one used last")
    parser.add_argument("--prompt", type=values.positive, default=512, metavar="N", help="prompt tokens (512)")
    parser.add_argument("--tokens", type=values.positive, default=128, metavar="N", help="answer tokens (128)")
    text = "measure with so many tokens in the context, as 512,8192,32768, or all that fit; the run is kept"
    parser.add_argument("--depths", type=values.depths, metavar="N,N|all", help=text)
    parser.add_argument("--csv", metavar="FILE", help="with --depths: write the run there, for a spreadsheet")
    _fit_options(parser)


def _figures(parser: ArgumentParser) -> None:
    parser.add_argument("--csv", metavar="FILE", help="write them there, for a spreadsheet")
    parser.add_argument("--most", type=values.positive, default=20, metavar="N", help="how many answers are shown (20)")
