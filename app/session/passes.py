"""What the model is told in each pass over more than its context holds, and over the notes at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from app.core.chat import Document
from app.core.run import Pass, PassResult, RunPlan
from app.core.units import format_pages
from app.engine.messages import Turn
from app.session.prompt import READING_RULES, document_block

# Given to the model, so it is English whatever the window speaks; Qwen3 answers in the language of the question.
NOTHING = "Nothing on these pages."
_READ = (
    "The documents are too long to be read at once. They are read in {count} passes, and this is one of them: you are "
    "given only the pages below. Note everything on them that bears on the question, each point on a line of its own "
    "with its page marker, and with the exact words in quotation marks where the wording matters. Do not guess what "
    "other pages say. If nothing on these pages bears on the question, answer only: " + NOTHING
)
_JOIN = (
    "You are given notes on parts of long documents. Join them into one list: keep every point that bears on the "
    "question, every page marker such as [D1 p.2] and every quotation exactly as it stands; leave out repetitions."
)
_ANSWER = (
    "The documents are too long to be read at once. All their pages were read in passes, and you are given the notes "
    "of every pass. Answer the question from these notes alone. Keep page markers such as [D1 p.2] and quotations "
    "exactly as they stand, and say plainly when something is not in the documents."
)
_FILL = (
    "Fill in the columns asked for from the document, as an object with one entry a column. Each entry holds the "
    'value as "value", the exact words it rests on as "quote", and the number of their page as "page". '
    'When these pages do not say it, leave "value" and "quote" empty and "page" 0. Write values in the language of '
    "the column's name."
)


def pass_turns(
    plan: RunPlan, read: Mapping[int, Document], notes: Sequence[PassResult], instructions: str
) -> tuple[Turn, ...]:
    """The prompt of one pass: over pages, or over the notes of other passes."""
    if notes:
        return _turns(instructions, _JOIN, [_note_block(plan, note) for note in notes], plan.question)
    blocks = [document_block(document, number) for number, document in read.items()]
    if plan.kind == "table":
        columns = "\n".join(f"- {column}" for column in plan.columns)
        rules = f"{READING_RULES}\n\n{_FILL}"
        return _turns(instructions, rules, blocks, f"{plan.question}\n\nColumns:\n{columns}".strip())
    rules = f"{READING_RULES}\n\n{_READ.format(count=len(plan.passes))}"
    return _turns(instructions, rules, blocks, plan.question)


def last_turns(
    plan: RunPlan, documents: Sequence[Document], notes: Sequence[PassResult], instructions: str
) -> tuple[Turn, ...]:
    """The prompt of the answer, over the notes of all passes."""
    named = [f"D{number}: {document.name}, {len(document.sent)} pages" for number, document in enumerate(documents, 1)]
    blocks = ["[" + "; ".join(named) + "]", *(_note_block(plan, note) for note in notes)]
    return _turns(instructions, _ANSWER, blocks, plan.question)


def form_of(plan: RunPlan) -> str:
    """The JSON schema that binds what a pass writes, "" for free text."""
    if plan.kind != "table":
        return ""
    kinds = {"value": {"type": "string"}, "quote": {"type": "string"}, "page": {"type": "integer"}}
    entry = {"type": "object", "properties": kinds, "required": list(kinds), "additionalProperties": False}
    columns = dict.fromkeys(plan.columns, entry)
    schema = {"type": "object", "properties": columns, "required": list(columns), "additionalProperties": False}
    return json.dumps(schema, ensure_ascii=False)


def read_by(plan: RunPlan, number: int) -> list[Pass]:
    """The passes over pages that stand behind the notes of pass `number`."""
    one = plan.passes[number - 1]
    return [one] if one.pieces else [read for note in one.notes for read in read_by(plan, note)]


def _turns(instructions: str, rules: str, blocks: Sequence[str], question: str) -> tuple[Turn, ...]:
    system = "\n\n".join(part for part in (instructions.strip(), rules) if part)
    return Turn("system", system), Turn("user", "\n\n".join([*blocks, question]))


def _note_block(plan: RunPlan, note: PassResult) -> str:
    """The notes of one pass behind the pages it read."""
    pages: dict[int, set[int]] = {}
    for one in read_by(plan, note.number):
        for piece in one.pieces:
            pages.setdefault(piece.document, set()).update(piece.pages)
    named = "; ".join(f"D{document} p.{format_pages(sorted(numbers))}" for document, numbers in sorted(pages.items()))
    return f"[Notes on {named}]\n{note.text.strip()}"
