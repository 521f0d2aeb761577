"""`carrel FILE…` beside `carrel COMMAND`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.terminal.arguments import read_arguments
from app.terminal.opening import split_files

COMMANDS = ("chat", "read", "demo")


@pytest.mark.parametrize(
    ("given_arguments", "rest", "files"),
    [
        ([], [], []),
        (["a.pdf", "b"], [], ["a.pdf", "b"]),
        (["--home", "h", "a.pdf"], ["--home", "h"], ["a.pdf"]),
        (["a.pdf", "--home", "h"], ["--home", "h"], ["a.pdf"]),
        (["--smoke", "x/y"], ["--smoke"], ["x/y"]),
        (["chat", "a.pdf"], ["chat", "a.pdf"], []),
        (["--home", "chat", "read", "a.pdf"], ["--home", "chat", "read", "a.pdf"], []),
        (["./chat"], [], ["./chat"]),
        (["--", "chat", "-x"], [], ["chat", "-x"]),
        (["file:///tmp/a%20b.gguf"], [], ["/tmp/a b.gguf"]),
        (["plna"], ["plna"], []),
    ],
)
def test_files_are_told_from_commands(given_arguments: list[str], rest: list[str], files: list[str]) -> None:
    assert split_files(given_arguments, COMMANDS) == (rest, files)


@given(st.lists(st.sampled_from(["a.pdf", "chat", "--home", "--", "-x", "x", "demo", "file:///a"])))
def test_nothing_given_is_lost(arguments: list[str]) -> None:
    rest, files = split_files(arguments, COMMANDS)
    dashes = 1 if "--" in arguments and len(rest) + len(files) < len(arguments) else 0
    assert len(rest) + len(files) == len(arguments) - dashes


def test_file_opens_the_window(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    args = read_arguments([str(file), "--home", "h"])
    assert (args.command, args.opened, args.home) == (None, [str(file)], "h")
    assert read_arguments(["read", str(file)]).opened == []


@pytest.mark.parametrize("wrong", [["plna"], ["/gone/a.pdf"], ["a.pdf", "--nonsense"]])
def test_what_is_neither_is_wrong_usage(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_arguments(wrong)
    assert ended.value.code == 2
    assert "plna" in capsys.readouterr().err or wrong[0] != "plna"
