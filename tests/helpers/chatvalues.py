"""Whole chats as hypothesis draws them: trees with documents, runs and origins."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from app.core.chat import Document, FileReading, Page, Receipt, Timing, Usage
from app.core.chatfile import ChatCopy, DocumentCopy, DocumentRef, MessageCopy, QueuedCopy, RunCopy
from app.core.citation import Citation, PageRef, Place
from app.core.params import Choices, Sampling
from app.core.record import ModelUsed, Origin
from app.core.run import Pass, PassResult, Piece, RunPlan

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
TIMES = st.floats(1, 1.7e9, allow_nan=False)


@st.composite
def chats(draw: Any) -> tuple[ChatCopy, tuple[DocumentCopy, ...]]:
    """A chat and the documents it refers to."""
    documents = tuple(draw(_document(number)) for number in range(1, draw(st.integers(0, 2)) + 1))
    messages: list[MessageCopy] = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        messages.append(draw(_message(number, [one.number for one in messages], documents)))
    numbers = [one.number for one in messages]
    shown = draw(st.sampled_from(numbers)) if numbers else None
    queued = tuple(QueuedCopy(draw(TEXT), draw(st.booleans())) for _ in range(draw(st.integers(0, 1))))
    choices = Choices(temperature=draw(st.none() | st.floats(0, 2)), instructions=draw(TEXT))
    created = draw(TIMES)
    return (
        ChatCopy(
            draw(TEXT),
            created,
            created + 1,
            tuple(messages),
            shown,
            draw(TEXT),
            choices,
            note=draw(TEXT),
            queued=queued,
        ),
        documents,
    )


@st.composite
def _document(draw: Any, number: int) -> DocumentCopy:
    pages = tuple(Page(n, draw(TEXT), draw(st.integers(0, 99))) for n in range(1, draw(st.integers(1, 3)) + 1))
    name = f"{number}.pdf"
    content = Document(f"/d/{name}", name, "pdf", f"{number:064x}", pages, (), "vocabulary of 500")
    return DocumentCopy(number, draw(TIMES), content)


@st.composite
def _message(draw: Any, number: int, before: list[int], documents: tuple[DocumentCopy, ...]) -> MessageCopy:
    parent = draw(st.sampled_from([None, *before])) if before else None
    if draw(st.booleans()):
        refs = tuple(DocumentRef(one.number, draw(st.none() | st.just((1,)))) for one in documents)
        runs = (_RUN,) if draw(st.booleans()) else ()
        return MessageCopy(number, "user", draw(TEXT), draw(TIMES), parent, documents=refs, runs=runs)
    return MessageCopy(
        number,
        "assistant",
        draw(TEXT),
        draw(TIMES),
        parent,
        draw(st.sampled_from(("complete", "stopped", "length", "failed"))),
        draw(TEXT),
        draw(st.integers(0, 10**6)),
        "/m/Qwen3-32B-Q4_K_M.gguf",
        usage=Usage(draw(st.integers(0, 10**6)), 7),
        timing=Timing(decode_tok_s=draw(st.floats(0, 1e4))),
        receipt=Receipt((FileReading("/d/1.pdf", 1, 2),), 3, 4),
        citations=(Citation("quote", 0, 3, draw(TEXT), "exact", cited=(PageRef(1, 1),), places=(Place(1, 1, 0, 2),)),),
        origin=draw(st.none() | st.just(Origin("1", 2.0, model=ModelUsed("/m", 3, "ab"), sampling=Sampling(seed=5)))),
    )


_RUN = RunCopy(
    RunPlan("cover", "Why?", (Pass((Piece(1, (1, 2)),)),)), "running", 1.0, 2.0, (PassResult(0, "because", 2, 9),)
)
