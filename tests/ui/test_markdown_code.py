"""Code that is coloured line by line."""

from __future__ import annotations

import pytest
from pygments.token import Comment, Keyword, Name, String, _TokenType

from app.ui.markdown.highlighter import LONGEST_LINE, LineLexer


def kinds(lexer: LineLexer, line: str) -> dict[str, _TokenType]:
    return {line[start : start + length]: kind for start, length, kind in lexer.read_line(line)}


def test_colours_python() -> None:
    found = kinds(LineLexer("python"), "def scale(x):")
    assert found["def"] is Keyword
    assert found["scale"] is Name.Function


def test_a_string_over_several_lines_keeps_its_colour() -> None:
    lexer = LineLexer("python")
    lexer.read_line('text = """first')
    assert all(kind in (String.Double, String.Doc) for kind in kinds(lexer, "def not_code").values())
    lexer.read_line('end"""')
    assert kinds(lexer, "def code(): pass")["def"] is Keyword


@pytest.mark.parametrize("language", ["c", "cpp", "java", "javascript", "rust", "go"])
def test_a_comment_over_several_lines_keeps_its_colour(language: str) -> None:
    lexer = LineLexer(language)
    lexer.read_line("/* begins here")
    middle = kinds(lexer, "int inside")
    assert all("Comment" in str(kind) for kind in middle.values()), middle
    lexer.read_line("ends */")
    assert not any("Comment" in str(kind) for kind in kinds(lexer, "return 1;").values())


def test_an_unfinished_line_leaves_no_trace() -> None:
    lexer = LineLexer("python")
    lexer.read_line('"""', keep=False)
    assert kinds(lexer, "def code(): pass")["def"] is Keyword


@pytest.mark.parametrize("language", ["", "no-such-language", "text", "html", "markdown", "yaml", "bash", "sql"])
def test_pieces_lie_inside_the_line(language: str) -> None:
    lexer = LineLexer(language)
    for line in ("<a href='x'>é", "- key: [1, 2]", "", "\t", "SELECT * FROM t; -- 量化", "```", "{{ x }}", "\\"):
        for start, length, _ in lexer.read_line(line):
            assert 0 <= start <= start + length <= len(line) + 1


def test_a_very_long_line_stays_plain() -> None:
    assert LineLexer("python").read_line("x" * (LONGEST_LINE + 1)) == []


def test_a_failing_lexer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    lexer = LineLexer("python")

    def fail(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(lexer, "_run", fail)
    assert lexer.read_line("def x") == []
    monkeypatch.undo()
    assert lexer.read_line("def x") == []


def test_comment_after_code_on_one_line() -> None:
    lexer = LineLexer("c")
    assert kinds(lexer, "int x; /* whole */")["/* whole */"] is Comment.Multiline
    assert not any("Comment" in str(kind) for kind in kinds(lexer, "int y;").values())
