"""A question over more than the context holds reaches every page, survives a crash, and goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.chat import Document, Page
from app.core.citation import Citation
from app.core.loop import Loop
from app.core.run import PassResult, RunPlan
from app.engine import messages as m
from app.session.course import Progress
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.turn import Outcome, Turn, Wish
from app.store.rows import Run
from tests.helpers.fake_engine import make_desk
from tests.helpers.reading_engine import ReadingEngine

NAMES = ("rent", "deposit", "roof", "garden", "notice", "penalty", "garage", "cellar")


def book(name: str, facts: tuple[str, ...], filler: int = 60) -> Document:
    pages = (
        Page(number, f"The {fact} is {name}{number}. " + " ".join(f"word{at}" for at in range(filler)))
        for number, fact in enumerate(facts, 1)
    )
    return Document(f"/{name}.txt", name, "text", name, tuple(pages))


LEASE, ANNEX = book("lease", NAMES), book("annex", NAMES[:3])


class Bench:
    def __init__(self, folder: Path, engine: ReadingEngine) -> None:
        self.loop, self.engine = Loop(), engine
        self.desk: Desk = make_desk(folder, self.loop.post, engine)  # type: ignore[arg-type]
        self.progress: list[Progress] = []
        self.noted: list[PassResult] = []
        self.load()

    def load(self) -> None:
        request = self.desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
        self.until(lambda: request.ended)

    def until(self, done: Callable[[], bool]) -> None:
        assert self.loop.run_until(done, 10)

    def begin(self, wish: Wish | Run, plan: RunPlan | None = None) -> tuple[Coverage, list[Outcome]]:
        coverage = Coverage(self.desk, wish, plan)
        ended: list[Outcome] = []
        coverage.ended.connect(ended.append)
        coverage.progressed.connect(self.progress.append)
        coverage.noted.connect(self.noted.append)
        coverage.start()
        return coverage, ended

    def run(self, wish: Wish | Run, plan: RunPlan | None = None) -> tuple[Coverage, Outcome]:
        coverage, ended = self.begin(wish, plan)
        checked: list[tuple[Citation, ...]] = []
        coverage.checked.connect(checked.append)
        self.until(lambda: bool(ended and checked) or bool(ended and ended[0].error))
        return coverage, ended[0]

    def kept(self, coverage: Coverage) -> Run:
        return self.desk.store.call(lambda store: store.run(coverage.run_id))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, ReadingEngine(n_ctx=420))
    yield bench
    bench.desk.close()


def test_every_page_is_read_and_every_fact_is_in_the_answer(bench: Bench) -> None:
    coverage, outcome = bench.run(Wish("What is what?", (LEASE, ANNEX)))
    assert outcome.state == "complete"
    for document, number in ((LEASE, 1), (ANNEX, 2)):
        for page in document.pages:
            assert f"{page.text.split('.')[0]}.” [D{number} p.{page.number}]" in outcome.text
    assert all(one.verdict == "exact" for one in outcome.citations)
    assert (outcome.receipt.passes, len(outcome.receipt.files)) == (len(bench.noted), 2)
    assert [file.pages for file in outcome.receipt.files] == [8, 3]
    assert sum(result.pages for result in bench.noted) == 11
    done = [progress.pages_done for progress in bench.progress]
    assert (done[0], done[-1], done) == (0, 11, sorted(done))
    assert {progress.pages_total for progress in bench.progress} == {11}
    assert bench.kept(coverage).state == "complete"


def test_the_answer_and_the_notes_are_kept_with_the_chat(bench: Bench) -> None:
    coverage, outcome = bench.run(Wish("What is what?", (LEASE,)))
    question, answer = bench.desk.store.call(lambda store: store.thread(coverage.chat_id or 0))
    assert (question.text, [one.name for one in question.documents]) == ("What is what?", ["lease"])
    assert (answer.text, answer.receipt, answer.citations) == (outcome.text, outcome.receipt, outcome.citations)
    (run,) = bench.desk.store.call(lambda store: store.runs_of(question.id))
    assert run.results == tuple(bench.noted)
    assert all(result.citations for result in run.results)


def test_after_a_crash_it_goes_on_with_the_next_pass(tmp_path: Path) -> None:
    first = Bench(tmp_path, ReadingEngine(n_ctx=420))
    first.engine.die_at = 3
    coverage, ended = first.begin(Wish("What is what?", (LEASE, ANNEX)))
    first.until(lambda: bool(ended))
    assert (ended[0].state, ended[0].error is not None) == ("failed", True)
    assert len(first.noted) == 2
    first.desk.close()

    second = Bench(tmp_path, ReadingEngine(n_ctx=420))
    (run,) = second.desk.store.call(lambda store: store.unfinished_runs())
    assert run.id == coverage.run_id
    _, outcome = second.run(run)
    assert outcome.state == "complete"
    assert len(second.noted) == len(run.plan.passes) - 2
    assert all(f"The {fact} is lease" in outcome.text for fact in NAMES)
    thread = second.desk.store.call(lambda store: store.thread(coverage.chat_id or 0))
    assert [message.state for message in thread] == ["complete", "complete"]
    second.desk.close()


def test_another_context_cuts_what_is_left_anew(tmp_path: Path) -> None:
    first = Bench(tmp_path, ReadingEngine(n_ctx=700))
    first.engine.die_at = 2
    _, ended = first.begin(Wish("What is what?", (LEASE, ANNEX)))
    first.until(lambda: bool(ended))
    first.desk.close()
    second = Bench(tmp_path, ReadingEngine(n_ctx=420))
    _, outcome = second.run(second.desk.store.call(lambda store: store.unfinished_runs())[0])
    assert outcome.state == "complete"
    assert all(f"The {fact} is lease" in outcome.text for fact in NAMES)
    second.desk.close()


def test_a_stop_keeps_what_was_read(bench: Bench) -> None:
    coverage, ended = bench.begin(Wish("What is what?", (LEASE,)))
    bench.until(lambda: len(bench.noted) == 1)
    bench.engine.hold = True
    bench.until(lambda: len(bench.engine.asked) >= 2 and coverage._inquiry._asking is not None)
    coverage.stop()
    bench.until(lambda: bool(ended))
    assert ended[0].state == "stopped"
    assert ended[0].error is None
    assert len(bench.kept(coverage).results) >= 1
    (read,) = ended[0].receipt.files
    assert read.pages == sum(result.pages for result in bench.noted) < read.total_pages == 8
    assert read.page_list == f"1-{read.pages}"
    bench.engine.hold = False
    _, outcome = bench.run(bench.kept(coverage))
    assert outcome.state == "complete"


def test_a_stop_while_a_pass_is_counted_begins_no_other(bench: Bench) -> None:
    coverage, ended = bench.begin(Wish("What is what?", (LEASE,)))
    coverage.noted.connect(lambda _: bench.desk.post(coverage.stop))
    bench.until(lambda: bool(ended))
    assert (ended[0].state, ended[0].error, len(bench.engine.asked)) == ("stopped", None, 1)


def test_too_much_to_note_is_read_again_in_halves(bench: Bench) -> None:
    bench.engine.long_at = {1}
    coverage, outcome = bench.run(Wish("What is what?", (LEASE,)))
    passes = bench.kept(coverage).plan.passes
    assert not passes[0].pieces
    assert sum(one.again for one in passes) == 2
    assert all(f"The {fact} is lease" in outcome.text for fact in NAMES)
    assert outcome.text.index("The rent") < outcome.text.index("The cellar")


def test_notes_that_are_too_long_together_are_condensed_first(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ReadingEngine(n_ctx=420))
    library = tuple(book(f"book{at}", NAMES, filler=30) for at in range(4))
    coverage, outcome = bench.run(Wish("What is what?", library))
    assert any(one.notes for one in bench.kept(coverage).plan.passes)
    assert outcome.state == "complete"
    assert all(f"The {fact} is book{at}" in outcome.text for fact in NAMES for at in range(4))
    bench.desk.close()


def test_what_fits_is_asked_as_any_question(bench: Bench) -> None:
    small = book("note", ("rent",), filler=5)
    _, outcome = bench.run(Wish("What is what?", (small,)))
    assert len(bench.engine.asked) == 1
    assert "[D1: note, 1 pages]" in bench.engine.asked[0].turns[-1].content
    assert outcome.text.endswith("“The rent is note1.” [D1 p.1]")


def test_the_documents_of_the_chat_keep_their_numbers(bench: Bench) -> None:
    small = book("note", ("rent",), filler=5)
    turn = Turn(bench.desk, Wish("First?", (small,)))
    over: list[Outcome] = []
    turn.ended.connect(over.append)
    turn.start()
    bench.until(lambda: bool(over))
    _, outcome = bench.run(Wish("What is what?", (LEASE,), turn.chat_id))
    assert "“The cellar is lease8.” [D2 p.8]" in outcome.text
    assert outcome.receipt.turns_left_out == 1


def test_without_documents_there_is_nothing_to_cover(bench: Bench) -> None:
    _, outcome = bench.run(Wish("What is what?"))
    assert outcome.error is not None
    assert outcome.error.code == "nothing_to_cover"


def test_a_context_without_room_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ReadingEngine(n_ctx=150))
    _, outcome = bench.run(Wish("What is what?", (LEASE,)))
    assert outcome.error is not None
    assert outcome.error.code == "context_too_small"
    bench.desk.close()
