"""How a chat is answered: what it chose reaches the engine, stays with it, and is checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.params import PLAIN, THINKING, Choices, Sampling
from app.engine import messages as m
from app.session.sampling import save_choices
from app.session.turn import Wish
from tests.unit.session.test_turn import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


def ask(bench: Bench, wish: Wish) -> m.Generate:
    before = len(bench.script.heard)
    bench.ended.clear()
    bench.start(wish)
    bench.until(lambda: any(isinstance(command, m.Generate) for command in bench.script.heard[before:]))
    asked = bench.script.asked
    bench.answer("Yes.")
    return asked


def seedless(asked: m.Generate) -> Sampling:
    return msgspec.structs.replace(asked.sampling, seed=None)


def test_choices_join_those_of_the_chat_and_stay_with_it(bench: Bench) -> None:
    first = ask(bench, Wish("One?", choices=Choices(temperature=0.2, instructions="Briefly.")))
    assert seedless(first) == msgspec.structs.replace(THINKING, temperature=0.2)
    assert first.turns[0] == m.Turn("system", "Briefly.")
    chat_id = bench.desk.store.call(lambda store: store.list_chats()[0].id)
    second = ask(bench, Wish("Two?", chat_id=chat_id, thinking=False, choices=Choices(grammar='root ::= "a"')))
    assert seedless(second) == msgspec.structs.replace(PLAIN, temperature=0.2)
    assert (second.grammar, second.json_schema) == ('root ::= "a"', "")
    save_choices(bench.desk, chat_id, Choices())
    assert seedless(ask(bench, Wish("Three?", chat_id=chat_id))) == THINKING


def test_a_seed_that_nobody_chose_is_drawn_and_known(bench: Bench) -> None:
    first, second = ask(bench, Wish("One?")).sampling.seed, ask(bench, Wish("Two?")).sampling.seed
    assert first is not None
    assert second is not None
    assert first != second
    assert ask(bench, Wish("Three?", choices=Choices(seed=7))).sampling.seed == 7


def test_choices_can_be_read(bench: Bench) -> None:
    chat_id = bench.desk.store.call(lambda store: store.create_chat("x").id)
    found: list[Choices] = []
    save_choices(bench.desk, chat_id, Choices(top_k=5))
    bench.desk.store.ask(lambda store: store.chat(chat_id).choices, found.append)
    bench.until(lambda: bool(found))
    assert found == [Choices(top_k=5)]


def test_instructions_of_every_chat_come_first(bench: Bench) -> None:
    bench.desk.settings = msgspec.structs.replace(bench.desk.settings, system_prompt="Be exact.")
    assert ask(bench, Wish("One?", choices=Choices(instructions="In German."))).turns[0].content == (
        "Be exact.\n\nIn German."
    )


def test_a_form_that_cannot_be_used_is_refused_before_anything_is_sent(bench: Bench) -> None:
    turn = bench.start(Wish("One?", choices=Choices(json_schema="{")))
    bench.until(lambda: bool(bench.ended))
    error = bench.ended[0].error
    assert error is not None
    assert error.code == "bad_schema"
    assert not any(isinstance(command, m.Generate) for command in bench.script.heard)
    assert bench.desk.store.call(lambda store: store.chat(turn.chat_id or 0).draft) == "One?"


def test_drafts_are_told_while_the_answer_runs(bench: Bench) -> None:
    turn = bench.ask()
    told: list[tuple[int, int, float]] = []
    turn.speculated.connect(lambda *figures: told.append(figures))
    bench.script.say(m.Speculation(bench.script.asked.id, 340, 312, 4.1))
    bench.answer("Yes.")
    assert told == [(340, 312, 4.1)]
