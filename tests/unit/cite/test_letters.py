"""Text reduced to letters that remember where they stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cite.letters import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The  Tenant,\npays", "the tenant pays"),
        ("infor\u00admation", "information"),
        ("infor-\nmation", "Information"),
        ("ＡＢＣ１２３％", "abc123%"),
        ("ﬁnance", "finance"),
        ("café", "cafe\u0301"),
        ("⼈⼯智能，⻓江", "人工智能长江"),
        ("「租金」", "租金"),
        ("1,000", "1000"),
        ("25 ㎡", "25m2"),
        ("ΟΔΟΣ", "οδος"),
        ("**bold** _text_", "bold text"),
    ],
)
def test_what_a_reader_would_call_the_same(one: str, other: str) -> None:
    assert fold(one).letters == fold(other).letters


@pytest.mark.parametrize(("one", "other"), [("3.5", "35"), ("5%", "5"), ("$5", "€5"), ("abc", "abd"), ("¥9", "9")])
def test_what_changes_a_figure_stays(one: str, other: str) -> None:
    assert fold(one).letters != fold(other).letters


@given(st.text())
def test_every_letter_knows_its_character(text: str) -> None:
    folded = fold(text)
    assert len(folded.letters) == len(folded.offsets)
    assert folded.offsets.tolist() == sorted(folded.offsets.tolist())
    for letter, at in zip(folded.letters, folded.offsets.tolist(), strict=True):
        assert letter == "." or letter in fold(text[at]).letters


@given(st.text(), st.text())
def test_folding_twice_changes_nothing(one: str, other: str) -> None:
    letters = fold(one + " " + other).letters
    assert fold(letters).letters == letters
