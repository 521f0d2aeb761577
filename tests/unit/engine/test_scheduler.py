"""Several answers over one context: the same words as alone, fair turns, shared beginnings, ends that leave no mess."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.params import Sampling
from app.engine import messages as m
from app.engine.worker.faults import EngineFault
from tests.helpers.inside import GREEDY, Inside, inside
from tests.helpers.models import tiny_qwen3

QUESTIONS = ("What is rent?", "Count the keys, please.", "Why?", "Tell me of the garden " * 12)
DOCUMENT = "The tenant pays the rent on the first of the month. " * 8


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3(tmp_path_factory.mktemp("models") / "tiny.gguf", quant="F16")


@pytest.fixture
def engine(model: Path) -> Iterator[Inside]:
    with inside(model, endless=True) as opened:
        yield opened


def progress(engine: Inside, number: int) -> list[m.PrefillProgress]:
    return [e for e in engine.sent if isinstance(e, m.PrefillProgress) and e.id == number]


def test_together_they_say_what_each_says_alone(model: Path) -> None:
    with inside(model, endless=True) as alone:
        expected = []
        for question in QUESTIONS:
            expected.append(alone.answer(question))
            alone.scheduler.fail_all(EngineFault("forget"))
    with inside(model, endless=True) as together:
        for number, question in enumerate(QUESTIONS):
            together.ask(number, question)
        together.finish()
        assert [together.said[number] for number in range(len(QUESTIONS))] == expected
        assert all(job.reason == "length" for job in together.done.values())


def test_more_answers_than_sequences_wait_their_turn(model: Path) -> None:
    with inside(model, n_parallel=2) as engine:
        for number in range(5):
            engine.ask(number, QUESTIONS[number % 3])
        engine.finish()
        assert sorted(engine.done) == [0, 1, 2, 3, 4]
        assert engine.said[0] == engine.said[3]


def test_who_speaks_goes_on_speaking_while_another_reads(engine: Inside) -> None:
    engine.ask(1, "Short.", Sampling(temperature=0, max_tokens=200))
    for _ in range(4):
        engine.scheduler.step()
    engine.ask(2, DOCUMENT)
    before = len(engine.scheduler.jobs[0].times)
    while not engine.scheduler.jobs[-1].times:
        engine.scheduler.step()
    steps = len(engine.scheduler.jobs[0].times) - before
    assert steps >= len(engine.scheduler.jobs[-1].text) // 128, "every step of reading is also a word of the other"


def test_a_second_question_reads_only_itself(engine: Inside) -> None:
    engine.answer(DOCUMENT + "Who pays?")
    engine.answer(DOCUMENT + "When?")
    assert progress(engine, 2)[0].cached >= len(DOCUMENT)


def test_a_prompt_that_is_there_whole_reads_its_last_token(engine: Inside) -> None:
    first = engine.answer(DOCUMENT)
    assert engine.answer(DOCUMENT) == first
    assert progress(engine, 2)[0].cached == engine.done[2].prompt_tokens - 1


def test_a_side_request_shares_the_prefix_and_leaves_the_chat_in_place(engine: Inside) -> None:
    engine.answer(DOCUMENT + "Who pays?")
    kept = len(engine.done[1].text)
    engine.ask(2, DOCUMENT + "A title, please.", side=True)
    engine.finish()
    assert progress(engine, 2)[0].cached >= len(DOCUMENT)
    held = [len(slot.tokens) for slot in engine.scheduler.slots._slots]
    assert sorted(held)[-1] == kept - 1, "the last token of an answer is never computed"
    assert sum(1 for length in held if length) == 1, "nothing of the side request stays"


def test_answers_can_share_a_beginning_that_is_still_spoken_from(engine: Inside) -> None:
    engine.ask(1, DOCUMENT + "Who pays?", Sampling(temperature=0, max_tokens=60))
    for _ in range(10):
        engine.scheduler.step()
    engine.ask(2, DOCUMENT + "When?")
    engine.finish()
    assert progress(engine, 2)[0].cached >= len(DOCUMENT)
    assert engine.said[2] == engine.answer(DOCUMENT + "When?")


def test_cancelling_one_leaves_the_others_alone(engine: Inside) -> None:
    alone = engine.answer(QUESTIONS[0])
    engine.ask(10, QUESTIONS[0])
    engine.ask(11, QUESTIONS[1], Sampling(temperature=0, max_tokens=500))
    for _ in range(5):
        engine.scheduler.step()
    engine.scheduler.end(next(job for job in engine.scheduler.jobs if job.id == 11))
    engine.finish()
    assert engine.done[11].reason == "cancelled"
    assert engine.said[10] == alone


def test_an_aborted_step_counts_for_nothing(engine: Inside) -> None:
    expected = engine.answer(DOCUMENT)
    engine.scheduler.fail_all(EngineFault("forget"))
    engine.ask(2, DOCUMENT)
    engine.scheduler.step()
    engine.abort.set()
    engine.scheduler.step()
    engine.abort.clear()
    engine.finish()
    assert engine.said[2] == expected


def test_a_full_cache_lets_the_latest_wait_and_both_finish(model: Path) -> None:
    """Two answers that fit one after the other but not beside each other."""
    with inside(model, n_ctx=512, endless=True) as engine:
        limits = Sampling(temperature=0, max_tokens=80)
        alone = [engine.answer(text, limits) for text in ("a" * 230, "b" * 230)]
        engine.scheduler.fail_all(EngineFault("forget"))
        engine.ask(10, "a" * 230, limits)
        engine.ask(11, "b" * 230, limits)
        engine.finish()
        assert [engine.said[10], engine.said[11]] == alone
        assert not any(job.fault for job in engine.done.values())


def test_an_answer_that_had_to_wait_shows_that_it_reads_again(model: Path) -> None:
    """A long silence would be taken for a child that is stuck."""
    with inside(model, n_ctx=512, n_ubatch=64, endless=True) as engine:
        limits = Sampling(temperature=0, max_tokens=80)
        engine.ask(10, "a" * 230, limits)
        engine.ask(11, "b" * 230, limits)
        while 10 not in engine.done:
            engine.scheduler.step()
        assert engine.scheduler.jobs[0].times, "it had begun to speak"
        before = len(progress(engine, 11))
        while not (engine.done.keys() & {11}) and engine.scheduler.jobs[0].todo != 1:
            engine.scheduler.step()
        told = progress(engine, 11)[before:]
        assert len(told) >= 3
        assert all(one.done <= one.total for one in told)


def test_what_idle_slots_hold_gives_way(model: Path) -> None:
    with inside(model, n_ctx=512, endless=True) as engine:
        for letter in "abcd":
            engine.answer(letter * 300)
        assert all(job.fault is None for job in engine.done.values())


def test_an_answer_goes_on_from_what_was_spoken(engine: Inside) -> None:
    letters = "root ::= [a-z]+"
    whole = engine.answer(QUESTIONS[0], grammar=letters)
    assert engine.answer(QUESTIONS[0], grammar=letters, spoken=whole[:9]).startswith(whole[9:])


def test_a_grammar_binds_the_answer(engine: Inside) -> None:
    engine.scheduler._is_end = engine.engine.vocab.eog_ids.__contains__
    bound = engine.answer("Well?", Sampling(temperature=1.0, seed=4, max_tokens=40), grammar='root ::= "yes" | "no"')
    assert bound in ("yes", "no")


def test_a_json_schema_binds_the_answer(engine: Inside) -> None:
    engine.scheduler._is_end = engine.engine.vocab.eog_ids.__contains__
    schema = '{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}'
    said = engine.answer("Well?", Sampling(temperature=0.5, seed=4, max_tokens=200), json_schema=schema)
    assert said.replace(" ", "").replace("\n", "") in ('{"ok":true}', '{"ok":false}')


@pytest.mark.parametrize("wish", [{"grammar": "root ::= ("}, {"json_schema": "{"}, {"json_schema": "[]"}])
def test_a_form_that_cannot_be_read_is_refused(engine: Inside, wish: dict[str, str]) -> None:
    with pytest.raises(EngineFault) as refused:
        engine.ask(1, "Well?", GREEDY, **wish)
    assert refused.value.code == "grammar_refused"
    assert not engine.scheduler.jobs


def test_a_refused_batch_ends_every_answer_and_the_next_one_works(
    engine: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = engine.answer(QUESTIONS[0])
    engine.ask(2, QUESTIONS[0])
    engine.ask(3, QUESTIONS[1])
    engine.scheduler.step()
    engine.scheduler.fail_all(EngineFault("decode_failed"))
    assert {number: job.fault and job.fault.code for number, job in engine.done.items() if number > 1} == {
        2: "decode_failed",
        3: "decode_failed",
    }
    assert engine.answer(QUESTIONS[0]) == expected
