"""Several requests at once through the real child: each ends once, none disturbs another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.params import Sampling
from app.engine import messages as m
from app.engine.supervisor import Event, Request
from tests.helpers.engine import EngineBench, done_of, engine_bench, text_of
from tests.helpers.models import script_model

WORDS = "The tenant pays the rent on the first of each month and keeps the garden."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Slow enough that answers overlap."""
    return script_model(tmp_path_factory.mktemp("models") / "slow.gguf", WORDS, repeat=True, layers=8, ffn=4096)


@pytest.fixture
def bench(model: Path) -> Iterator[EngineBench]:
    with engine_bench() as bench:
        bench.load(model, n_ctx=4096)
        yield bench


def ask(bench: EngineBench, tokens: int, text: str = "Well?", *, side: bool = False) -> tuple[list[Event], Request]:
    events: list[Event] = []
    turns = (m.Turn("user", text),)
    sampling = Sampling(temperature=0, max_tokens=tokens)
    request = bench.supervisor.generate(turns, sampling, events.append, thinking=False, side=side)
    return events, request


def test_a_title_comes_while_the_answer_goes_on(bench: EngineBench) -> None:
    long, long_request = ask(bench, 400)
    bench.until(lambda: bool(text_of(long)))
    short, short_request = ask(bench, 5, "A title?", side=True)
    bench.end(short_request)
    assert not long_request.ended, "the title did not wait for the answer"
    bench.end(long_request)
    assert done_of(short).usage.answer_tokens == 5
    assert done_of(long).usage.answer_tokens == 400
    assert text_of(long).startswith(WORDS)
    assert WORDS.startswith(text_of(short))


def test_six_answers_take_turns(bench: EngineBench) -> None:
    asked = [ask(bench, 40, f"Number {number}?") for number in range(6)]
    for _, request in asked:
        bench.end(request)
    texts = {text_of(events) for events, _ in asked}
    assert len(texts) == 1
    assert all(done_of(events).reason == "length" for events, _ in asked)


def test_stopping_one_leaves_the_others(bench: EngineBench) -> None:
    first, first_request = ask(bench, 3000)
    second, second_request = ask(bench, 60)
    bench.until(lambda: bool(text_of(first)) and bool(text_of(second)))
    bench.supervisor.cancel(first_request)
    bench.end(first_request)
    bench.end(second_request)
    assert done_of(first).reason == "cancelled"
    assert done_of(second).usage.answer_tokens == 60


def test_counting_and_saving_go_between_the_words(bench: EngineBench, tmp_path: Path) -> None:
    document = WORDS * 10
    events, request = ask(bench, 300, document)
    bench.until(lambda: bool(text_of(events)))
    heard: list[Event] = []
    counting = bench.supervisor.tokenize(("abc",), heard.append)
    saving = bench.supervisor.save_session((m.Turn("user", document),), str(tmp_path / "s"), heard.append)
    bench.end(counting)
    bench.end(saving)
    assert not request.ended
    bench.end(request)
    saved = next(event for event in heard if isinstance(event, m.Saved))
    assert saved.tokens >= len(document) // 4
    assert done_of(events).usage.answer_tokens == 300


def test_unloading_ends_all_of_them(bench: EngineBench) -> None:
    asked = [ask(bench, 3000) for _ in range(3)]
    bench.until(lambda: all(text_of(events) for events, _ in asked))
    unloading = bench.supervisor.unload()
    assert unloading is not None
    bench.end(unloading)
    assert all(request.ended for _, request in asked)
    assert [done_of(events).reason for events, _ in asked] == ["cancelled"] * 3


def test_speculation_through_the_child_says_the_same_and_tells_how_it_fares(model: Path) -> None:
    """The scripted text repeats itself: nearly every token can be guessed."""
    said = {}
    for n_draft in (0, 63):
        with engine_bench() as bench:
            costs = (m.Cost(1, 256, 10.0), m.Cost(64, 256, 20.0)) if n_draft else ()
            bench.load(model, n_ctx=4096, n_draft=n_draft, costs=costs)
            events: list[Event] = []
            turns = (m.Turn("user", WORDS * 3),)
            wish = Sampling(temperature=0, max_tokens=250)
            bench.end(bench.supervisor.generate(turns, wish, events.append, thinking=False))
            said[n_draft] = text_of(events)
            usage = done_of(events).usage
            assert usage.answer_tokens == 250
            if n_draft:
                assert usage.accepted_tokens > 120
                assert usage.accepted_tokens <= usage.drafted_tokens
    assert said[0] == said[63]
