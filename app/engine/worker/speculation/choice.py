"""Chooses how many tokens to guess before each step: as many as the clock says pay, and often none.

A step that verifies k guesses computes 1 + k rows. Against the plain step it pays when the tokens it is expected to
bring, by how such guesses have fared in this answer, outweigh what the extra rows cost on this machine. Guesses taken
from the text itself are scored against every token that comes, proposed or not, so nothing is spent on learning.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil
from typing import Protocol

import numpy as np

from app.engine.worker.speculation.acceptance import Acceptance, Odds, constant
from app.engine.worker.speculation.budget import Budget
from app.engine.worker.speculation.costs import CostCurve
from app.engine.worker.speculation.ngrams import Draft, Ids, NgramTable

ROWS = (2, 4, 8, 16, 32, 48, 64)  # few shapes: a CUDA graph is captured for each

_MARGIN = 1.04  # a draft must promise this much more tokens a second than none
_MOST_BY_MODEL = 15
_MODEL_ODDS = 0.55  # assumed of a small model: sure of its token and right about it
_MODEL_FORGETS = 0.004  # a token without a try: some hundred tokens after a disappointment it is tried again
_WILD = 10.0  # a step dearer than expected by more was disturbed by something else
_NO_IDS: Ids = np.empty(0, np.int32)


class DraftModel(Protocol):
    """A small model that continues the text by itself. `token_ms` is what a token of it costs, measured."""

    @property
    def token_ms(self) -> float: ...
    def draft(self, text: Ids, limit: int) -> Ids: ...


@dataclass(frozen=True, slots=True)
class _Plan:
    """`count` tokens to guess, and tokens a millisecond they promise against the plain step's."""

    count: int
    promise: float


class Speculator:
    """The guesses of one answer. Use from one thread.

    `n_draft` is the most tokens to guess at once. Hear every token of the text once, in order; learn after each step.
    """

    def __init__(self, curve: CostCurve, n_draft: int, drafter: DraftModel | None) -> None:
        self._curve, self._n_draft, self._drafter = curve, n_draft, drafter
        self._table, self._acceptance, self._budget = NgramTable(), Acceptance(), Budget()
        self._model_odds = Odds(_MODEL_ODDS)
        self._model_ms, self._by_model = 0.0, False
        self._plain_ms, self._spent_ms = 0.0, 0.0
        self.drafted, self.accepted = 0, 0

    @property
    def gain(self) -> float:
        """Tokens a second against decoding one at a time, as far as the answer has come; 1.0 before it began."""
        return self._plain_ms / self._spent_ms if self._spent_ms else 1.0

    def begin(self, prompt_ids: Ids) -> None:
        """The text before the answer: 100,000 tokens take some 30 ms."""
        self._table.extend(prompt_ids)

    def heard(self, ids: Ids) -> None:
        """Tokens newly in the text. What the text itself would have foretold is scored."""
        match, copying = self._table.match, self._table.copying
        hits = self._table.extend(ids)
        if match:
            self._acceptance.learn(match, copying=copying, hits=hits, missed=hits < len(ids))

    def propose(self, depth: int, room: int, other_rows: int = 0) -> Ids:
        """Guesses for the step after `depth` tokens; with them it computes at most `room` rows of this answer.

        `other_rows` are those of other answers in the same step. Empty when none pays.
        """
        self._model_ms, self._by_model = 0.0, False
        room = min(room, self._n_draft + 1, self._curve.most_rows - other_rows)
        if room < ROWS[0]:
            return _NO_IDS
        draft = self._table.draft(min(room, ROWS[-1]) - 1)
        plan = self._plan_copy(draft, depth, room, other_rows)
        if self._drafter is not None and not other_rows:
            by_model = self._plan_model(depth, room, self._drafter.token_ms)
            if by_model.promise > plan.promise:
                return self._ask_model(self._drafter, by_model.count)
        return draft.ids[: plan.count]

    def learn(self, proposed: int, accepted: int, rows: int, depth: int, step_ms: float) -> None:
        """A step of `rows` rows in all took `step_ms`; of `proposed` guesses the first `accepted` came true.

        `step_ms` runs from the step's beginning to its last drawn token, without `propose`.
        """
        self.drafted, self.accepted = self.drafted + proposed, self.accepted + accepted
        if not self._curve.is_known:
            return
        if self._by_model:
            self._model_odds.learn(accepted, int(accepted < proposed))
        plain_ms, expected_ms = self._curve.ms(rows - proposed, depth), self._curve.ms(rows, depth)
        spent_ms = min(step_ms, _WILD * expected_ms) + self._model_ms
        self._curve.follow(rows, depth, step_ms)
        self._plain_ms += plain_ms * (1 + accepted)
        self._spent_ms += spent_ms
        if proposed or self._model_ms:
            self._budget.book(plain_ms * (1 + accepted) - spent_ms, spent_ms, plain_ms)
        else:
            self._budget.book(0.0, spent_ms, plain_ms)
        self._model_ms, self._by_model = 0.0, False

    def _plan_copy(self, draft: Draft, depth: int, room: int, other_rows: int) -> _Plan:
        count = len(draft.ids)
        if not count:
            return _Plan(0, _MARGIN)
        expected = self._acceptance.expected(draft.match, count, copying=draft.copying)
        return self._best(expected, depth, room, other_rows, 0.0)

    def _plan_model(self, depth: int, room: int, token_ms: float) -> _Plan:
        self._model_odds.forget(_MODEL_FORGETS)
        expected = constant(self._model_odds.value, min(room - 1, _MOST_BY_MODEL))
        return self._best(expected, depth, room, 0, token_ms)

    def _best(self, expected: list[float], depth: int, room: int, other_rows: int, token_ms: float) -> _Plan:
        """The number of guesses that promises most tokens a second over all answers in the step."""
        plain_rows = other_rows + 1
        plain_ms = self._curve.in_turn_ms(plain_rows, plain_rows, depth)
        best = _Plan(0, _MARGIN)
        for rows in ROWS:
            if rows > min(room, len(expected)):
                break
            ms = self._curve.in_turn_ms(other_rows + rows, plain_rows, depth) + (rows - 1) * token_ms
            promise = (other_rows + 1 + expected[rows - 1]) / (other_rows + 1) * plain_ms / ms
            if promise > best.promise:
                needed = ceil((other_rows + 1) * (ms / plain_ms - 1))  # accepted tokens that pay for the extra rows
                risk = 1 - (expected[needed] - expected[needed - 1]) if needed > 0 else 0.0
                if self._budget.allows(ms - plain_ms, risk, plain_ms):
                    best = _Plan(rows - 1, promise)
        return best

    def _ask_model(self, drafter: DraftModel, count: int) -> Ids:
        """What the small model is sure of, cut to a shape; its time counts as this step's."""
        started_s = time.perf_counter()
        ids = drafter.draft(self._table.text, count)
        self._model_ms = 1e3 * (time.perf_counter() - started_s)
        self._by_model = True
        shape = max((rows for rows in ROWS if rows <= len(ids) + 1), default=1)
        if shape == 1:
            self._model_odds.learn(0, 1)
            self._by_model = False
        return ids[: shape - 1]
