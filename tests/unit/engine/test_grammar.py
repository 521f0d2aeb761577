"""A form binds the answer, never the thought before it, and goes on in the middle of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.core.params import Sampling
from app.engine import messages as m
from app.engine.worker.faults import EngineFault
from app.engine.worker.grammar import Grammar
from tests.helpers.inside import Inside, inside
from tests.helpers.models import script_model

SHORT = Sampling(temperature=0, max_tokens=60)
NOUGHT_OR_ONE = 'root ::= "{" [01]+ "}"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


@pytest.fixture(scope="module")
def thinker(folder: Path) -> Iterator[Inside]:
    """Thinks "so be it", then answers "{1}"."""
    model = script_model(folder / "thinker.gguf", "{1}", thinking="so be it")
    with inside(model) as engine:
        yield engine


def channels(engine: Inside, **wish: object) -> dict[str, str]:
    said: dict[str, str] = {"thinking": "", "answer": ""}
    engine.converse("Well?", said, SHORT, **wish)
    return said


def test_the_thought_is_free_and_the_answer_bound(thinker: Inside) -> None:
    said = channels(thinker, grammar='root ::= "{" "1" "}"', thinking=True)
    assert (said["thinking"].strip(), said["answer"]) == ("so be it", "{1}")


def test_what_the_model_would_say_otherwise_is_bound_after_the_thought(thinker: Inside) -> None:
    said = channels(thinker, grammar='root ::= "no"', thinking=True)
    assert (said["thinking"].strip(), said["answer"]) == ("so be it", "no")


def test_a_model_that_does_not_think_although_it_may_is_bound_from_its_first_word(folder: Path) -> None:
    with inside(script_model(folder / "plain.gguf", "Certainly not.")) as engine:
        assert channels(engine, grammar='root ::= "yes"', thinking=True) == {"thinking": "", "answer": "yes"}


def test_without_thinking_the_first_word_is_bound(thinker: Inside) -> None:
    assert channels(thinker, grammar='root ::= "no"', thinking=False) == {"thinking": "", "answer": "no"}


def test_an_answer_goes_on_in_the_middle_of_its_form(thinker: Inside) -> None:
    said = channels(thinker, grammar='root ::= "{" "1" "}"', spoken="{1", thinking=True)
    assert said == {"thinking": "", "answer": "}"}


@pytest.fixture(scope="module")
def counter(folder: Path) -> Iterator[Inside]:
    """Thinks "123", then answers "{45}"; each character is a token, so it goes on from any of them."""
    with inside(script_model(folder / "counter.gguf", "{45}", thinking="123")) as engine:
        yield engine


def test_a_thought_is_gone_on_with(counter: Inside) -> None:
    said = channels(counter, thought="12", thinking=True)
    assert (said["thinking"].strip(), said["answer"]) == ("3", "{45}")


def test_an_answer_is_gone_on_with_after_its_thought(counter: Inside) -> None:
    said = channels(counter, thought="123\n", spoken="{4", thinking=True, grammar='root ::= "{" [0-9]+ "}"')
    assert said == {"thinking": "", "answer": "5}"}
    thought = counter.engine._prompt(m.Generate(1, (m.Turn("user", "Well?"),), thought="123\n", spoken="{4"))
    assert counter.engine.vocab.end_think_id in thought


def test_a_beginning_that_has_not_the_form_is_refused(thinker: Inside) -> None:
    with pytest.raises(EngineFault) as refused:
        thinker.ask(1000, "Well?", SHORT, grammar=NOUGHT_OR_ONE, spoken="[")
    assert refused.value.code == "grammar_refused"
    assert not thinker.scheduler.jobs


def test_a_form_that_nothing_can_fill_ends_the_answer(thinker: Inside) -> None:
    """llama.cpp ends the whole process on a token that the grammar forbids."""
    vocab = thinker.engine.vocab
    grammar = Grammar(vocab, 'root ::= "x"')
    bound = grammar.bind(np.full(vocab.size, -np.inf, np.float32))
    end = int(bound.argmax())
    assert end in vocab.eog_ids
    assert set(np.flatnonzero(np.isfinite(bound)).tolist()) == vocab.eog_ids
    grammar.accept(end)
    grammar.close()


def test_the_choice_to_think_stays_open_when_the_first_draw_has_not_the_form(thinker: Inside) -> None:
    vocab = thinker.engine.vocab
    grammar = Grammar(vocab, 'root ::= "x"', may_think=True)
    bound = grammar.bind(np.zeros(vocab.size, np.float32))
    allowed = set(np.flatnonzero(bound == 0.0).tolist())
    assert vocab.think_id in allowed
    assert {bytes(vocab.piece(token)) for token in allowed - {vocab.think_id}} == {b"x"}
    grammar.close()
