"""Drafts change the speed and no word, whatever is drafted; shown on a model that is a function of its text.

A real model rounds differently in batches of different sizes, so a drawn word may flip at a near tie. This one does
not: its logits are a hash of the text before them, so that any token in the wrong place changes everything after it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.params import Sampling
from app.engine import messages as m
from app.engine.worker.context import Logits, Ran
from app.engine.worker.job import Job
from app.engine.worker.picker import Picker
from app.engine.worker.scheduler import Scheduler
from app.engine.worker.speech import Speech
from app.engine.worker.tokens import TokenLine
from app.engine.worker.vocab import Ids

VOCAB, END = 600, 3
PROMPT = (np.arange(90) * 11 % 500 + 10).astype(np.int32)


class PaperContext:
    """Sequences as lists of tokens. Logits at a row are seeded by everything its sequence holds up to it."""

    n_seq, n_ctx, n_batch, max_outputs, step_tokens, can_forget = 5, 400, 128, 72, 64, True

    def __init__(self) -> None:
        self.held: dict[int, list[int]] = {seq: [] for seq in range(self.n_seq)}
        self._rows: list[tuple[int, int, int]] = []
        self._logits: dict[int, Logits] = {}
        self.runs = 0
        self.stops = False  # the abort flag is set

    def begin(self) -> None:
        self._rows = []

    def add(self, seq: int, ids: Ids, position: int, outputs: int) -> int:
        first = len(self._rows)
        self._rows += [(seq, int(token), position + i) for i, token in enumerate(ids)]
        assert len(self._rows) <= self.n_batch
        return first

    def run(self) -> Ran:
        self.runs += 1
        new = len({(seq, position) for seq, _, position in self._rows})
        if sum(map(len, self.held.values())) + new > self.n_ctx:
            return Ran.FULL
        if self.stops:
            for seq, token, _ in self._rows[: len(self._rows) // 2]:  # what was computed stays in the cache
                self.held[seq].append(token)
            return Ran.ABORTED
        self._logits = {}
        for row, (seq, token, position) in enumerate(self._rows):
            assert position == len(self.held[seq]), "positions follow each other"
            self.held[seq].append(token)
            seed = zlib.crc32(np.array(self.held[seq], np.int32).tobytes())
            self._logits[row] = np.random.default_rng(seed).normal(0, 2, VOCAB).astype(np.float32)
        return Ran.OK

    def logits(self, row: int) -> Logits:
        return self._logits[row]

    def forget(self, seq: int, tokens: int) -> bool:
        del self.held[seq][tokens:]
        return True

    def fork(self, source: int, target: int, tokens: int) -> None:
        self.held[target] = []  # as llama.cpp does it, also when the two are one
        self.held[target] = self.held[source][:tokens]

    def clear(self) -> None:
        for tokens in self.held.values():
            tokens.clear()


class SilentSpeech(Speech):
    def __init__(self) -> None:
        self.heard: list[int] = []

    def hear(self, token: int, now_s: float) -> None:
        self.heard.append(token)

    def finish(self, now_s: float) -> None:
        pass


class Guess:
    """Drafts made by a function of the true answer and the place in it."""

    def __init__(self, make: Callable[[int, int], list[int]]) -> None:
        self._make, self._said = make, 0
        self.drafted = self.accepted = 0
        self.gain = 1.0

    def begin(self, prompt: Ids) -> None:
        assert prompt.tolist() == PROMPT.tolist()

    def heard(self, tokens: Ids) -> None:
        self._said += len(tokens)

    def propose(self, depth: int, room: int, others: int) -> Ids:
        return np.array(self._make(self._said, room)[: max(0, room - 1)], np.int32)

    def learn(self, proposed: int, accepted: int, rows: int, depth: int, step_ms: float) -> None:
        assert rows >= proposed + 1
        self.drafted, self.accepted = self.drafted + proposed, self.accepted + accepted


class Desk:
    def __init__(self, n_seq: int = PaperContext.n_seq) -> None:
        self.context = PaperContext()
        self.context.n_seq = n_seq
        self.sent: list[m.Up] = []
        self.done: list[Job] = []
        self.scheduler = Scheduler(self.context, lambda t: t == END, self.sent.append, self.done.append)  # type: ignore[arg-type]

    def ask(
        self,
        number: int,
        sampling: Sampling,
        guess: Guess | None = None,
        prompt: Ids = PROMPT,
        *,
        side: bool = False,
    ) -> Job:
        picker = Picker(sampling, VOCAB)
        picker.look_back(prompt)
        job = Job(number, TokenLine(prompt), picker, SilentSpeech(), sampling, guess, side, prompt_tokens=len(prompt))  # type: ignore[arg-type]
        self.scheduler.add(job)
        return job

    def step(self) -> None:
        self.scheduler.step()
        for slot in self.scheduler.slots._slots:
            assert self.context.held[slot.seq] == slot.tokens.ids.tolist(), "the books agree with the cache"

    def finish(self) -> None:
        while self.scheduler.jobs:
            self.step()


def answer_of(sampling: Sampling, guess: Guess | None = None) -> tuple[list[int], str | None, int]:
    desk = Desk()
    job = desk.ask(1, sampling, guess)
    desk.finish()
    assert desk.done == [job]
    return job.text.ids[len(PROMPT) :].tolist(), job.reason, desk.context.runs


SAMPLINGS = st.builds(
    Sampling,
    temperature=st.sampled_from([0.0, 0.7, 1.5]),
    top_k=st.sampled_from([0, 5, 40]),
    presence_penalty=st.sampled_from([0.0, 1.0]),
    seed=st.integers(0, 2**32 - 1),
    max_tokens=st.integers(1, 60),
)


@settings(max_examples=60, deadline=None)
@given(sampling=SAMPLINGS, length=st.integers(0, 40), spoilt=st.integers(1, 9), data=st.data())
def test_any_draft_leaves_the_answer_as_it_is(
    sampling: Sampling, length: int, spoilt: int, data: st.DataObject
) -> None:
    truth, reason, _ = answer_of(sampling)
    draws = data.draw(st.lists(st.integers(0, length), min_size=8, max_size=8))

    def make(said: int, room: int) -> list[int]:
        ahead = truth[said : said + draws[said % 8]]
        return [t if (said + i) % spoilt else (t + 1) % VOCAB for i, t in enumerate(ahead)]

    assert answer_of(sampling, Guess(make))[:2] == (truth, reason)


def test_the_largest_seed_is_as_good_as_any() -> None:
    """To llama.cpp it means another one each time."""
    sampling = Sampling(temperature=1.5, top_k=0, seed=2**32 - 1, max_tokens=12)
    assert answer_of(sampling)[0] == answer_of(sampling)[0]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_perfect_draft_takes_a_fraction_of_the_steps(temperature: float) -> None:
    sampling = Sampling(temperature=temperature, seed=2, max_tokens=100)
    truth, _, plain_runs = answer_of(sampling)
    guess = Guess(lambda said, room: truth[said : said + 24])
    assert answer_of(sampling, guess)[0] == truth
    assert guess.drafted == guess.accepted > 0.9 * len(truth)
    desk_runs = answer_of(sampling, Guess(lambda said, room: truth[said : said + 24]))[2]
    assert desk_runs < plain_runs / 8


def test_an_end_inside_a_draft_ends_the_answer_and_the_cache_forgets_the_rest() -> None:
    """Whatever is drafted after the end was never said."""
    for seed in range(200):
        sampling = Sampling(temperature=2.0, top_k=0, top_p=1.0, seed=seed, max_tokens=300)
        truth, reason, _ = answer_of(sampling)
        if reason == "stop" and len(truth) > 5:
            break
    assert reason == "stop"
    desk = Desk()
    job = desk.ask(1, sampling, Guess(lambda said, room: [*truth[said:], END, 7, 8, 9][:20]))
    desk.finish()
    assert job.text.ids[len(PROMPT) :].tolist() == truth
    assert job.reason == "stop"


def test_two_answers_draft_side_by_side() -> None:
    first, second = Sampling(seed=1, max_tokens=50), Sampling(temperature=0, max_tokens=50)
    truths = [answer_of(sampling)[0] for sampling in (first, second)]
    desk = Desk()
    jobs = [
        desk.ask(n, sampling, Guess(lambda said, room, t=truth: t[said : said + 60]))  # type: ignore[misc]
        for n, (sampling, truth) in enumerate(zip((first, second), truths, strict=True))
    ]
    desk.finish()
    assert [job.text.ids[len(PROMPT) :].tolist() for job in jobs] == truths


def test_a_crowded_cache_stops_drafting_and_still_gets_everyone_through() -> None:
    """Four answers that do not fit together: some wait, all end with the words they say alone."""
    sampling = Sampling(temperature=0, max_tokens=60)
    prompts = [PROMPT + n for n in range(4)]
    alone = []
    for prompt in prompts:
        desk = Desk()
        job = desk.ask(1, sampling, prompt=prompt)
        desk.finish()
        alone.append(job.text.ids.tolist())
    desk = Desk()
    jobs = [desk.ask(n, sampling, prompt=prompt) for n, prompt in enumerate(prompts)]
    desk.finish()
    assert [job.text.ids.tolist() for job in jobs] == alone
    assert not any(job.fault for job in jobs)


def said_alone(sampling: Sampling, prompt: Ids) -> list[int]:
    desk = Desk()
    job = desk.ask(1, sampling, prompt=prompt)
    desk.finish()
    return [int(token) for token in job.text.ids]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_comes_and_goes_the_books_agree_with_the_cache(data: st.DataObject) -> None:
    """Chats that share beginnings, titles on the side, cancels and aborted steps, over one to four sequences."""
    desk, sampling = Desk(n_seq=data.draw(st.integers(2, 5))), Sampling(temperature=0, max_tokens=12)
    jobs: list[Job] = []
    for number in range(data.draw(st.integers(1, 8))):
        shared, own = data.draw(st.integers(0, len(PROMPT))), data.draw(st.integers(1, 40))
        prompt = np.concatenate([PROMPT[:shared], np.arange(own, dtype=np.int32) + 10 + number])
        jobs.append(desk.ask(number, sampling, prompt=prompt, side=data.draw(st.booleans())))
        for _ in range(data.draw(st.integers(0, 20))):
            desk.context.stops = data.draw(st.integers(0, 9)) == 0
            desk.step()
        if data.draw(st.integers(0, 4)) == 0 and desk.scheduler.jobs:
            desk.scheduler.end(data.draw(st.sampled_from(desk.scheduler.jobs)))
    desk.context.stops = False
    desk.finish()
    assert sorted(job.id for job in desk.done) == sorted(job.id for job in jobs)
    for job in jobs:
        text = job.text.ids.tolist()
        assert text == said_alone(sampling, job.text.ids[: job.prompt_tokens])[: len(text)]


def test_one_sequence_serves_chats_and_titles_that_begin_alike() -> None:
    desk, sampling = Desk(n_seq=2), Sampling(temperature=0, max_tokens=12)
    title = np.concatenate([PROMPT[:30], PROMPT[:20]])
    for number, (prompt, side) in enumerate([(PROMPT, False), (title, True), (title, False), (PROMPT, False)]):
        job = desk.ask(number, sampling, prompt=prompt, side=side)
        desk.finish()
        assert job.text.ids.tolist() == said_alone(sampling, prompt)
