"""Lessons made while the model learns: processes that write batches, and a thread that brings them to the GPU."""

from __future__ import annotations

import multiprocessing as mp
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.demo.make.corpus.values import Words
from resources.demo.make.lesson import READ, SAID, Cutter, batch, lesson
from resources.demo.make.scribe import Scribe
from resources.demo.make.vocab import Vocabulary

# From which part of the time on, how long conversations are (length: share) and how many of them are mere lists.
COURSE: tuple[tuple[float, dict[int, float], float], ...] = (
    (0.00, {512: 0.5, 1024: 0.5}, 0.6),
    (0.12, {512: 0.2, 1024: 0.4, 2048: 0.4}, 0.25),
    (0.40, {1024: 0.25, 2048: 0.4, 4096: 0.35}, 0.15),
    (0.68, {1024: 0.2, 2048: 0.25, 4096: 0.25, 8192: 0.3}, 0.1),
    (0.86, {1024: 0.15, 2048: 0.25, 4096: 0.2, 8192: 0.25, 16384: 0.08, 32768: 0.07}, 0.1),
)
READ_WEIGHT = 0.08


@dataclass(frozen=True)
class Batch:
    """A flat row of ids, how long each conversation is, and which tokens are learned from with which weight."""

    length: int
    ids: NDArray[np.uint16]
    places: NDArray[np.int32]
    weights: NDArray[np.float32]


def stage(done: float) -> tuple[dict[int, float], float]:
    """The lengths and the share of lists at this part of the time, 0 to 1."""
    return next((lengths, lists) for since, lengths, lists in reversed(COURSE) if done >= since)


def make_batch(r: Random, scribe: Cutter, done: float, tokens: int, learned: int, longest: int) -> Batch:
    """`tokens` tokens of conversations of one length; `learned` places, first those the model says."""
    lengths, lists = stage(done)
    length = min(longest, r.choices(list(lengths), list(lengths.values()))[0])
    pad = scribe.special["<|endoftext|>"]

    def write() -> Any:
        return lesson(r, scribe, length, simple=r.random() < lists)

    ids, weights, _ = batch(length, tokens // length, write, pad)
    ahead = np.zeros_like(weights)
    ahead[:, :-1] = weights[:, 1:]
    said, read = (np.flatnonzero(ahead.ravel() == kind) for kind in (SAID, READ))
    rng = np.random.default_rng(r.getrandbits(32))
    said = rng.permutation(said)[:learned]
    read = rng.permutation(read)[: learned - len(said)]
    spare = np.zeros(learned - len(said) - len(read), np.int64)
    places = np.concatenate([said, read, spare]).astype(np.int32)
    worth = np.repeat(np.array([1, READ_WEIGHT, 0], np.float32), [len(said), len(read), len(spare)])
    return Batch(length, ids.ravel(), places, worth)


class Stream:
    """Worker processes and their queue. `done` is told to them as time passes."""

    def __init__(
        self, vocabulary: Vocabulary, workers: int, seed: int, tokens: int, learned: int, longest: int
    ) -> None:
        context = mp.get_context("fork")
        self.done = context.Value("d", 0.0)
        self.queue: Any = context.Queue(maxsize=max(8, 4 * workers))
        work = partial(_work, vocabulary, self.queue, self.done, tokens, learned, longest)
        self._workers = [context.Process(target=work, args=(seed * 1000 + n,), daemon=True) for n in range(workers)]
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        for worker in self._workers:
            worker.terminate()


def _work(vocabulary: Vocabulary, queue: Any, done: Any, tokens: int, learned: int, longest: int, seed: int) -> None:
    Words.learn(vocabulary)
    scribe, r = Scribe(vocabulary), Random(seed)
    while True:
        queue.put(make_batch(r, scribe, done.value, tokens, learned, longest))
