"""Questions over several documents that come up again and again, as presets: compare them, build a table over them.

Both are runs (`Coverage`): what fits into the context is asked at once, what does not is read in passes. Their answers
hold Markdown tables; `app.session.table.tables_in` makes values of those, for a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core.chat import Document
from app.core.errors import CarrelError
from app.core.run import RunPlan
from app.core.words import say
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.wish import Wish

MOST_COLUMNS = 24  # more make a form that a model fills in badly


def compare_documents(
    desk: Desk,
    documents: Sequence[Document],
    points: Sequence[str] = (),
    *,
    chat_id: int | None = None,
    thinking: bool = True,
) -> Coverage:
    """A table with a row for each point and a column for each document; without `points` the model finds them.

    Not started yet. Raises CarrelError for fewer than two documents.
    """
    if len([document for document in documents if document.sent]) < 2:
        raise CarrelError("too_few_documents", "There is nothing to compare with.", "Choose at least two documents.")
    named = _cleaned(points)
    if named:
        text = say("Compare these documents in a table: {points}.", points=say(", ").join(named))
    else:
        text = say("Compare these documents in a table, point by point.")
    form = say(
        "One row for each point, one column for each document, one for the difference. "
        "Put the page marker behind every statement, and say where a document is silent."
    )
    return Coverage(desk, Wish(f"{text} {form}", tuple(documents), chat_id, thinking))


def build_table(
    desk: Desk, documents: Sequence[Document], columns: Sequence[str], note: str = "", *, chat_id: int | None = None
) -> Coverage:
    """A table with a row for each document: each is read by itself, however many there are.

    `columns` are what is asked of each, `note` what should be minded. Not started yet. Raises CarrelError without
    columns, or with too many of them.
    """
    named = _cleaned(columns)
    if not named or len(named) > MOST_COLUMNS:
        raise CarrelError(
            "bad_columns",
            "The table needs between 1 and {most} columns; {count} are named.",
            "Name what is asked of each document, such as Revenue.",
            most=MOST_COLUMNS,
            count=len(named),
        )
    text = say("Build a table over these documents: {columns}.", columns=say(", ").join(named))
    question = f"{text} {note.strip()}".strip()
    plan = RunPlan("table", note.strip(), columns=named, thinking=False)
    return Coverage(desk, Wish(question, tuple(documents), chat_id, thinking=False), plan)


def _cleaned(names: Sequence[str]) -> tuple[str, ...]:
    """Each name once, without what is empty."""
    return tuple(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
