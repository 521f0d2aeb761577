"""A reading in passes as the window tells it: how far, how long still, what each pass noted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from app.core.counts import passes_words
from app.core.emitter import Emitter
from app.core.run import PassResult, RunPlan
from app.core.units import format_duration, format_pages
from app.core.words import say
from app.session.course import Progress
from app.session.coverage import Coverage
from app.session.packing import pages_in
from app.session.passes import read_by
from app.store.rows import Run
from app.ui.chat.message import CoverageNote, PassNote


class Covering:
    """Listens to a `Coverage` under way; it `goes_on` when it began at an earlier time. Event: `changed()`."""

    def __init__(self, coverage: Coverage, clock: Callable[[], float] = time.monotonic) -> None:
        self._coverage, self._clock = coverage, clock
        self.goes_on = coverage.run_id > 0
        self._began: tuple[float, int] | None = None
        self.progress: Progress | None = None
        self.is_over = False
        self.changed: Emitter[[]] = Emitter()
        coverage.progressed.connect(self._on_progressed)
        coverage.ended.connect(lambda _: self._on_ended())

    @property
    def left_s(self) -> float | None:
        """Seconds for the pages still to come, from what the last ones took; None before the first pass."""
        if self._began is None or self.progress is None or self.progress.is_answering:
            return None
        began_s, pages = self._began
        read = self.progress.pages_done - pages
        if read <= 0:
            return None
        return (self._clock() - began_s) / read * (self.progress.pages_total - self.progress.pages_done)

    @property
    def is_noting(self) -> bool:
        """Whether what is read and written now is a pass, not the answer."""
        return self.progress is not None and not self.progress.is_answering

    @property
    def note(self) -> CoverageNote | None:
        """As the conversation shows it; None while the passes are not decided, or when one reading does."""
        course, progress = self._coverage.course, self.progress
        if progress is None or not course.plan.passes:
            return None
        results = list(course.results.values())
        if self.is_over:
            return _note_of(course.plan, results)
        share = progress.pages_done / progress.pages_total if progress.pages_total else 0.0
        words = progress_words(progress, self.left_s)
        return CoverageNote(words, share, notes_of(course.plan, results), running=True)

    def _on_progressed(self, progress: Progress) -> None:
        if self._began is None:
            self._began = (self._clock(), progress.pages_done)
        self.progress = progress
        self.changed.emit()

    def _on_ended(self) -> None:
        self.is_over = True
        self.changed.emit()


def progress_words(progress: Progress, left_s: float | None) -> str:
    """ "42 of 120 pages read, pass 3 of 8 · 2 min 10 s left"."""
    if progress.is_answering:
        return (
            say("The page is read; the answer comes from the notes.")
            if progress.pages_total == 1
            else say("All {pages} pages are read; the answer comes from the notes.", pages=progress.pages_total)
        )
    words = say(
        "{done} of {total} pages covered, pass {current} of {passes}",
        done=progress.pages_done,
        total=progress.pages_total,
        current=progress.current,
        passes=progress.passes,
    )
    left = say("about {time} left for the pages", time=format_duration(left_s)) if left_s is not None else ""
    return " · ".join(part for part in (words, left) if part)


def kept_note(run: Run) -> CoverageNote | None:
    """A run of an earlier time; None when it needed no passes."""
    return _note_of(run.plan, run.results) if run.plan.passes else None


def covered_pages(plan: RunPlan, results: Sequence[PassResult]) -> tuple[int, int]:
    """How many pages were read, of how many."""
    done = {number for result in results for number in pages_in(read_by(plan, result.number))}
    return len(done), len(pages_in(plan.passes))


def notes_of(plan: RunPlan, results: Sequence[PassResult]) -> tuple[PassNote, ...]:
    """What each pass noted, in the order they were read."""
    return tuple(PassNote(_title(plan, one), _text(plan, one), one.citations) for one in results)


def _note_of(plan: RunPlan, results: Sequence[PassResult]) -> CoverageNote:
    done, total = covered_pages(plan, results)
    if done < total:
        words = say("{done} of {total} pages covered; their notes are kept", done=done, total=total)
    else:
        passes = passes_words(len(results))
        words = (
            say("The page covered in {passes}", passes=passes)
            if total == 1
            else say("All {total} pages covered in {passes}", total=total, passes=passes)
        )
    return CoverageNote(words, done / total if total else 1.0, notes_of(plan, results))


def _title(plan: RunPlan, result: PassResult) -> str:
    pages: dict[int, set[int]] = {}
    for piece in (piece for one in read_by(plan, result.number) for piece in one.pieces):
        pages.setdefault(piece.document, set()).update(piece.pages)
    named = "; ".join(f"D{document} p.{format_pages(sorted(numbers))}" for document, numbers in sorted(pages.items()))
    if plan.passes[result.number - 1].notes:
        return say("Notes joined, {pages}", pages=named)
    return say("Pass {number}, {pages}", number=result.number, pages=named)


def _text(plan: RunPlan, result: PassResult) -> str:
    """Notes as they are; what a pass filled into a table as a list."""
    if plan.kind != "table":
        return result.text
    document = next((piece.document for one in read_by(plan, result.number) for piece in one.pieces), 1)
    try:
        entries: Any = json.loads(result.text[result.text.find("{") : result.text.rfind("}") + 1])
    except json.JSONDecodeError:
        return result.text
    if not isinstance(entries, dict):
        return result.text
    return "\n".join(f"- **{column}**: {_entry(entry, document)}" for column, entry in entries.items())


def _entry(entry: Any, document: int) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    value, page = str(entry.get("value") or "–"), entry.get("page")
    return f"{value} [D{document} p.{page}]" if isinstance(page, int) and page else value
