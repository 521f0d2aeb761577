"""The last answers in figures, what they come to together, and the files that are made of figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from app.core.dates import utc_iso
from app.core.files import write_durably
from app.perf.alerts import percentile
from app.session.columns import CARD_NAMES, NAMES
from app.session.desk import Desk
from app.session.monitor import Monitor
from app.store.figures import AnswerFigures

MOST_ANSWERS = 200

ANSWER_COLUMNS = (
    "time",
    "chat",
    "model",
    "state",
    "ttft_s",
    "prefill_tok_s",
    "decode_tok_s",
    "answer_tokens",
    "read_tokens",
    "depth_tokens",
    "drafted_tokens",
    "accepted_tokens",
    "draft_gain",
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The middle and the slowest hundredth of some answers; None of none. Slow is long for a wait, low for a speed."""

    answers: int
    ttft_p50_s: float | None
    ttft_p99_s: float | None
    decode_p50_tok_s: float | None
    decode_p99_tok_s: float | None
    prefill_p50_tok_s: float | None
    prefill_p99_tok_s: float | None
    accepted_share: float | None


def list_answers(
    desk: Desk, done: Callable[[list[AnswerFigures]], object], failed: Callable[[Exception], object] | None = None
) -> None:
    """The last answers that were timed, the newest first."""
    desk.store.ask(lambda store: store.answer_figures(MOST_ANSWERS), done, failed)


def summarize(answers: Sequence[AnswerFigures]) -> Summary:
    """What was not measured does not count."""
    firsts = [one.ttft_s for one in answers if one.ttft_s > 0]
    writing = [-one.decode_tok_s for one in answers if one.decode_tok_s > 0]
    reading = [-one.prefill_tok_s for one in answers if one.prefill_tok_s > 0]
    drafted = sum(one.drafted_tokens for one in answers)
    return Summary(
        len(answers),
        percentile(firsts, 0.5),
        percentile(firsts, 0.99),
        _up(percentile(writing, 0.5)),
        _up(percentile(writing, 0.99)),
        _up(percentile(reading, 0.5)),
        _up(percentile(reading, 0.99)),
        sum(one.accepted_tokens for one in answers) / drafted if drafted else None,
    )


def _up(value: float | None) -> float | None:
    """Speeds are ranked the other way round: the slow ones last."""
    return None if value is None else -value


def answers_csv(answers: Iterable[AnswerFigures]) -> bytes:
    """One line an answer; times in UTC, columns named in English with their units."""
    return _csv(ANSWER_COLUMNS, (_answer_row(one) for one in answers))


def history_csv(monitor: Monitor) -> bytes:
    """The last hour, a line a second. What was not known is empty; cards that are not there have no columns."""
    at = NAMES.index("unix_s")
    hour = [values for _, values in monitor.history.rows()]
    known = {place for values in hour for place, value in enumerate(values) if value is not None}
    places = [place for place, name in enumerate(NAMES) if place != at and (name not in CARD_NAMES or place in known)]
    rows = ((utc_iso(values[at] or 0.0), *(_short(values[place]) for place in places)) for values in hour)
    return _csv(("time", *(NAMES[place] for place in places)), rows)


def save_figures(file: Path, content: bytes) -> None:
    """Whole or not at all. Raises CarrelError."""
    write_durably(file, content)


def _answer_row(one: AnswerFigures) -> tuple[object, ...]:
    return (
        utc_iso(one.at_s),
        _plain(one.title),
        PurePath(one.model.replace("\\", "/")).name,
        one.state,
        *(_short(value) for value in (one.ttft_s or None, one.prefill_tok_s or None, one.decode_tok_s or None)),
        one.answer_tokens,
        one.read_tokens,
        one.depth_tokens,
        one.drafted_tokens,
        one.accepted_tokens,
        _short(one.gain),
    )


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.3f}"


def _plain(title: str) -> str:
    """A spreadsheet would take such a title for a formula."""
    return f"'{title}" if title[:1] in ("=", "+", "-", "@", "\t", "\r") else title


def _csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
