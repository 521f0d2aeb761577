"""Drafts are what followed the last occurrence of the longest known stretch, however the text came in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.worker.speculation.ngrams import LENGTHS, Ids, NgramTable
from tests.unit.engine.speculation.simulation import noise

tokens = st.lists(st.integers(0, 3), max_size=120)


def ids(values: list[int]) -> Ids:
    return np.array(values, np.int32)


def table_of(text: Ids, cuts: tuple[int, ...] = ()) -> NgramTable:
    """A table that heard the text in pieces and never drafted, so that it follows no place yet."""
    table = NgramTable()
    for piece in np.split(text, cuts):
        table.extend(piece)
    return table


def naive(text: list[int], limit: int) -> tuple[list[int], int]:
    for n in sorted(LENGTHS, reverse=True):
        for place in range(len(text) - 1, n - 1, -1):
            if text[place - n : place] == text[len(text) - n :]:
                period = text[place:]
                return [period[i % len(period)] for i in range(limit)], n
    return [], 0


@given(tokens, st.lists(st.integers(0, 120), max_size=4), st.integers(1, 70))
def test_draft_is_what_a_plain_search_finds(text: list[int], cuts: list[int], limit: int) -> None:
    draft = table_of(ids(text), tuple(sorted(cuts))).draft(limit)
    assert (draft.ids.tolist(), draft.match) == naive(text, limit)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 70)), max_size=40), st.integers(0, 3))
def test_text_is_kept_in_order_through_growth(pieces: list[tuple[int, int]], seed: int) -> None:
    table, text = NgramTable(), np.empty(0, np.int32)
    for number, length in pieces:
        piece = noise(100 * seed + number, length) % 7
        table.extend(piece)
        table.draft(8)
        text = np.concatenate([text, piece])
    assert table.text.tolist() == text.tolist()


@given(tokens, tokens)
def test_a_place_that_foretells_is_followed(prompt: list[int], answer: list[int]) -> None:
    """While drafts come true they go on from one place; `extend` says how many tokens did."""
    table = table_of(ids(prompt))
    for at in range(0, len(answer), 5):
        heard = answer[at : at + 5]
        draft = table.draft(5)
        agreed = next((i for i, token in enumerate(heard) if i >= len(draft.ids) or draft.ids[i] != token), len(heard))
        assert table.extend(ids(heard)) == agreed
        if agreed == len(heard) and len(heard):
            assert table.copying
            assert table.match == draft.match + agreed
        elif heard:
            assert table.match == 0


def test_many_tokens_at_once_follow_like_single_ones() -> None:
    document = noise(1, 400)
    one, many = table_of(document), table_of(document)
    for table in (one, many):
        table.extend(document[100:110])
        assert table.draft(5).ids.tolist() == document[110:115].tolist()
    foretold = sum(one.extend(document[i : i + 1]) for i in range(110, 210))
    assert many.extend(document[110:210]) == foretold == 100
    assert many.draft(30).ids.tolist() == one.draft(30).ids.tolist() == document[210:240].tolist()
    assert many.match == one.match


def test_the_same_stretch_twice_continues_where_the_copy_goes_on() -> None:
    """A place that proved itself is kept although the stretch occurred again later with another end."""
    start, first_end, second_end = noise(1, 60), noise(2, 40), noise(3, 40)
    table = table_of(np.concatenate([noise(4, 50), start, first_end, start, second_end]))
    table.extend(start[:1])
    table.extend(start[1:30])
    assert table.draft(50).ids.tolist() == np.concatenate([start[30:], second_end[:20]]).tolist()
    copied = np.concatenate([start[30:], first_end[:1]])
    table.extend(copied[:-1])
    table.extend(copied[-1:])  # the other end: a failure, from which no stretch of two or more is known
    table.extend(first_end[1:3])
    assert table.draft(5).ids.tolist() == first_end[3:8].tolist()


def test_a_long_prompt_is_whole_after_growth() -> None:
    text = noise(5, 100_000)
    table = table_of(text)
    for place in (10, 50_000, 99_900):
        table.extend(text[place : place + 30])
        assert table.draft(40).ids.tolist() == text[place + 30 : place + 70].tolist()


@pytest.mark.parametrize("repeated", [1, 2, 5])
def test_a_period_goes_round(repeated: int) -> None:
    period = list(range(repeated))
    draft = table_of(ids(period * 40)).draft(12)
    assert draft.ids.tolist() == (period * 12)[:12]
