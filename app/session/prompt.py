"""Composes what the model is given: the conversation with its documents, every page numbered so it can be cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.chat import Document, FileReading, Page, Role
from app.core.units import format_pages
from app.engine.messages import Turn

# Given to the model, so it is English whatever the window speaks; Qwen3 answers in the language of the question.
READING_RULES = (
    "The user's messages may contain documents. Each page begins with a marker such as [D1 p.2]. "
    "Answer from the documents when they hold the answer, cite pages by their markers, quote exactly, "
    "and say plainly when something is not in the documents."
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation as the store keeps it: text and the documents dropped into it."""

    role: Role
    text: str
    documents: tuple[Document, ...] = ()


def compose_turns(thread: Sequence[Said], system_prompt: str) -> tuple[Turn, ...]:
    """The turns for the chat template. Documents stand before the words of the message they came with."""
    has_documents = any(said.documents for said in thread)
    system = "\n\n".join(part for part in (system_prompt.strip(), READING_RULES if has_documents else "") if part)
    turns = [Turn("system", system)] if system else []
    number = 1
    for said in thread:
        blocks = []
        for document in said.documents:
            blocks.append(document_block(document, number))
            number += 1
        turns.append(Turn(said.role, "\n\n".join([*blocks, said.text]) if blocks else said.text))
    return tuple(turns)


def document_block(document: Document, number: int) -> str:
    """A document as the model reads it: name, then every page that is sent behind its marker."""
    head = f"[D{number}: {document.name}, {_pages_words(document)}]"
    pages = (f"{page_marker(number, page)}\n{page.text}" for page in document.sent)
    return "\n\n".join([head, *pages, f"[end of D{number}]"])


def page_marker(number: int, page: Page) -> str:
    """What stands before a page: by this the model cites it. What the document itself calls the page follows."""
    return f"[D{number} p.{page.number}]" + (f" {page.label}" if page.label else "")


def _pages_words(document: Document) -> str:
    """How much of the document the model is given, so that it does not take a part for the whole."""
    total = len(document.pages)
    if document.chosen is None:
        return f"{total} pages"
    numbers = [page.number for page in document.sent]
    return f"pages {format_pages(numbers)} of {total}" if numbers else f"left out: none of its {total} pages is given"


def readings(thread: Sequence[Said]) -> tuple[FileReading, ...]:
    """The receipt's lines, D1 first: every page goes to the model but those the user ticked off."""
    return tuple(reading_of(document) for said in thread for document in said.documents)


def reading_of(document: Document) -> FileReading:
    sent = document.sent
    return FileReading(
        path=document.path,
        pages=len(sent),
        tokens=document.sent_tokens,
        dropped_tokens=document.tokens - sum({page.number: page.tokens for page in sent}.values()),
        page_list="" if document.chosen is None else format_pages([page.number for page in sent]),
        total_pages=len(document.pages),
    )
