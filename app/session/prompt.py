"""Composes what the model is given: the conversation with its documents, every page numbered so it can be cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.chat import Document, FileReading, Role
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
    """A whole document as the model reads it: name, then every page behind its marker."""
    head = f"[D{number}: {document.name}, {len(document.pages)} pages]"
    pages = (f"[D{number} p.{page.number}]\n{page.text}" for page in document.pages)
    return "\n\n".join([head, *pages, f"[end of D{number}]"])


def readings(thread: Sequence[Said]) -> tuple[FileReading, ...]:
    """The receipt's lines: every document of the conversation goes to the model whole, nothing is dropped."""
    return tuple(
        FileReading(path=document.path, pages=len(document.pages), tokens=document.tokens)
        for said in thread
        for document in said.documents
    )
