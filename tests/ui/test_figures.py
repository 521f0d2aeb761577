"""The figures of an answer: drafts, what was remembered, what can be expected, and why it is slow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.core.chat import FileReading, Receipt, Timing, Usage
from app.engine import messages as m
from app.perf.meter import Figures
from app.session.expecting import BestReading
from app.session.receipt import draft_words, receipt_line
from app.ui.chat.prefill import PrefillPart
from app.ui.inspector.figure_rows import FigureRows
from app.ui.receipts import receipt_details
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

COSTS = (m.Cost(1, 0, 20.0), m.Cost(1, 20_000, 40.0), m.Cost(8, 0, 25.0))


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path, qtbot, Script("word " * 40, drafts=(340, 312, 4.1), costs=COSTS, delay_s=0.005, cached=5))
    yield made
    made.close()


def test_drafts_show_while_they_come_and_in_the_receipt(studio: Studio) -> None:
    studio.load()
    studio.window.frame.right.button.setChecked(True)
    rows = studio.window.inspector.answer.rows
    assert rows.value("drafts") == ""
    studio.ask("Quote it", to_the_end=False)
    studio.wait(lambda: rows.value("drafts") != "")
    studio.wait(lambda: not studio.window.conversation.is_running)
    assert rows.value("drafts") == "312 of 340"
    assert rows.value("gain") == "4.1×"
    assert rows.value("remembered") == "5 tokens"
    receipt = studio.window.chat.view.message(1)
    assert "4.1× by quoting" in receipt.receipt
    assert receipt.details is not None
    assert ("Guessed ahead", "4.1× by quoting: 312 of 340 drafted tokens accepted") in receipt.details.facts


def test_expected_speed_sinks_with_the_depth(studio: Studio) -> None:
    studio.load()
    studio.window.frame.right.button.setChecked(True)
    answer = studio.window.inspector.answer
    answer.show_figures(Figures(prefill_done=9_900, prefill_total=9_900, answer_tokens=100))
    assert answer.rows.value("expected") == "33 tok/s"  # 20 ms and half of the way to 40
    answer.show_figures(Figures(prefill_done=20_000, prefill_total=20_000))
    assert answer.rows.value("expected") == "25 tok/s"
    assert answer.rows.value("gain") == "", "no drafts, no row"
    answer.show_figures(Figures(tok_s=24.0, prefill_done=20_000, prefill_total=20_000))
    assert answer.rows.value("expected") == "25 tok/s · 96 % of it"
    answer.show_figures(Figures(prefill_done=80_000, prefill_total=80_000))
    assert answer.rows.value("expected").startswith("about "), "nothing so deep was measured"


def test_reading_of_an_earlier_day_is_remembered(tmp_path: Path, qtbot: QtBot, studio: Studio) -> None:
    studio.load()
    studio.ask("A question of many words " * 200)
    studio.close()
    again = Studio(tmp_path, qtbot, Script("Yes."))
    again.load()
    best = again.window.conversation.best_reading
    again.wait(lambda: best.of(again.desk.engine.state.path) == 1840.0)
    again.close()


def test_reading_is_held_against_the_best(qtbot: QtBot) -> None:
    best = BestReading()
    best.note("/m", 100, 9000.0)
    assert best.of("/m") is None, "too short to say anything"
    best.note("/m", 2000, 2410.0)
    best.note("/m", 2000, 1800.0)
    rows = FigureRows()
    qtbot.addWidget(rows)
    rows.show_figures(Figures(prefill_tok_s=1500.0), expected_tok_s=None, best_reading_tok_s=best.of("/m"))
    assert rows.value("read_speed") == "1,500 tok/s, at best 2,410"
    rows.show_figures(Figures(prefill_tok_s=2400.0), expected_tok_s=None, best_reading_tok_s=best.of("/m"))
    assert rows.value("read_speed") == "2,400 tok/s"


def test_prefill_says_what_comes_back_and_what_is_remembered(qtbot: QtBot) -> None:
    part = PrefillPart(None)  # type: ignore[arg-type]
    qtbot.addWidget(part)
    part.set_resuming(1.24)
    assert part.words() == part.accessibleName() == "Resumes in 1.2 s: this was read before"
    part.set_progress(30_300, 30_400, 30_112)
    assert part.words() == "Reading 30,300 of 30,400 tokens, 100 % · 30,112 remembered"
    part.set_progress(10, 100)
    assert "remembered" not in part.words()


def test_receipt_is_silent_about_drafts_that_did_not_help() -> None:
    assert "quoting" not in receipt_line(Receipt(), Usage(10, 10, 0, 9, 1), Timing(0, 0, 0, 40.0, 1.02))
    assert draft_words(9, 1, 1.02) == "1 of 9 drafted tokens accepted"
    assert draft_words(0, 0, 1.0) == ""
    details = receipt_details(Receipt(restored_tokens=30_000), Usage(30_100, 5, 30_000), Timing(), "")
    assert details is not None
    assert details.facts == (("Written", "5 tokens, thinking included"),)
    assert receipt_details(Receipt(), Usage(), Timing(), "") is None
    receipt = Receipt((FileReading("/a/b.pdf", 3, 900, 100, "1-3", 4),), 1_000, 4_000, 30_100, 30_000, 29_000, 2, 8)
    details = receipt_details(receipt, Usage(30_100, 5, 30_000), Timing(), "/m/q.gguf")
    assert details is not None
    (file,) = details.files
    assert (file.name, file.pages, file.tokens, file.dropped) == (
        "D1  b.pdf",
        "1-3 of 4",
        "900",
        "100 tokens, as chosen",
    )
    facts = dict(details.facts)
    assert facts["Given to the model"].endswith("100 read anew, 1,000 still in memory, 29,000 brought back from disk")
    assert facts["Context used"] == "1,000 of 4,000 tokens, 25 %"
    assert facts["Earlier questions left out"] == "2 earlier questions"
    assert facts["Read in"] == "8 passes over all pages"
    assert "D1 b.pdf: pages 1-3 of 4, 900 tokens; 100 tokens dropped as chosen" in details.markdown
