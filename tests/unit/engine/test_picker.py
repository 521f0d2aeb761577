"""Drawing from the best candidates alone gives exactly what llama.cpp's chain gives over the whole vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.params import Sampling
from app.engine.worker.context import Logits
from app.engine.worker.picker import Picker, _best

VOCAB = 20_011  # a prime: the last group is never full


def rows(count: int, seed: int = 0, vocab: int = VOCAB) -> list[Logits]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 3, vocab).astype(np.float32) for _ in range(count)]


class Whole(Picker):
    """The same chain over every token."""

    def _candidates(self, logits: Logits) -> None:
        return None


def draw(picker: Picker, logits: Sequence[Logits]) -> list[int]:
    drawn = [picker.pick(row) for row in logits]
    picker.close()
    return drawn


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(seed=7),
        Sampling(seed=8, temperature=1.5, top_k=300, top_p=1.0),
        Sampling(seed=9, top_k=40, min_p=0.1),
        Sampling(seed=10, presence_penalty=1.5),
        Sampling(seed=11, repeat_penalty=1.3, frequency_penalty=0.4, penalty_window=8),
        Sampling(seed=12, repeat_penalty=0.7, presence_penalty=-2.0),
        Sampling(temperature=0, repeat_penalty=1.4),
        Sampling(temperature=0),
        Sampling(seed=13, top_k=0, min_p=0.05),
        Sampling(seed=14, top_k=VOCAB),
    ],
)
def test_the_same_tokens_as_the_chain_over_everything(sampling: Sampling) -> None:
    """Few rows, many times over, so that penalties meet their tokens again."""
    logits = rows(6) * 6
    quick, whole = Picker(sampling, VOCAB), Whole(sampling, VOCAB)
    before = np.argsort(logits[0])[-30:].astype(np.int32)
    quick.look_back(before)
    whole.look_back(before)
    assert draw(quick, logits) == draw(whole, logits)


def test_temperature_zero_takes_the_best() -> None:
    assert draw(Picker(Sampling(temperature=0), VOCAB), rows(4)) == [int(row.argmax()) for row in rows(4)]


def test_a_seed_repeats_and_another_differs() -> None:
    logits = rows(30)
    first, second, other = (draw(Picker(Sampling(temperature=2, seed=s), VOCAB), logits) for s in (1, 1, 2))
    assert first == second != other


@settings(max_examples=60, deadline=None)
@given(wanted=st.integers(1, 60), vocab=st.integers(130, 4000), seed=st.integers(0, 2**32 - 1), coarse=st.booleans())
def test_the_candidates_hold_the_best(wanted: int, vocab: int, seed: int, *, coarse: bool) -> None:
    """Also with many equal logits, and with the best ones crowded into few groups or into the last, unfinished one."""
    row = rows(1, seed, vocab)[0]
    row = np.round(row).astype(np.float32) if coarse else row
    row[-3:] += 5
    found = _best(row, wanted, 128)
    assert len(found) == len(set(found.tolist())) >= wanted
    bound = np.sort(row)[-wanted]
    assert set(np.flatnonzero(row > bound).tolist()) <= set(found.tolist())


def test_draws_follow_the_distribution() -> None:
    """Three tokens at probabilities 0.6, 0.3 and 0.1, 3,000 draws: within five standard deviations."""
    row = np.full(VOCAB, -50, np.float32)
    row[[5, 6000, VOCAB - 1]] = np.log([0.6, 0.3, 0.1])
    drawn = draw(Picker(Sampling(temperature=1.0, top_p=1.0, seed=3), VOCAB), [row] * 3000)
    for token, share in ((5, 0.6), (6000, 0.3), (VOCAB - 1, 0.1)):
        assert abs(drawn.count(token) / 3000 - share) < 5 * (share * (1 - share) / 3000) ** 0.5


@pytest.mark.parametrize("window", [0, -1])
def test_penalties_over_a_window_of_nothing_are_none(window: int) -> None:
    sampling = Sampling(temperature=0, presence_penalty=2.0, penalty_window=window)
    picker = Picker(sampling, 100)
    picker.look_back(np.arange(100, dtype=np.int32))
    logits = np.zeros(100, np.float32)
    logits[7] = 1.0
    assert [picker.pick(logits) for _ in range(3)] == [7, 7, 7]
    assert not picker._window, "or every token would cost as much as the text is long"
    picker.close()
