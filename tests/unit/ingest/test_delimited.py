from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import CarrelError
from tests.unit.ingest.making import read_here

TABLE = "| 名称 | 金额 |\n|---|---|\n| 甲, 乙 | 1,5 |"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('名称,金额\n"甲, 乙","1,5"\n', "a.csv"),
        ("名称;金额\r\n甲, 乙;1,5\r\n", "a.csv"),
        ("名称\t金额\n甲, 乙\t1,5\n", "a.tsv"),
        ("sep=|\n名称|金额\n甲, 乙|1,5", "a.csv"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_separator_and_encoding(text: str, name: str, encoding: str) -> None:
    page = read_here(text.encode(encoding), name).pages[0]
    assert (page.label, page.text) == ("r1-2", TABLE)


def test_long_files_repeat_their_head_and_name_their_lines() -> None:
    text = "a,b\n" + "".join(f"{number},x\n" for number in range(300))
    pages = read_here(text.encode(), "a.csv").pages
    assert [page.label for page in pages] == ["r1-200", "r201-301"]
    assert pages[1].text.startswith("| a | b |\n|---|---|\n| 199 | x |")


def test_a_single_column_stays_lines() -> None:
    assert read_here(b"one\ntwo\nthree\n", "a.csv").pages[0].text == "one\ntwo\nthree"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text("ab,;|\t\"'\n 文", max_size=6), min_size=1, max_size=4), min_size=1, max_size=12))
def test_no_letter_is_lost(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    text = "\n".join(page.text for page in read_here(out.getvalue().encode() or b"x", "a.csv").pages)
    for letter in "ab文":
        assert text.count(letter) >= sum(cell.count(letter) for row in rows for cell in row)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_any_text_at_all_ends(data: bytes) -> None:
    with contextlib.suppress(CarrelError):
        assert read_here(data, "a.csv").kind
