"""Formulas are found where a person sees them, prices are not, and what cannot be typeset is known beforehand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.session.markdown import parser
from app.session.tex.fitness import guess_size, is_hopeless, prepare
from app.session.tex.spans import find_formulas, unfinished_formula


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the $x$ and $y_1$", ["x", "y_1"]),
        ("其中$x$是学习率，\\(y\\)也是", ["x", "y"]),
        ("costs $5 and $10, or US$7 and A$", []),
        ("from $5/month to $10/month", []),
        ("$5 and A$ of it", []),
        ("$5x + 1$ is one, $100,000$ too", ["5x + 1", "100,000"]),
        ("set $HOME/bin and $PATH", []),
        ("code `$x$` and $y$", ["y"]),
        ("escaped \\$x\\$ and $a\\$b$", ["a\\$b"]),
        ("\\[1\\] is a note, \\[a = b\\] is none", ["a = b"]),
        ("a \\(kept bracket here\\) and \\(n \\log n\\)", ["n \\log n"]),
        ("\\begin{align}\na &= b\n\\end{align}", ["\\begin{align}\na &= b\n\\end{align}"]),
        ("say \\begin{align} in a line", []),
    ],
)
def test_what_is_a_formula(text: str, found: list[str]) -> None:
    assert [span.tex for span in find_formulas(text)] == found


def test_the_parser_takes_the_same() -> None:
    blocks = parser().parse("$$\nx^2\n$$\n\n\\[ y \\]\n\n- $$z$$\n\n\\begin{cases}\na\n\\end{cases}\n\n$$a\n\nb$$")
    assert [t.content for t in blocks if t.type == "math_block"] == [
        "x^2",
        "z",
        "\\begin{cases}\na\n\\end{cases}",
    ]
    line = parser().parse("a \\(x\\) b $y$ c $$z$$ costs $5")[1]
    assert [t.content for t in line.children or [] if t.type.startswith("math")] == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("so $x + ", "so "),
        ("so $", "so "),
        ("for $5 and", "for $5 and"),
        ("so \\", "so "),
        ("so \\(a", "so "),
        ("text\n\n$$\nE =", "text\n\n"),
        ("\\begin{ali", ""),
        ("$$\nE = m\n\nmore", "$$\nE = m\n\nmore"),
        ("done $x$ yes", "done $x$ yes"),
        ("```sh\necho $", "```sh\necho $"),
        ("`$x", "`$x"),
    ],
)
def test_half_a_formula_is_kept_back(text: str, shown: str) -> None:
    assert text[: unfinished_formula(text)] == shown


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("$\\()[]{}`ab 1\n&begindal*"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert 0 <= unfinished_formula(text) <= len(text)
    place = 0
    for span in find_formulas(text):
        assert place <= span.start < span.end <= len(text)
        place = span.end
    parser().parse(text)


@pytest.mark.parametrize(
    "tex", ["\\ce{A <=>> B}", "\\text{שלום}", "\\frac{a}{b", "\\left( x", "{" * 9 + "}" * 9, "x" * 3000]
)
def test_what_cannot_be_typeset(tex: str) -> None:
    assert is_hopeless(tex)


def test_numbers_and_labels_do_not_stand_in_the_way() -> None:
    assert prepare("a = b \\tag{3} \\label{x} \\nonumber").split() == ["a", "=", "b", r"\qquad", r"\text{(3)}"]
    assert prepare("\\begin{equation}x\\end{equation}") == "x"
    assert prepare("\\begin{gather*}x\\end{gather*}") == "\\begin{align*}x\\end{align*}"
    assert not is_hopeless("\\left( \\frac{a}{b} \\right)")


def test_a_guess_is_near() -> None:
    width, ascent, depth = guess_size(r"x_{1,2} = \frac{-b \pm \sqrt{b^2-4ac}}{2a}", display=False)
    assert 4 < width < 14
    assert 0.5 < ascent < 2
    assert 0 < depth < 1
    rows = guess_size(r"\begin{align} a \\ b \\ c \end{align}", display=True)
    assert rows[1] + rows[2] > 3
