"""More than a context holds: offered where it was refused, told while it is read, gone on with after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.chat import Document, Page
from app.core.run import Pass, PassResult, Piece, RunPlan
from app.engine import messages as m
from app.session.course import Progress
from app.ui.app import make_application
from app.ui.chat.coverage import CoveragePart
from app.ui.chat.rows import AnswerRow
from app.ui.covering import covered_pages, notes_of, progress_words
from app.ui.spreadsheet import as_html
from tests.helpers.fake_engine import Script
from tests.helpers.reading_engine import ReadingEngine
from tests.ui.studio import Studio

NAMES = ("rent", "deposit", "roof", "garden", "notice", "penalty", "garage", "cellar")


def book(name: str, facts: tuple[str, ...] = NAMES) -> Document:
    filler = " ".join(f"word{at}" for at in range(60))
    pages = (Page(number, f"The {fact} is {name}{number}. {filler}") for number, fact in enumerate(facts, 1))
    return Document(f"/{name}.txt", name, "text", name, tuple(pages))


def attach(studio: Studio, *documents: Document) -> None:
    studio.window.conversation.documents = list(documents)
    studio.window.conversation.files_changed.emit()


def last_row(studio: Studio) -> AnswerRow:
    view = studio.window.chat.view
    row = view._live[view.count - 1]
    assert isinstance(row, AnswerRow)
    return row


def part_of(studio: Studio) -> CoveragePart:
    part = last_row(studio).coverage
    assert part is not None
    return part


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot) -> Iterator[Studio]:
    made = Studio(tmp_path, qtbot, engine=ReadingEngine(n_ctx=420))
    made.desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
    made.window.show_page("chat")
    made.wait(lambda: made.desk.engine.state.has_model)
    yield made
    made.close()
    make_application([]).clipboard().clear()


def ask_too_much(studio: Studio) -> None:
    attach(studio, book("lease"))
    studio.ask("What is what?", to_the_end=False)
    studio.wait(lambda: studio.window.chat.refusal.passes.isVisible())


def finished(studio: Studio) -> Callable[[], bool]:
    return lambda: not studio.window.conversation.is_running and studio.last_text() != ""


def test_what_does_not_fit_is_offered_in_passes_and_read(studio: Studio) -> None:
    ask_too_much(studio)
    chat = studio.window.chat
    assert chat.composer.text == "What is what?"
    notes: list[str] = []
    waits: list[str] = []
    chat.transcript.view.set_waiting = waits.append  # type: ignore[method-assign,assignment]
    studio.window.conversation.covered.connect(lambda _, note: notes.append(note.words))
    chat.refusal.passes.click()
    studio.wait(finished(studio))
    assert chat.refusal.isHidden()
    assert chat.composer.text == ""
    assert notes[0].startswith("0 of 8 pages covered, pass 1 of ")
    assert "Writing down what these pages say…" in waits
    assert any("left for the pages" in words for words in notes)
    assert "All 8 pages are read; the answer comes from the notes." in notes
    assert all(f"The {name} is lease" in studio.last_text() for name in NAMES)
    checks = last_row(studio).checks
    assert checks is not None
    studio.wait(lambda: checks.citations != ())
    assert checks.words == "8 quotes checked: 8 found"


def test_the_notes_stay_open_to_look_at_and_bear_their_marks(studio: Studio) -> None:
    ask_too_much(studio)
    studio.window.chat.refusal.passes.click()
    studio.wait(finished(studio))
    part = part_of(studio)
    assert part.note.words.startswith("All 8 pages covered in ")
    assert not part.note.running
    if not part.button.isChecked():
        part.button.click()
    assert len(part.folds) == len(part.note.notes) > 1
    part.folds[0].button.click()
    text = part.folds[0].text
    assert text is not None
    assert [mark.citation.verdict for mark in text.marks][:2] == ["exact", "exact"]
    wanted: list[tuple[int, ...]] = []
    studio.window.conversation.page_wanted.connect(lambda *place: wanted.append(place))
    text.citation_wanted.emit(text.marks[0].citation)
    assert wanted[0][:2] == (1, 1)
    assert part.folds[0].text in last_row(studio).focus_chain()


def test_a_crash_is_gone_on_with_after_the_chat_is_opened_again(tmp_path: Path, qtbot: QtBot) -> None:
    first = Studio(tmp_path, qtbot, engine=ReadingEngine(n_ctx=420))
    first.desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
    first.wait(lambda: first.desk.engine.state.has_model)
    first.window.show_page("chat")
    first.engine.die_at = 3
    ask_too_much(first)
    first.window.chat.refusal.passes.click()
    first.wait(lambda: not first.window.conversation.is_running)
    first.wait(lambda: last_row(first).failure is not None and last_row(first).failure.note.other == "go_on")  # type: ignore[union-attr]
    card = last_row(first).failure
    assert card is not None
    assert (card.note.action, card.note.other) == ("reload", "go_on"), "what failed stays told"
    chat_id = first.window.conversation.chat_id
    assert chat_id is not None
    first.close()

    again = Studio(tmp_path, qtbot, engine=ReadingEngine(n_ctx=420))
    again.desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
    again.wait(lambda: again.desk.engine.state.has_model)
    again.window.show_page("chat")
    again.window.conversation.open_chat(chat_id)
    again.wait(lambda: again.window.conversation.chat_id == chat_id)
    again.wait(lambda: last_row(again).failure is not None and last_row(again).coverage is not None)
    card = last_row(again).failure
    assert card is not None
    assert card.note.action_label == "Go on reading"
    assert not card.note.alarm
    assert "of 8 pages" in card.note.cause
    again.window.chat.composer.set_text("typed meanwhile")
    assert card.button is not None
    card.button.click()
    again.wait(finished(again))
    assert again.window.chat.view.count == 2, "the question is not asked twice"
    assert last_row(again).failure is None
    assert again.window.chat.composer.text == "typed meanwhile"
    assert all(f"The {name} is lease" in again.last_text() for name in NAMES)
    again.close()


def test_a_stop_leaves_the_offer(studio: Studio) -> None:
    ask_too_much(studio)
    conversation = studio.window.conversation
    conversation.covered.connect(lambda _, note: setattr(studio.engine, "hold", len(note.notes) > 0))
    studio.window.chat.refusal.passes.click()
    studio.wait(lambda: studio.engine.hold)
    studio.wait(lambda: conversation.covering is not None and bool(conversation.covering._coverage.course.results))
    conversation.stop()
    studio.wait(lambda: not conversation.is_running)
    studio.wait(lambda: last_row(studio).failure is not None)
    assert last_row(studio).failure.note.action == "go_on"  # type: ignore[union-attr]
    assert part_of(studio).note.words.endswith("their notes are kept")
    assert last_row(studio).checks is None, "without an answer there is nothing to check"


def test_a_table_over_documents_copies_and_saves(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = studio.window.chat.tasks
    assert tasks.isHidden()
    attach(studio, book("lease"), book("annex", NAMES[:3]))
    assert tasks.isVisible()
    tasks.table.click()
    tasks.field.setText("rent， garden")
    tasks.start.click()
    studio.wait(finished(studio))
    assert "| lease | lease1 [D1 p.1] | lease4 [D1 p.4] |" in studio.last_text()
    assert tasks.isHidden()
    row = last_row(studio)
    studio.wait(lambda: row.checks is not None and row.checks.citations != ())
    assert row.table is not None
    row.table.copy.click()
    data = make_application([]).clipboard().mimeData()
    assert data.text().splitlines()[1] == "lease\tlease1 [D1 p.1]\tlease4 [D1 p.4]"
    assert "<tr><th>Document</th><th>rent</th><th>garden</th></tr>" in data.html()
    assert studio.window.notices.words == "The table is copied."
    target = tmp_path / "表 1.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    row.table.save.click()
    assert target.read_text("utf-8-sig").splitlines()[0] == "Document,rent,garden"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.csv"), ""))
    part = part_of(studio)
    assert part.note.notes[0].text.startswith("- **rent**: lease1 [D1 p.1]")


def test_a_table_without_columns_says_what_it_needs(studio: Studio) -> None:
    attach(studio, book("lease"), book("annex"))
    tasks = studio.window.chat.tasks
    tasks.table.click()
    tasks.start.click()
    assert studio.window.chat.refusal.isVisible()
    assert "between 1 and 24 columns" in studio.window.chat.refusal.words.text()
    assert not studio.window.chat.refusal.passes.isVisible()


def test_documents_are_compared(studio: Studio) -> None:
    small = [Document(f"/{n}", n, "text", n, (Page(1, f"The rent is {n}1."),)) for n in ("lease", "annex")]
    attach(studio, *small)
    tasks = studio.window.chat.tasks
    tasks.compare.click()
    assert tasks.field.hasFocus()
    tasks.field.setText("rent")
    tasks.start.click()
    studio.wait(finished(studio))
    question = studio.window.conversation.messages[0].text
    assert question.startswith("Compare these documents in a table: rent.")
    assert last_row(studio).coverage is None, "what fits is asked at once"


def test_words_of_the_progress() -> None:
    assert progress_words(Progress(0, 8, 1, 3), None) == "0 of 8 pages covered, pass 1 of 3"
    assert progress_words(Progress(4, 8, 2, 3), 130) == (
        "4 of 8 pages covered, pass 2 of 3 · about 2 min 10 s left for the pages"
    )


def test_pages_of_a_pass_and_of_joined_notes() -> None:
    passes = (Pass((Piece(1, (1, 2, 3)), Piece(2, (1,)))), Pass((Piece(2, (2,)),)), Pass(notes=(1,)))
    plan = RunPlan("cover", "?", passes)
    results = [PassResult(1, "one"), PassResult(3, "joined")]
    assert [note.title for note in notes_of(plan, results)] == [
        "Pass 1, D1 p.1-3; D2 p.1",
        "Notes joined, D1 p.1-3; D2 p.1",
    ]
    assert covered_pages(plan, results) == (4, 5)


def test_cells_cannot_become_markup_or_formulas() -> None:
    from app.session.table import tables_in

    (table,) = tables_in("| a |\n|---|\n| =1+1 |\n| <b>x</b> |\n")
    assert as_html(table) == (
        "<table><tr><th>a</th></tr><tr><td>&#x27;=1+1</td></tr><tr><td>&lt;b&gt;x&lt;/b&gt;</td></tr></table>"
    )


def test_a_chat_is_named_after_its_first_answer(tmp_path: Path, qtbot: QtBot) -> None:
    studio = Studio(tmp_path, qtbot, Script("The rent of the flat."))
    studio.desk.engine.load(m.Load(0, "/m.gguf", n_ctx=4096), lambda _: None)
    studio.wait(lambda: studio.desk.engine.state.has_model)
    studio.desk.change_settings(name_chats=True)
    studio.window.show_page("chat")
    studio.ask("How much is it?")
    studio.wait(lambda: [chat.title for chat in studio.window.conversation.chats] == ["The rent of the flat"])
    asked = len(studio.engine.links[-1].generated)
    assert asked == 2
    studio.ask("And then?")
    assert len(studio.engine.links[-1].generated) == asked + 1, "it is named once"
    studio.desk.change_settings(name_chats=False)
    studio.window.new_chat()
    studio.ask("Another question")
    assert studio.window.conversation.chats[0].title == "Another question"
    assert len(studio.engine.links[-1].generated) == asked + 2
    studio.close()
