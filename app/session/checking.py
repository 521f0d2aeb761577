"""Checks what an answer cites when it is complete, away from the main thread, and keeps what was found with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from app.core.citation import Citation
from app.session.desk import Desk
from app.session.prompt import Said

log = logging.getLogger(__name__)

Checked = Callable[[tuple[Citation, ...]], object]


def check_answer(desk: Desk, message_id: int, text: str, thread: Sequence[Said], done: Checked) -> None:
    """`done(citations)` always comes, on the main thread, when they are kept with the message.

    An answer stands whether this works or not: a failure goes to the log and gives no citations.
    """

    def failed(error: Exception) -> None:
        log.warning("the citations of an answer could not be checked or kept", exc_info=error)
        done(())

    def keep(citations: tuple[Citation, ...]) -> None:
        if not citations:
            done(())
            return
        desk.store.ask(lambda store: store.set_citations(message_id, citations), lambda _: done(citations), failed)

    if not text or not any(said.documents for said in thread):
        done(())
        return
    said_now = tuple(thread)
    desk.jobs.run(lambda: citations_of(text, said_now), keep, failed)


def citations_of(text: str, thread: Sequence[Said]) -> tuple[Citation, ...]:
    """What an answer to this conversation cites. What the conversation itself says is nobody's false quotation."""
    from app.cite.check import check  # numpy with it, which no start of the program should wait for
    from app.cite.sources import Sources

    sources = Sources(tuple(document for said in thread for document in said.documents))
    return check(text, sources, [said.text for said in thread])
