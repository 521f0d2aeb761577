"""A reading in passes and a table over documents are made again pass by pass, cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.run import PassMade, RunPlan
from app.engine import messages as m
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.record.comparing import Comparison, cell_words, comparison_words, pass_words
from app.session.record.passrecord import pass_facts
from app.session.record.report import Record, read_record, record_bytes, record_facts
from app.session.record.rerun import Rerun
from app.session.wish import Outcome, Wish
from tests.helpers.fake_engine import make_desk
from tests.helpers.reading_engine import ReadingEngine

FACTS = ("rent", "deposit", "roof", "garden", "notice", "penalty")


def book(name: str, facts: tuple[str, ...] = FACTS) -> Document:
    pages = (Page(n, f"The {fact} is {name}{n}. " + "word " * 60) for n, fact in enumerate(facts, 1))
    return Document(f"/{name}.txt", name, "text", name * 8, tuple(pages))


class OtherEngine(ReadingEngine):
    """Says something else to the prompt of one number, once it is told to."""

    other_at = 0

    def _say(self, message: m.Up) -> None:
        if isinstance(message, m.Delta) and len(self.asked) == self.other_at:
            message = msgspec.structs.replace(message, text=message.text.replace("lease", "Lease"))
        super()._say(message)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Desk, Loop, OtherEngine]]:
    loop, engine = Loop(), OtherEngine(n_ctx=420)
    desk = make_desk(tmp_path, loop.post, engine)  # type: ignore[arg-type]
    load = desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
    assert loop.run_until(lambda: load.ended, 10)
    yield desk, loop, engine
    desk.close()


def read(desk: Desk, loop: Loop, wish: Wish, plan: RunPlan | None = None) -> int:
    coverage, ended, answers = Coverage(desk, wish, plan), list[Outcome](), list[int]()
    coverage.asked.connect(lambda _, answer: answers.append(answer.id))
    coverage.ended.connect(ended.append)
    coverage.start()
    assert loop.run_until(lambda: bool(ended), 10)
    assert ended[0].state == "complete"
    assert loop.run_until(lambda: desk.store.call(lambda store: store.origin_of(answers[0])) is not None, 10)
    return answers[0]


def again(desk: Desk, loop: Loop, message_id: int) -> Comparison:
    done, errors = list[Comparison](), list[CarrelError]()
    Rerun(desk, message_id, done.append, errors.append).start()
    assert loop.run_until(lambda: bool(done or errors), 10)
    assert not errors, errors
    return done[0]


def record_of(desk: Desk, message_id: int) -> Record:
    return desk.store.call(lambda store: read_record(store, message_id))


def test_each_pass_is_recorded_and_made_again(bench: tuple[Desk, Loop, OtherEngine]) -> None:
    desk, loop, engine = bench
    engine.long_at = {2}  # too much to note: read again in two halves
    message_id = read(desk, loop, Wish("What is what?", (book("lease"), book("annex", FACTS[:2]))))
    first = [msgspec.structs.replace(one, id=0, side=True) for one in engine.asked]
    del first[1]  # the one that was given up
    record = record_of(desk, message_id)
    assert len(record.passes) == len(first) - 1 > 2
    assert dict(record_facts(record))["Passes"] == str(len(record.passes))
    assert len({one.prompt_sha256 for one in record.passes}) == len(record.passes)
    assert all(one.sampling.seed is not None and one.usage.prompt_tokens and one.read for one in record.passes)
    name, facts = pass_facts(record.passes)[0]
    assert name.startswith("Pass 1: lease 1")
    assert record.passes[0].prompt_sha256 in facts
    whole = json.loads(record_bytes(record, ".json"))
    assert whole["passes"][0]["read"][0]["text_sha256"]
    assert record.passes[0].text_sha256 in record_bytes(record, ".html").decode()
    engine.asked.clear()
    engine.long_at = set()
    comparison = again(desk, loop, message_id)
    assert comparison.is_same
    assert all(one.is_asked_alike for one in comparison.passes)
    assert "in each of" in comparison_words(comparison)
    assert [msgspec.structs.replace(one, id=0) for one in engine.asked] == first, "the very same prompts and seeds"


def test_the_pass_that_parts_is_named(bench: tuple[Desk, Loop, OtherEngine]) -> None:
    desk, loop, engine = bench
    message_id = read(desk, loop, Wish("What is what?", (book("lease"),)))
    engine.other_at = len(engine.asked) + 2
    comparison = again(desk, loop, message_id)
    assert not comparison.is_same
    (apart,) = comparison.passes_apart
    assert apart.number == 2
    assert "parts at character" in pass_words(apart)
    assert comparison_words(comparison).startswith("The same answer came out, though 1 of")


def test_a_table_has_a_record_and_its_cells_are_compared(bench: tuple[Desk, Loop, OtherEngine]) -> None:
    desk, loop, engine = bench
    plan = RunPlan("table", "", columns=("rent", "deposit"), thinking=False)
    wish = Wish("Rent and deposit?", (book("lease", FACTS[:2]), book("annex", FACTS[:2])))
    message_id = read(desk, loop, wish, plan)
    record = record_of(desk, message_id)
    assert [[cell.column for cell in one.cells] for one in record.passes] == [["rent", "deposit"]] * len(record.passes)
    assert record.passes[0].cells[0].text
    assert again(desk, loop, message_id).is_same
    engine.other_at = len(engine.asked) + 1
    comparison = again(desk, loop, message_id)
    assert comparison.parting is not None
    (cell, *_) = comparison.cells
    assert (cell.row, cell.column) == ("lease", "rent")
    assert cell.now == cell.then.replace("lease", "Lease")
    assert cell_words(cell).startswith("lease · rent: ")


def test_a_reading_of_which_the_prompts_are_not_known_is_not_made_again(
    bench: tuple[Desk, Loop, OtherEngine],
) -> None:
    desk, loop, _ = bench
    message_id = read(desk, loop, Wish("What is what?", (book("lease"),)))
    origin = desk.store.call(lambda store: store.origin_of(message_id))
    assert origin is not None
    run = desk.store.call(lambda store: store.run(origin.run_id))
    old = msgspec.structs.replace(run.results[0], made=PassMade())
    desk.store.call(lambda store: store.keep_pass(run.id, old))
    errors = list[CarrelError]()
    Rerun(desk, message_id, lambda _: None, errors.append).start()
    assert loop.run_until(lambda: bool(errors), 10)
    assert errors[0].code == "answer_of_passes"
