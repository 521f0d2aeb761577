"""Against texts known beforehand and the costs of real cards: quoting flies, prose is never slowed noticeably."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.messages import Cost
from app.engine.worker.speculation.choice import ROWS, Speculator
from app.engine.worker.speculation.costs import CostCurve
from app.engine.worker.speculation.ngrams import Ids
from tests.unit.engine.speculation import curves
from tests.unit.engine.speculation.simulation import joined, noise, prose, speedup

DOCUMENT = prose(1, 20_000)
NEVER_BELOW = 0.97
any_costs = pytest.mark.parametrize("costs", curves.ALL.values(), ids=curves.ALL.keys())


def half_quotation(other: list[Ids]) -> Ids:
    """Every second hundred tokens are the document's."""
    return joined([part for i, own in enumerate(other) for part in (own, DOCUMENT[3000 * i : 3000 * i + 100])])


def rephrased(seed: int, tokens: int) -> Ids:
    """The document's own phrases of four to nine tokens in a new order, as a summary has them."""
    random = np.random.default_rng(seed)
    starts, lengths = random.integers(0, 19_000, tokens), random.integers(4, 10, tokens)
    return joined([DOCUMENT[a : a + n] for a, n in zip(starts, lengths, strict=True)])[:tokens]


class Oracle:
    """A small model that is right about a share of the tokens and costs `token_ms`; wrong ones end its run."""

    def __init__(self, text: Ids, right: float, token_ms: float) -> None:
        self._text, self._right = text, np.random.default_rng(3).random(len(text)) < right
        self.token_ms, self.asked = token_ms, 0

    def draft(self, text: Ids, limit: int) -> Ids:
        self.asked += 1
        ids = self._text[len(text) : len(text) + limit].copy()
        ids[~self._right[len(text) : len(text) + limit]] = -1
        return ids


@pytest.mark.parametrize("costs", [curves.H200, curves.CONSUMER, curves.QUANTIZED_DEEP])
def test_a_long_quotation_is_at_least_five_times_as_fast(costs: tuple[Cost, ...]) -> None:
    assert speedup(costs, DOCUMENT, DOCUMENT[7000:7512]) >= 5
    assert speedup(costs, DOCUMENT, joined([prose(9, 20), DOCUMENT[7000:7600]])) >= 5


@pytest.mark.parametrize("costs", [curves.H200, curves.CONSUMER])
def test_an_answer_that_is_half_quotation(costs: tuple[Cost, ...]) -> None:
    """Words foreign to everything before cannot be foretold: then the quoted half alone gains, 2 is the limit."""
    assert speedup(costs, DOCUMENT, half_quotation([noise(100 + i, 100) for i in range(6)])) >= 1.7
    assert speedup(costs, DOCUMENT, half_quotation([rephrased(100 + i, 100) for i in range(6)])) >= 2


def test_with_a_small_model_foreign_prose_gains_too() -> None:
    answer = half_quotation([noise(100 + i, 100) for i in range(6)])
    everything = joined([DOCUMENT, answer])
    assert speedup(curves.H200, DOCUMENT, answer, drafter=Oracle(everything, 0.7, 1.5)) >= 2


def test_a_step_of_another_shape_is_dear_and_that_is_seen() -> None:
    """What a card pays for a new graph: single guesses no longer pay, and plain steps are not taken for dearer."""
    answer = noise(7, 1200)
    everything = joined([DOCUMENT, answer])
    for right in (0.3, 0.5, 0.7):
        oracle = Oracle(everything, right, 1.5)
        assert speedup(curves.H200, DOCUMENT, answer, drafter=oracle, switch_ms=5.0) >= NEVER_BELOW
    for seed in range(3):
        assert speedup(curves.H200, DOCUMENT, prose(60 + seed, 800), switch_ms=5.0) >= NEVER_BELOW
    assert speedup(curves.H200, DOCUMENT, DOCUMENT[7000:7512], switch_ms=5.0) >= 5


@any_costs
@pytest.mark.parametrize("base", [0, 32_000])
def test_prose_is_never_slowed(costs: tuple[Cost, ...], base: int) -> None:
    for seed, tokens in enumerate((100, 200, 400, 1600)):
        assert speedup(costs, DOCUMENT, prose(50 + seed, tokens), base=base) >= NEVER_BELOW
        assert speedup(costs, DOCUMENT, noise(50 + seed, tokens), base=base) >= NEVER_BELOW


@any_costs
@pytest.mark.parametrize("known", [2, 3, 4, 8, 20, 24])
def test_texts_that_lure_are_not_followed_for_long(costs: tuple[Cost, ...], known: int) -> None:
    """Known stretches that always end just where a draft would begin: no draft is ever right."""
    random = np.random.default_rng(known)
    starts = random.integers(0, 19_000, 1000 // known + 1)
    lure = joined([part for a in starts for part in (DOCUMENT[a : a + known], noise(int(a), 1))])
    for tokens in (200, 400, 1000):
        assert speedup(costs, DOCUMENT, lure[:tokens], base=32_000) >= NEVER_BELOW


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("qnpr"), st.integers(1, 60), st.integers(0, 400)), min_size=20, max_size=60),
    st.sampled_from(sorted(curves.ALL)),
)
def test_no_mixture_is_slowed(parts: list[tuple[str, int, int]], costs: str) -> None:
    make = {
        "q": lambda n, seed: DOCUMENT[seed * 40 : seed * 40 + n],
        "n": lambda n, seed: noise(seed, n),
        "p": lambda n, seed: prose(seed, n),
        "r": lambda n, seed: rephrased(seed, n),
    }
    answer = joined([make[kind](n, seed) for kind, n, seed in parts] + [prose(8, 200)])
    assert speedup(curves.ALL[costs], DOCUMENT, answer) >= NEVER_BELOW


@pytest.mark.parametrize("dearer", [1.6, 3.0])
def test_a_curve_that_was_measured_wrong_is_corrected(dearer: float) -> None:
    """Drafts cost more than calibration found: the loss is bounded and the gain on quotations stays."""
    truth = tuple(Cost(c.rows, c.depth, c.ms * (dearer if c.rows > 1 else 1)) for c in curves.H200)
    for seed in range(3):
        assert speedup(truth, DOCUMENT, prose(60 + seed, 600), believed=curves.H200) >= 0.96
    assert speedup(truth, DOCUMENT, DOCUMENT[7000:7512], believed=curves.H200) >= 7 / dearer


def test_a_small_model_that_is_wrong_is_dropped_and_tried_again() -> None:
    text = noise(7, 1600)
    wrong = Oracle(joined([DOCUMENT, text]), 0.02, 1.5)
    assert speedup(curves.H200, DOCUMENT, text, drafter=wrong) >= NEVER_BELOW
    assert 2 <= wrong.asked <= 60


def test_what_goes_out_is_the_few_shapes_and_within_the_room() -> None:
    speculator = Speculator(CostCurve(curves.H200), 63, None)
    speculator.begin(joined([DOCUMENT, DOCUMENT[7000:7200]]))
    speculator.heard(DOCUMENT[7200:7300])
    for room in range(1, 70):
        rows = 1 + len(speculator.propose(20_000, room))
        assert rows in (1, *ROWS)
        assert rows <= room
    assert len(speculator.propose(20_000, 64, other_rows=60)) <= 3
    assert len(speculator.propose(20_000, 64, other_rows=500)) == 0


def test_no_more_than_asked_for_and_nothing_without_a_curve() -> None:
    few, none, blind = (
        Speculator(CostCurve(costs), n_draft, None) for costs, n_draft in ((curves.H200, 7), (curves.H200, 0), ((), 63))
    )
    for speculator in (few, none, blind):
        speculator.begin(joined([DOCUMENT, DOCUMENT[7000:7200]]))
        speculator.heard(DOCUMENT[7200:7300])
        speculator.learn(0, 0, 1, 20_000, 12.0)
    assert [len(s.propose(20_000, 64)) for s in (few, none, blind)] in ([1, 0, 0], [7, 0, 0])


def test_gain_and_counts_say_what_happened() -> None:
    speculator = Speculator(CostCurve(curves.H200), 63, None)
    speculator.begin(DOCUMENT)
    assert speculator.gain == 1.0
    speculator.learn(0, 0, 1, 512, 12.6)
    speculator.learn(15, 15, 16, 512, 24.5)
    speculator.learn(15, 3, 16, 512, 24.5)
    assert (speculator.drafted, speculator.accepted) == (30, 18)
    assert speculator.gain == pytest.approx(12.6 * 21 / (12.6 + 24.5 + 24.5), rel=0.02)


def test_asking_in_vain_takes_no_time() -> None:
    """Twenty microseconds a step are allowed; the fastest of some rounds, since other work may interrupt."""
    speculator = Speculator(CostCurve(curves.H200), 63, None)
    speculator.begin(noise(1, 50_000))
    rounds = []
    for _ in range(20):
        started_s = time.perf_counter()
        for _ in range(100):
            speculator.propose(50_000, 64)
        rounds.append((time.perf_counter() - started_s) / 100)
    assert min(rounds) < 20e-6
