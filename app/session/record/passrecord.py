"""The passes of an answer in its record: what each read, what it was asked, what it noted, and where a table's cells
come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from app.core.chat import AnswerState, Document, Timing, Usage
from app.core.citation import Citation
from app.core.params import Sampling
from app.core.record import Origin
from app.core.words import say
from app.session.packing import excerpts
from app.session.record.origin import document_used, sha256_of
from app.session.record.steps import pass_name, run_of
from app.session.reopening import open_run
from app.store.rows import Message, Run
from app.store.store import Store


class PassRead(msgspec.Struct, frozen=True, omit_defaults=True):
    """Pages of document D`document` that a pass read; the hash is of their text."""

    document: int
    pages: str
    text_sha256: str


class CellRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a pass filled in, as it wrote it."""

    column: str
    text: str = ""


class PassRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One pass, with hashes of its prompt and of what it wrote. `notes` are the passes whose notes it joined; `usage`,
    `timing` and `citations` are its receipt."""

    number: int
    name: str
    prompt_sha256: str
    text_sha256: str
    text: str
    sampling: Sampling
    asked_at: float = 0.0
    state: AnswerState = "complete"
    read: tuple[PassRead, ...] = ()
    notes: tuple[int, ...] = ()
    usage: Usage = Usage()
    timing: Timing = Timing()
    citations: tuple[Citation, ...] = ()
    cells: tuple[CellRecord, ...] = ()


def read_passes(store: Store, answer: Message, origin: Origin) -> tuple[PassRecord, ...]:
    """On the database thread. None for an answer of one prompt, and for one whose reading is gone."""
    run = run_of(store, answer, origin)
    return tuple(_records(run, open_run(store, run).documents)) if run is not None else ()


def pass_facts(passes: Sequence[PassRecord]) -> list[tuple[str, str]]:
    """A name and a value for each pass, for people."""
    facts = []
    for one in passes:
        parts = [
            say("Seed {seed}", seed=one.sampling.seed) if one.sampling.seed is not None else "",
            say("{read} tokens read, {written} written", read=f"{one.usage.prompt_tokens:,}", written=_written(one)),
            say("Prompt SHA-256 {hash}", hash=one.prompt_sha256 or "–"),
            say("Text SHA-256 {hash}", hash=one.text_sha256),
        ]
        facts.append((one.name, "\n".join(part for part in parts if part)))
    return facts


def _written(one: PassRecord) -> str:
    return f"{one.usage.answer_tokens:,}"


def _records(run: Run, documents: Sequence[Document]) -> Iterator[PassRecord]:
    for result in run.results:
        one, made = run.plan.passes[result.number - 1], result.made
        read = excerpts(one, documents, made.budget_tokens)
        used = [(number, document_used(document)) for number, document in read.items()]
        yield PassRecord(
            result.number,
            pass_name(run, result, documents),
            made.prompt_sha256,
            sha256_of(result.text),
            result.text,
            made.sampling,
            made.asked_at,
            result.state,
            tuple(PassRead(number, document.pages, document.text_sha256) for number, document in used),
            one.notes,
            result.usage,
            result.timing,
            result.citations,
            _cells(run, result.text),
        )


def _cells(run: Run, text: str) -> tuple[CellRecord, ...]:
    from app.session.table import entries_of

    if run.plan.kind != "table":
        return ()
    entries = entries_of(text)
    return tuple(CellRecord(column, _cell_text(entries.get(column))) for column in run.plan.columns)


def _cell_text(entry: object) -> str:
    if isinstance(entry, dict):
        return str(entry.get("value") or "")
    return "" if entry is None else str(entry)
