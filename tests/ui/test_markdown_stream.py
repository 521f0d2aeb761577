"""A text streamed in any pieces looks exactly like the same text rendered at once, and no text makes it fail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextBlock, QTextDocument, QTextList

import app.ui.markdown.splitter as splitter_module
from app.ui.colours import LIGHT
from app.ui.formulas.maker import FormulaMaker, formulas
from app.ui.markdown.renderer import DocRenderer
from app.ui.markdown.splitter import StreamSplitter
from app.ui.markdown.style import text_style
from app.ui.markdown.table_copy import table_cells
from app.ui.markdown.tokens import parse
from app.ui.markdown.written_table import WrittenTable

BLOCKS = [
    "para one two three",
    "para with\nsoft break",
    "Title\n=====",
    "Sub\n---",
    "# H1",
    "#hashtag not heading",
    "- a\n- b\n  - c\n\n    loose para\n- d",
    "1. x\n2. y\n   ```py\n   code\n   ```\n3. z",
    "1) a\n2) b",
    "0. zero\n1. one",
    "10. a\n11. b\n\n    para\n12. c",
    "* s1\n\n* s2",
    "+ a\n+ b\n\n\n+ c",
    "- - a",
    "- # h\n- > q",
    "- ",
    "1.",
    "- item\n\ntext after list",
    "- [ ] t\n- [x] u",
    "> quote\nlazy",
    "> q1\n>\n> q2\n> - l",
    "> ```\n> q\n> ```",
    "```\nplain\n\nblank\n```",
    "~~~~js\nlet a=1;\n```\n~~~~",
    "```python\ndef f():\n    '''doc\n    more'''\n    return 1\n```",
    "  ```py\n  x=1\n  ```",
    "```unclosed\nfoo\nbar",
    "```\n```",
    "    indented\n\n    code",
    "\tcode\n",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | `x` |",
    "| a |\n|---|\nnot a row?\n\npara",
    "| a |\n|---|\n> quote",
    "| a | b |\n|---|---|\n| `x` | 2 |\n|3|\n\n\n| c |\n|---|",
    "a | b\n- | -\n1 | 2",
    "---",
    "***",
    "text *em* **st** ~~x~~ `c` [l](http://x)",
    "**bold",
    "`tick",
    "[link](http",
    "$a_b$ and $$c$$ and $5 to $6",
    "$$\nx^2\n$$",
    "$$\nopen",
    "\\[ y_1 \\]",
    "\\begin{align}\na &= b\n\\end{align}",
    "in \\(a+b\\) line $[0,1)$ **bold $c*d$",
    "- $$z$$\n- \\[\n  q\n  \\]",
    "line  \nhard",
    "a\n\n\n\nb",
    "<b>raw</b> html",
    "<div>\nblock\n</div>",
    "\\* escaped",
    "![img](a.png)",
    "[l]: http://x\n",
    "[l] ref",
    "a\r\nb\r\nc",
    "\r",
    "x\x00y\u2029z\ufdd0",
    "&#8233; &#65533; &#xFDD0;",
    "中文，**加粗**，`代码`。",
    "😀 *𝒳*",
]


def describe(document: QTextDocument) -> list[Any]:
    """Everything a reader can see: text, formats, lists."""
    found = []
    block = document.begin()
    while block.isValid():
        held: QTextList | None = block.textList()
        look = block.blockFormat()
        listed = (held.format().indent(), held.itemText(block)) if held is not None else (look.indent(), "")
        found.append((block.text(), look.headingLevel(), look.lineHeight(), look.leftMargin(), listed, _runs(block)))
        block = block.next()
    return found


def _runs(block: QTextBlock) -> list[Any]:
    runs = []
    walk = block.begin()
    while not walk.atEnd():
        piece = walk.fragment()
        look = piece.charFormat()
        font = look.font()
        runs.append(
            (
                piece.text(),
                (font.weight(), font.italic(), font.strikeOut(), font.families()),
                (look.foreground().color().name(), look.anchorHref()),
            )
        )
        walk += 1
    return runs


def render_at_once(text: str) -> QTextDocument:
    document = QTextDocument()
    DocRenderer(document, text_style(LIGHT)).render(text)
    return document


def stream(text: str, cuts: list[int]) -> QTextDocument:
    """Stream `text` in pieces of the lengths `cuts`, over and over."""
    document = QTextDocument()
    renderer, splitter = DocRenderer(document, text_style(LIGHT)), StreamSplitter()
    place = turn = 0
    while place < len(text):
        length = cuts[turn % len(cuts)]
        splitter.feed(text[place : place + length])
        renderer.apply(splitter.take_steps())
        place, turn = place + length, turn + 1
    renderer.apply(splitter.take_steps(final=True))
    return document


CUTS = st.lists(st.integers(1, 40), min_size=1, max_size=8)
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@RELAXED
@given(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6), st.sampled_from(["\n\n", "\n"]), CUTS)
@example(["***", "&#8233;"], "\n", [1])
@example(["```unclosed\nfoo", "[l]: http://x\n", "[l] ref"], "\n", [3])
def test_streamed_equals_rendered_at_once(blocks: list[str], joint: str, cuts: list[int]) -> None:
    text = joint.join(blocks)
    assert describe(stream(text, cuts)) == describe(render_at_once(text))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([b for b in BLOCKS if "$" in b or "\\" in b]), min_size=1, max_size=5), CUTS)
def test_formulas_stream_as_they_are_rendered(
    monkeypatch: pytest.MonkeyPatch, blocks: list[str], cuts: list[int]
) -> None:
    monkeypatch.setattr(FormulaMaker, "_send", lambda _: None)
    formulas().start()
    try:
        text = "\n\n".join(blocks)
        assert describe(stream(text, cuts)) == describe(render_at_once(text))
    finally:
        formulas().stop()


@RELAXED
@given(st.text(alphabet=st.sampled_from("ab 12\n\n\t-*_`~#>|[]()!$\\&;:.+=<x/\r量，\u2028\ufffc😀"), max_size=60), CUTS)
def test_marks_in_any_order(text: str, cuts: list[int]) -> None:
    assert describe(stream(text, cuts)) == describe(render_at_once(text))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(), max_size=80), CUTS)
@example("\ud800", [1])
def test_no_text_makes_it_fail(text: str, cuts: list[int]) -> None:
    assert describe(stream(text, cuts)) == describe(render_at_once(text))


LONG_ONES = [
    "word and `code` in a **very long** paragraph of many lines, 中文，" * 60,
    "中文没有空格，只有标点。每一句都差不多长，直到最后一句。" * 50,
    "y" * 4000,
    "".join(f"> line {n} of a quote, with *emphasis*\n" for n in range(40)),
    "> " + "one line of a quote " * 60,
    "| a | b |\n|---|--:|\n" + "".join(f"| row {n} | `{n}` |\n" for n in range(20)),
    "words " * 200 + "\n===",
    "words " * 200 + "\n- an item\n- another",
    "words " * 200 + "\n| a |\n|---|\n| 1 |",
    "**bold that goes on " * 100,
]


@pytest.mark.parametrize("text", LONG_ONES)
@pytest.mark.parametrize("after", ["", "\n\nNext *one*.\n\n# And more"])
def test_a_long_block_is_the_same_in_the_end(text: str, after: str) -> None:
    assert describe(stream(text + after, [9])) == describe(render_at_once(text + after))


def test_of_a_long_paragraph_only_the_end_is_written_again() -> None:
    """Half-way it looks as it will, in blocks cut where lines begin, and each flush changes a few lines only."""
    text = "some words and others, " * 200
    document = QTextDocument()
    document.setTextWidth(500)
    renderer, splitter = DocRenderer(document, text_style(LIGHT)), StreamSplitter()
    reach = []
    for place in range(0, len(text), 10):
        splitter.feed(text[place : place + 10])
        renderer.apply(splitter.take_steps())
        document.size()
        reach.append(document.characterCount() - renderer.first_changing_position)
    whole = render_at_once(text)
    whole.setTextWidth(500)
    assert document.blockCount() > 10
    assert abs(document.size().height() - whole.size().height()) < 1
    assert max(reach[100:]) < 600


@pytest.mark.parametrize("text", ["words that go on " * 80, "> a line of a quote\n" * 40])
def test_what_was_shown_of_a_long_block_is_not_taken_back(text: str) -> None:
    document = QTextDocument()
    document.setTextWidth(500)
    renderer, splitter = DocRenderer(document, text_style(LIGHT)), StreamSplitter()
    shown = 0
    for place in range(0, len(text), 6):
        splitter.feed(text[place : place + 6])
        renderer.apply(splitter.take_steps())
        assert document.characterCount() >= shown - 8, "only a mark that is being written may wait"
        shown = document.characterCount()


def test_a_growing_table_is_written_in_pieces_of_which_a_long_one_keeps_its_own() -> None:
    """Its last rows need more room than its first; piece by piece all of it gets the same columns."""
    document = QTextDocument()
    document.setTextWidth(600)
    renderer, splitter = DocRenderer(document, text_style(LIGHT)), StreamSplitter()
    splitter.feed("| a | b |\n|---|---|\n")
    for number in range(60):
        splitter.feed(f"| row {number} | {'many words ' * (number // 10)} |\n")
        renderer.apply(splitter.take_steps())
        document.size()
    assert len(document.rootFrame().childFrames()) > 4
    splitter.feed("\nafter\n\n| other |\n|---|\n| 1 |\n\nand on\n\n")
    renderer.apply(splitter.take_steps())
    table, _other = renderer.tables
    assert len(table.rows()) == 61
    before = widths_of(table)
    assert len(before) == 1
    turns = 0
    while renderer.mend() is not None:
        turns += 1
    assert turns == len(table.frames) == len(document.rootFrame().childFrames()) - 1
    assert len(widths_of(table)) == 1
    assert max(widths_of(table))[1] > max(before)[1] + 40
    assert table_cells(table)[60] == ["row 59", ("many words " * 5).strip()]


def widths_of(table: WrittenTable) -> set[tuple[float, ...]]:
    return {tuple(one.rawValue() for one in piece.format().columnWidthConstraints()) for piece in table.frames}


def test_deep_nesting_is_bounded() -> None:
    for text in (">" * 500 + " q", "- " * 300 + "x", "*" * 2000, "[" * 500, "`" * 501 + "x"):
        assert stream(text, [50]).characterCount() > 0


def test_parsing_stays_small_however_long_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The promise behind a flat cost, counted in characters and so free of a machine's mood."""
    lengths: list[int] = []

    def counting(text: str) -> Any:
        lengths.append(len(text))
        return parse(text)

    monkeypatch.setattr(splitter_module, "parse", counting)
    answer = "\n\n".join(block for block in BLOCKS if "]:" not in block and "unclosed" not in block) * 12
    splitter = StreamSplitter()
    for place in range(0, len(answer), 8):
        splitter.feed(answer[place : place + 8])
        splitter.take_steps()
    quarter = len(lengths) // 4
    assert max(lengths[-quarter:]) <= 1.2 * max(lengths[:quarter])
    assert max(lengths) < 600


def test_a_long_fence_is_never_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counting(text: str) -> Any:
        parsed.append(text)
        return parse(text)

    splitter = StreamSplitter()
    splitter.feed("```python\n")
    splitter.take_steps()
    monkeypatch.setattr(splitter_module, "parse", counting)
    for number in range(500):
        splitter.feed(f"x = {number}\n")
        splitter.take_steps()
    assert parsed == []


def test_a_half_written_line_does_not_flicker() -> None:
    """A lone dash would turn the paragraph above into a heading for one frame."""
    document = QTextDocument()
    renderer, splitter = DocRenderer(document, text_style(LIGHT)), StreamSplitter()
    for piece in ("A paragraph\n", "-"):
        splitter.feed(piece)
        renderer.apply(splitter.take_steps())
    assert document.firstBlock().blockFormat().headingLevel() == 0
    assert document.toPlainText() == "A paragraph"


@pytest.mark.parametrize(
    ("begun", "shown"),
    [
        ("so **bold", "so bold"),
        ("run `make", "run \u2009make\u2009"),
        ("see [docs](http", "see docs"),
        ("~~old", "old"),
    ],
)
def test_open_marks_are_closed_while_streaming(begun: str, shown: str) -> None:
    document = QTextDocument()
    renderer, splitter = DocRenderer(document, text_style(LIGHT)), StreamSplitter()
    splitter.feed(begun)
    renderer.apply(splitter.take_steps())
    assert document.toPlainText() == shown
