"""The course of a long run: which passes there are, which are done, and what is left. Pure; nothing is asked here."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.chat import Document, FileReading, Receipt, Usage
from app.core.run import Pass, PassResult, RunPlan
from app.core.units import format_pages
from app.session.packing import halves, pages_in
from app.session.passes import read_by
from app.session.prompt import Said, reading_of, readings

NOTE_TOKENS = 32  # around the notes of a pass when they are read themselves


class Progress(msgspec.Struct, frozen=True):
    """How far a run is. `current` of `passes` is read now; `is_answering` when only the answer is left."""

    pages_done: int
    pages_total: int
    current: int
    passes: int
    is_answering: bool = False


class Course:
    """A plan and the results so far."""

    def __init__(self, plan: RunPlan, results: Sequence[PassResult] = ()) -> None:
        self.plan = plan
        self.results = {result.number: result for result in results}

    def cut(self, passes: tuple[Pass, ...]) -> None:
        """Take the passes decided. A question that fits into one of them is asked as any other, in none."""
        alone = len(passes) == 1 and self.plan.kind == "cover"
        self._change(() if alone else passes)

    def waiting(self) -> list[int]:
        """The numbers of the passes still to come, in order."""
        passes = enumerate(self.plan.passes, 1)
        return [number for number, one in passes if (one.pieces or one.notes) and number not in self.results]

    def split(self, number: int) -> bool:
        """Give a pass up for two that read the same pages; False for a single page."""
        two = halves(self.plan.passes[number - 1])
        if two is None:
            return False
        passes = list(self.plan.passes)
        passes[number - 1] = Pass()
        self._change((*passes, *two))
        return True

    def join(self, budget_tokens: int) -> bool:
        """Add passes that condense the notes, as many at once as fit; False when no two of them do."""
        groups: list[list[PassResult]] = []
        for note in self.live():
            if groups and sum(one.tokens + NOTE_TOKENS for one in (*groups[-1], note)) <= budget_tokens:
                groups[-1].append(note)
            else:
                groups.append([note])
        joins = [Pass(notes=tuple(note.number for note in group)) for group in groups if len(group) > 1]
        self._change((*self.plan.passes, *joins))
        return bool(joins)

    def live(self) -> list[PassResult]:
        """The notes that no other notes were made of, in the order of their pages."""
        spent = {note for number in self.results for note in self.plan.passes[number - 1].notes}
        live = [result for number, result in self.results.items() if number not in spent]
        return sorted(live, key=lambda note: min(pages_in(read_by(self.plan, note.number))))

    def progress(self, documents: Sequence[Document]) -> Progress:
        waiting = self.waiting()
        every = pages_in(self.plan.passes)
        left = pages_in([self.plan.passes[number - 1] for number in waiting])
        passes = sum(bool(one.pieces or one.notes) for one in self.plan.passes)
        total = sum(len(document.sent) for document in documents)
        current = min(passes, len(self.results) + 1)
        return Progress(len(every) - len(left), total, current, passes, is_answering=not waiting)

    def receipt(self, thread: Sequence[Said], answer: Usage, n_ctx: int) -> Receipt:
        """What all passes and the answer were given together; the context is that of the answer."""
        usages = [*(result.usage for result in self.results.values()), answer]
        return Receipt(
            readings(thread) if not self.waiting() else self._read_so_far(thread),
            answer.prompt_tokens + answer.answer_tokens,
            n_ctx,
            prompt_tokens=sum(usage.prompt_tokens for usage in usages),
            cached_tokens=sum(usage.cached_tokens for usage in usages),
            turns_left_out=sum(said.role == "user" for said in thread[:-1]),
            passes=len(self.results),
        )

    def _read_so_far(self, thread: Sequence[Said]) -> tuple[FileReading, ...]:
        """What of each file was read before the run stopped."""
        done = {place for number in self.results for place in pages_in(read_by(self.plan, number))}
        documents = (document for said in thread for document in said.documents)
        found = []
        for number, document in enumerate(documents, 1):
            pages = [page for page in document.sent if (number, page.number) in done]
            listed = format_pages([page.number for page in pages])
            tokens = sum(page.tokens for page in pages)
            whole = reading_of(document)
            found.append(msgspec.structs.replace(whole, pages=len(pages), tokens=tokens, page_list=listed))
        return tuple(found)

    def _change(self, passes: tuple[Pass, ...]) -> None:
        self.plan = msgspec.structs.replace(self.plan, passes=passes)
