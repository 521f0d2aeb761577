"""A letter as the mail kinds give it, and how it is told: heads, body, then each attachment by its own kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.words import mark
from app.ingest import lines, markdown
from app.ingest.container import Container
from app.ingest.nesting import MAX_DEPTH
from app.ingest.readers.web import to_markdown
from app.ingest.source import Output, Source

HEADS = ("From", "To", "Cc", "Date", "Subject")
HEAD_CHARACTERS = 4_000
PARTS_CUT = mark("{name} has too many parts; only the first were read.")
Read = Callable[[Source, Output], None]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a letter. `load` gives its bytes, or `read` reads it where it lies, as a letter inside a letter.

    `is_shown` marks pictures that are part of the letter's look: nobody misses their text.
    """

    name: str
    size_bytes: int
    load: Callable[[], bytes]
    read: Read | None = None
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """Heads in the order of `HEADS`; `plain` and `html` are the two forms of the same body, either may be empty."""

    heads: dict[str, str]
    plain: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    was_cut: bool = False

    def body(self) -> str:
        """The plain form, unless only the other keeps a table together or says anything at all."""
        rich = to_markdown(self.html)[0] if self.html.strip() else ""
        return rich if not self.plain.strip() or "|---" in rich else self.plain.strip()


def send_letter(letter: Letter, source: Source, output: Output, kind: str) -> None:
    """Send the letter as "mail" and every attachment's pages after it; attachments are all named in the letter."""
    parts = Container(source, output)
    for attachment in letter.attachments:
        if attachment.is_shown:
            parts.leave_out(attachment.name, attachment.size_bytes, "a picture in the mail, not read")
        elif source.depth >= MAX_DEPTH:
            parts.skip(attachment.name, attachment.size_bytes, "not opened, nested too deeply")
        else:
            parts.add(attachment.name, attachment.size_bytes, attachment.load, attachment.read)
    heads = [f"**{name}:** {letter.heads[name][:HEAD_CHARACTERS]}" for name in HEADS if letter.heads.get(name)]
    pages = lines.cut("\n".join([*heads, "", letter.body().replace("\r\n", "\n")]))
    output.begin(kind, len(pages) + sum(len(part.pages) for part in parts.parts))
    for number, (label, text) in enumerate(pages, 1):
        if number == len(pages) and parts.parts:
            text += "\n\nAttachments:\n\n" + markdown.table([parts.HEAD, *parts.rows(len(pages) + 1)])
        output.page(text, f"mail {label}".strip())
    if letter.was_cut:
        output.warn(PARTS_CUT)
    parts.send_parts()
