"""Lets a Speculator meet a text that is known beforehand, on a clock that a cost curve drives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.engine.messages import Cost
from app.engine.worker.speculation.choice import DraftModel, Speculator
from app.engine.worker.speculation.costs import CostCurve
from app.engine.worker.speculation.ngrams import Ids


def speedup(
    costs: tuple[Cost, ...],
    prompt: Ids,
    answer: Ids,
    *,
    base: int = 0,
    believed: tuple[Cost, ...] = (),
    drafter: DraftModel | None = None,
    switch_ms: float = 0.0,
) -> float:
    """How much sooner the answer is there than one token at a time, when steps really cost `costs`.

    `base` tokens lie before the prompt; `believed` is what was measured at load, where that was wrong.
    A step of another shape than the one before it costs `switch_ms` more.
    """
    truth = CostCurve(costs)
    speculator = Speculator(CostCurve(believed or costs), 63, drafter)
    speculator.begin(prompt)
    at, spent_ms, plain_ms, last = 0, 0.0, 0.0, 1
    while at < len(answer):
        depth = base + len(prompt) + at
        guesses = speculator.propose(depth, min(64, len(answer) - at))
        accepted = agreeing(guesses, answer[at:])
        ms = truth.ms(1 + len(guesses), depth) + switch_ms * (1 + len(guesses) != last)
        last = 1 + len(guesses)
        plain_ms += sum(truth.ms(1, depth + i) for i in range(accepted + 1))
        spent_ms += ms
        speculator.heard(answer[at : at + accepted + 1])
        speculator.learn(len(guesses), accepted, 1 + len(guesses), depth, ms)
        at += accepted + 1
    return plain_ms / spent_ms


def agreeing(guesses: Ids, text: Ids) -> int:
    """How many of the first guesses the text confirms; the token after them comes from the step itself."""
    count = min(len(guesses), len(text) - 1)
    wrong = np.flatnonzero(guesses[:count] != text[:count])
    return int(wrong[0]) if len(wrong) else count


def prose(seed: int, tokens: int, words: int = 3000) -> Ids:
    """Text with the habits of language: few words make up most of it, and some follow others often."""
    random = np.random.default_rng(seed)
    habits = np.random.default_rng(5).integers(0, words, (words, 4))  # of every text alike
    drawn = (random.zipf(1.25, tokens) % words).tolist()
    follows, which = random.random(tokens) < 0.45, random.integers(0, 4, tokens)
    out: list[int] = [0]
    for i in range(1, tokens):
        out.append(int(habits[out[-1], which[i]]) if follows[i] else drawn[i])
    return np.array(out, np.int32)


def noise(seed: int, tokens: int) -> Ids:
    return np.random.default_rng(seed).integers(0, 150_000, tokens).astype(np.int32)


def joined(parts: Sequence[Ids]) -> Ids:
    return np.concatenate(parts).astype(np.int32)
