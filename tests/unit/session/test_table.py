"""Tables over documents: each is read by itself, values rest on pages, and a spreadsheet takes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.run import Cell, Pass, PassResult, Piece, RunPlan, Table
from app.session.coverage import Coverage
from app.session.table import as_answer, as_csv, as_markdown, as_tsv, table_of, tables_in
from app.session.tasks import build_table, compare_documents
from app.session.turn import Outcome
from tests.helpers.reading_engine import ReadingEngine
from tests.unit.session.test_coverage import NAMES, Bench, book

REPORTS = tuple(book(f"report{at}", NAMES[at : at + 4], filler=100) for at in range(3))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, ReadingEngine(n_ctx=560))
    yield bench
    bench.desk.close()


def finished(bench: Bench, coverage: Coverage) -> Outcome:
    ended: list[Outcome] = []
    told: list[object] = []
    coverage.ended.connect(ended.append)
    coverage.checked.connect(told.append)
    coverage.start()
    bench.until(lambda: bool(ended and (told or ended[0].error)))
    return ended[0]


def test_a_row_for_each_document(bench: Bench) -> None:
    outcome = finished(bench, build_table(bench.desk, REPORTS, ["roof", "notice", " roof "]))
    assert outcome.state == "complete"
    (table,) = tables_in(outcome.text, outcome.citations)
    assert table.columns == ("Document", "roof", "notice")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["report0", "report03", ""],
        ["report1", "report12", "report14"],
        ["report2", "report21", "report23"],
    ]
    assert [one.places[0].page for one in table.rows[1][1].citations] == [2]
    quotes = [one for one in outcome.citations if one.kind == "quote"]
    assert len(quotes) == 5
    assert all(one.verdict == "exact" for one in quotes)
    assert not any(one.is_doubtful for one in outcome.citations)
    assert all(len({line.split()[0] for line in wish.turns[-1].content.split("[D")[1:]}) for wish in bench.engine.asked)
    assert all(wish.json_schema for wish in bench.engine.asked)
    assert outcome.receipt.passes == len(bench.engine.asked) > 3


def test_each_pass_sees_one_document(bench: Bench) -> None:
    finished(bench, build_table(bench.desk, REPORTS, ["roof"]))
    for wish in bench.engine.asked:
        assert sum(f"[D{number}: " in wish.turns[-1].content for number in (1, 2, 3)) == 1


def test_a_comparison_is_asked_over_all_documents(bench: Bench) -> None:
    small = [book(name, ("rent", "roof"), filler=5) for name in ("one", "two")]
    outcome = finished(bench, compare_documents(bench.desk, small, ["rent", "roof"]))
    assert outcome.state == "complete"
    assert len(bench.engine.asked) == 1
    asked = bench.engine.asked[0].turns[-1].content
    assert asked.index("[D1: one") < asked.index("[D2: two") < asked.index("rent, roof")


def test_what_cannot_be_done_is_said(bench: Bench) -> None:
    with pytest.raises(CarrelError) as caught:
        compare_documents(bench.desk, REPORTS[:1])
    assert caught.value.code == "too_few_documents"
    for columns in ([], [" "], [f"c{at}" for at in range(40)]):
        with pytest.raises(CarrelError) as caught:
            build_table(bench.desk, REPORTS, columns)
        assert caught.value.code == "bad_columns"


PLAN = RunPlan("table", "", (Pass((Piece(1, (1,)),)), Pass((Piece(1, (2,)),))), ("Rent", "Term"))
LEASE = Document("/a", "a", "text", "a", (Page(1, "The rent is 5,000 yuan."), Page(2, "It runs for three years.")))


def test_a_document_of_several_passes_is_one_row() -> None:
    results = (
        PassResult(1, '{"Rent": {"value": "5,000", "quote": "The rent is 5,000 yuan", "page": 1}, "Term": "?"}'),
        PassResult(2, '{"Rent": {"value": "", "quote": "", "page": 0}, "Term": {"value": "3 years", "quote": "It runs '
                      'for three years", "page": 1}}'),
    )  # fmt: skip
    table = table_of(PLAN, results, (LEASE,))
    assert [cell.text for cell in table.rows[0]] == ["a", "5,000", "? / 3 years"]
    assert as_markdown(table).splitlines()[2] == "| a | 5,000 [D1 p.1] | ? / 3 years |"


def test_a_quotation_from_another_page_gives_the_right_page() -> None:
    results = (PassResult(2, '{"Term": {"value": "3", "quote": "It runs for three years", "page": 1}}'),)
    table = table_of(PLAN, results, (LEASE,))
    assert as_markdown(table).splitlines()[2] == "| a |  | 3 [D1 p.2] |"
    assert "“It runs for three years” [D1 p.2]" in as_answer(table)


@pytest.mark.parametrize(
    "text", ["", "Sorry.", '{"Rent": ', "[1, 2]", '{"Rent": 7, "Term": null}', '{"Rent": {"page": "x"}}']
)
def test_whatever_a_pass_wrote_is_taken(text: str) -> None:
    table = table_of(PLAN, (PassResult(1, text),), (LEASE,))
    assert len(table.rows[0]) == 3


TABLE = Table(
    ("Document", "Value"),
    ((Cell("a|b"), Cell("=HYPERLINK(1)")), (Cell("line\nbreak\ttab"), Cell("-5.2%")), (Cell('"x"'), Cell("+1 day"))),
)


def test_spreadsheets_get_cells_and_no_formulas() -> None:
    assert as_tsv(TABLE).splitlines() == [
        "Document\tValue",
        "a|b\t'=HYPERLINK(1)",
        "line break tab\t-5.2%",
        '"x"\t\'+1 day',
    ]
    text = as_csv(TABLE)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[1:] == [["a|b", "'=HYPERLINK(1)"], ["line\nbreak\ttab", "-5.2%"], ['"x"', "'+1 day"]]


def test_markdown_comes_back_as_it_went() -> None:
    (again,) = tables_in("Before:\n\n" + as_markdown(TABLE) + "\n\nAfter | that.")
    assert [[cell.text for cell in row] for row in again.rows] == [
        ["a|b", "=HYPERLINK(1)"],
        ["line break tab", "-5.2%"],
        ['"x"', "+1 day"],
    ]
    assert tables_in("No table | here\n\n--- | ---") == []
