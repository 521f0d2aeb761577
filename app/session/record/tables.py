"""A table over documents, then and now: put together alike from what each pass filled in, and compared cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from app.core.run import Table
from app.session.record.comparing import CellCompared, Told
from app.session.record.steps import Made
from app.session.table import as_answer, table_of


class TablesCompared(NamedTuple):
    """The table as an answer, then and now, and the cells that say something else than they did."""

    then: str
    now: str
    cells: tuple[CellCompared, ...]


def compare_tables(made: Made, told: Sequence[Told]) -> TablesCompared:
    """Checks quotations: call it in a job."""
    then, now = _then(made), _now(made, told)
    cells = tuple(
        CellCompared(before[0].text, column, one.text, other.text)
        for before, after in zip(then.rows, now.rows, strict=True)
        for column, one, other in zip(then.columns[1:], before[1:], after[1:], strict=True)
        if (one.text, one.quote) != (other.text, other.quote)
    )
    return TablesCompared(as_answer(then), as_answer(now), cells)


def _then(made: Made) -> Table:
    assert made.run is not None
    return table_of(made.run.plan, made.run.results, made.documents)


def _now(made: Made, told: Sequence[Told]) -> Table:
    assert made.run is not None
    results = [msgspec.structs.replace(one, text=new.text) for one, new in zip(made.run.results, told, strict=True)]
    return table_of(made.run.plan, results, made.documents)
