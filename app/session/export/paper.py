"""A chat as it is put on paper: what every format says, before any of them says it in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from app.core.counts import pages_words
from app.core.dates import exact_words, moment_words
from app.core.record import Origin
from app.core.units import format_duration, format_pages
from app.core.words import mark, say
from app.session.receipt import citations_line, receipt_line, receipt_rows
from app.session.verdicts import cited_words, verdict_words, worth_listing
from app.store.rows import Attachment, Chat, Message
from app.store.store import Store

LONGEST_QUOTE = 160  # characters of a quotation in the list of citations


class Contents(msgspec.Struct, frozen=True):
    """What goes into an export. `versions`: every version of every message instead of the branch that is shown."""

    thinking: bool = False
    files: bool = True
    citations: bool = True
    receipts: bool = True
    versions: bool = False


class Entry(msgspec.Struct, frozen=True):
    """One message. `when` it was written stands before `meta`; `at_s` is the same in Unix seconds.

    `text` and `thinking` are Markdown in answers; what a person typed is plain (`is_answer` False).
    """

    heading: str
    meta: str
    text: str
    is_answer: bool
    when: str = ""
    at_s: float = 0.0
    files: tuple[str, ...] = ()
    thinking_heading: str = ""
    thinking: str = ""
    note: str = ""
    citations_line: str = ""
    citations: tuple[str, ...] = ()
    receipt_line: str = ""
    receipt: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """What stands beside the heading."""
        return " · ".join(part for part in (self.when, self.meta) if part)


class Paper(msgspec.Struct, frozen=True):
    """A chat, ready to be written. `facts` are names and values that stand under the title; those of them that are
    moments are in `times` with their Unix seconds.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    times: dict[str, float] = {}


class Transcript(msgspec.Struct, frozen=True):
    """A chat as the store has it: the branch that is shown, every message, and what answers were made with."""

    chat: Chat
    shown: tuple[Message, ...]
    messages: tuple[Message, ...]
    origins: dict[int, Origin] = {}


def read_transcript(store: Store, chat_id: int) -> Transcript:
    """On the database thread."""
    shown, messages = store.thread(chat_id), store.all_messages(chat_id)
    return Transcript(store.chat(chat_id), tuple(shown), tuple(messages), store.origins_of(chat_id))


def paper_of(transcript: Transcript, contents: Contents = Contents()) -> Paper:  # noqa: B008 - a frozen value
    """The chat in the current language."""
    messages = _in_order(transcript) if contents.versions else list(transcript.shown)
    counted, versions = _document_numbers(transcript.messages), _versions(transcript.messages)
    entries = [
        _entry(one, contents, counted.get(one.id, 1), versions.get(one.id, "") if contents.versions else "")
        for one in messages
    ]
    times = {moment(at_s): at_s for at_s in (transcript.chat.created_at, transcript.chat.updated_at)}
    return Paper(transcript.chat.title or say("Untitled"), _facts(transcript, messages), tuple(entries), times)


def moment(time_s: float, *, exact: bool = False) -> str:
    """Day and time here, as people write them in the language spoken; "" for what is not known. `exact` ones have their
    seconds, and the same moment in UTC beside them.
    """
    if time_s <= 0:
        return ""
    try:
        return exact_words(time_s) if exact else moment_words(time_s)
    except (OverflowError, OSError, ValueError):  # a time that came from elsewhere
        return "?"


def model_of(path: str) -> str:
    return Path(path.replace("\\", "/")).stem


def _facts(transcript: Transcript, messages: Sequence[Message]) -> tuple[tuple[str, str], ...]:
    chat = transcript.chat
    models = dict.fromkeys(model_of(one.model) for one in messages if one.model)
    facts = [(say("Begun"), moment(chat.created_at)), (say("Last changed"), moment(chat.updated_at))]
    if models:
        facts.append((say("Model"), say(", ").join(models)))
    if chat.choices.instructions.strip():
        facts.append((say("Instructions"), chat.choices.instructions.strip()))
    return tuple(fact for fact in facts if fact[1])


def _entry(message: Message, contents: Contents, first: int, version: str) -> Entry:
    is_answer = message.role == "assistant"
    meta = [model_of(message.model) if is_answer else "", version]
    entry = Entry(
        heading=say("Answer") if is_answer else say("Question"),
        meta=" · ".join(part for part in meta if part),
        when=moment(message.created_at),
        at_s=message.created_at,
        text=message.text,
        is_answer=is_answer,
        note=_note(message),
        files=tuple(file_line(number, one) for number, one in enumerate(message.documents, first))
        if contents.files
        else (),
    )
    if contents.thinking and message.thinking:
        heading = say("Thinking")
        if message.thinking_ms:
            heading = say("Thought for {time}", time=format_duration(message.thinking_ms / 1000))
        entry = msgspec.structs.replace(entry, thinking_heading=heading, thinking=message.thinking)
    return _with_proofs(entry, message, contents) if is_answer else entry


def _with_proofs(entry: Entry, message: Message, contents: Contents) -> Entry:
    if contents.citations and message.citations:
        rows = tuple(_citation_line(cited_words(one), verdict_words(one)) for one in worth_listing(message.citations))
        entry = msgspec.structs.replace(entry, citations_line=citations_line(message.citations), citations=rows)
    if contents.receipts:
        line = receipt_line(message.receipt, message.usage, message.timing)
        entry = msgspec.structs.replace(entry, receipt_line=line, receipt=tuple(receipt_rows(message.receipt)))
    return entry


def _citation_line(quote: str, verdict: str) -> str:
    short = quote if len(quote) <= LONGEST_QUOTE else quote[: LONGEST_QUOTE - 1] + "…"
    return say("“{quote}” – {verdict}", quote=short, verdict=verdict)


def file_line(number: int, file: Attachment) -> str:
    """A file with the pages that were sent of it and what names its bytes."""
    if file.chosen is None:
        pages = pages_words(1) if file.pages == 1 else say("all {count} pages", count=file.pages)
    else:
        pages = say("pages {list} of {count}", list=format_pages(file.chosen) or "–", count=file.pages)
    return f"D{number} {file.name} · {pages} · SHA-256 {file.sha256}"


_NOTES = {
    "stopped": mark("Stopped before its end."),
    "length": mark("Ended at its longest length."),
    "streaming": mark("Still being written when this was saved."),
    "failed": mark("Broken off by a failure: {cause}."),
}


def _note(message: Message) -> str:
    note = _NOTES.get(message.state, "")
    return say(note, cause=message.cause or "?") if note else ""


def _document_numbers(messages: Sequence[Message]) -> dict[int, int]:
    """The number of the first document of each message: as in the prompt, documents count along their branch."""
    after: dict[int | None, int] = {None: 1}
    first: dict[int, int] = {}
    for one in messages:
        first[one.id] = after.get(one.parent_id, 1)
        after[one.id] = first[one.id] + len(one.documents)
    return first


def _children(messages: Sequence[Message]) -> Mapping[int | None, list[Message]]:
    found: dict[int | None, list[Message]] = {}
    for one in messages:
        found.setdefault(one.parent_id, []).append(one)
    return found


def _versions(messages: Sequence[Message]) -> dict[int, str]:
    """ "Version 2 of 3" of every message that has others beside it."""
    return {
        one.id: say("Version {number} of {count}", number=number, count=len(beside))
        for beside in _children(messages).values()
        if len(beside) > 1
        for number, one in enumerate(beside, 1)
    }


def _in_order(transcript: Transcript) -> list[Message]:
    """Every message, each branch followed to its end; among versions the one that is shown first."""
    children, shown = _children(transcript.messages), {one.id for one in transcript.shown}
    waiting, found = [*_last_first(children.get(None, []), shown)], []
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += _last_first(children.get(one.id, []), shown)
    return found


def _last_first(messages: Sequence[Message], shown: set[int]) -> list[Message]:
    return sorted(messages, key=lambda one: (one.id in shown, -one.id))
