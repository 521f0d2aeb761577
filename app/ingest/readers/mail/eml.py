"""Mail as it travels (EML, MHTML) and mailboxes of it (mbox)."""

from __future__ import annotations

import email
import email.header
import email.message
import email.policy
import email.utils
import re
from collections.abc import Iterator
from functools import partial

from app.core.errors import CarrelError
from app.ingest.container import Container
from app.ingest.decoding import WIDER, decode
from app.ingest.readers.mail.letter import HEADS, Attachment, Letter, send_letter
from app.ingest.refusal import damaged, is_known_binary
from app.ingest.source import Output, Source

SUFFIXES = frozenset({".eml", ".emlx", ".mht", ".mhtml"})
MAX_PARTS = 2_000
MAX_LETTERS = 5_000
NAME_CHARACTERS = 200
_HEADS = re.compile(
    rb"^(from|to|cc|date|subject|message-id|mime-version|received|return-path|delivered-to):", re.I | re.M
)
_TRAVELLED = re.compile(rb"^(message-id|mime-version|received|return-path):", re.I | re.M)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_ENVELOPE = re.compile(rb"^From \S+.*\d\d:\d\d.*\r?\n", re.MULTILINE)


def recognize(source: Source) -> str | None:
    """By the heads that mail gathers on its way; a text that merely quotes some is none."""
    if is_known_binary(source.head):
        return None
    head = _as_bytes(source.head)
    if _ENVELOPE.match(head):
        return "mbox"
    top = head.split(b"\n\n")[0] if b"\n\n" in head else head.split(b"\r\n\r\n")[0]
    kinds = {match.lower() for match in _HEADS.findall(top)}
    is_one = len(kinds) >= 3 and _TRAVELLED.search(top) and re.match(rb"[A-Za-z-]+:|\d+\s", top)
    return "eml" if is_one or (source.suffix in SUFFIXES and kinds) else None


def read(source: Source, output: Output) -> None:
    data = _as_bytes(source.data)
    if recognize(source) == "mbox":
        _read_mailbox(data, source, output)
        return
    if source.suffix == ".emlx":  # Apple puts the length before the mail
        data = data.partition(b"\n")[2]
    send_letter(letter_of(data, source.name), source, output, "eml")


def letter_of(data: bytes, name: str) -> Letter:
    """Raises `CarrelError` when it is nested without end."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        parts = list(_leaves(message))
    except (RecursionError, ValueError) as error:
        raise damaged(name) from error
    plain, html, attachments = list[str](), list[str](), list[Attachment]()
    for part in parts:
        kind, file = part.get_content_type(), _file_name(part)
        if kind in ("text/plain", "text/html") and not file and part.get_content_disposition() != "attachment":
            (html if kind == "text/html" else plain).append(_text(part))
        elif not part.is_multipart() or kind == "message/rfc822":
            attachments.append(_attachment(part, kind, file, len(attachments) + 1))
    heads = {head: _head(message, head) for head in HEADS}
    return Letter(heads, "\n\n".join(plain), "\n".join(html), attachments, was_cut=len(parts) >= MAX_PARTS)


def _read_mailbox(data: bytes, source: Source, output: Output) -> None:
    parts = Container(source, output)
    envelopes = list(_ENVELOPE.finditer(data))
    ends = [*(match.start() for match in envelopes[1:]), len(data)]
    for number, (place, end) in enumerate(zip((match.end() for match in envelopes), ends, strict=True), 1):
        mail = data[place:end]
        if number > MAX_LETTERS:
            parts.skip(f"mail {number} and later", len(data) - place, "left out, there are too many")
            break
        parts.add(f"mail {number}", len(mail), partial(bytes, mail), _read_letter)
    if not parts.parts:
        raise damaged(source.name)
    parts.send("mbox")


def _read_letter(source: Source, output: Output) -> None:
    send_letter(letter_of(source.data, source.name), source, output, "eml")


def _leaves(message: email.message.Message) -> Iterator[email.message.Message]:
    """The parts that are no mere frames; a letter inside the letter is one part."""
    waiting, left = [message], MAX_PARTS
    while waiting and left:
        part = waiting.pop(0)
        inside = part.get_payload()
        if part.is_multipart() and isinstance(inside, list) and part.get_content_type() != "message/rfc822":
            waiting[:0] = [piece for piece in inside if isinstance(piece, email.message.Message)]
        else:
            left -= 1
            yield part


def _attachment(part: email.message.Message, kind: str, file: str, number: int) -> Attachment:
    if kind == "message/rfc822":
        inside = part.get_payload()
        letter = inside[0] if isinstance(inside, list) and inside else None
        name, data = f"attachment {number}", b""
        if isinstance(letter, email.message.Message):
            name, data = _head(letter, "Subject") or name, letter.as_bytes()
        return Attachment(file or f"{name}.eml", len(data), lambda: data, _read_letter)
    data = _payload(part)
    shown_as = file or f"attachment {number} ({kind})"
    is_shown = kind.startswith("image/") and part.get_content_disposition() != "attachment"
    return Attachment(shown_as, len(data), lambda: data, is_shown=is_shown)


def _payload(part: email.message.Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError):
        data = None
    return data if isinstance(data, bytes) else b""


def _text(part: email.message.Message) -> str:
    """In the character set it names, or its superset; by the bytes when that does not fit them."""
    data = _payload(part)
    charset = part.get_content_charset() or ""
    try:
        return data.decode(WIDER.get(charset, charset)) if charset else decode(data).text
    except (UnicodeDecodeError, LookupError, ValueError):
        return decode(data).text


def _file_name(part: email.message.Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""
    return _decoded(name)[:NAME_CHARACTERS]


def _head(message: email.message.Message, name: str) -> str:
    """All heads of that name; raw bytes in them are decoded as the rest of the world does."""
    try:
        values = message.get_all(name) or []
    except (ValueError, IndexError):
        return ""
    return ", ".join(_decoded(str(value)) for value in values)


def _decoded(value: str) -> str:
    """Encoded words as text; text that only smells of bytes by the ladder of evidence."""
    value = _FOLD.sub(" ", value[:20_000])
    if any("\udc80" <= letter <= "\udcff" for letter in value):
        value = decode(value.encode("utf-8", "surrogateescape")).text
    if "=?" not in value:
        return value.strip()
    try:
        pieces = email.header.decode_header(value)
    except (ValueError, CarrelError, email.errors.HeaderParseError):
        return value.strip()
    return "".join(_piece(piece, charset) for piece, charset in pieces).strip()


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(WIDER.get((charset or "").lower(), charset or "utf-8"))
    except (UnicodeDecodeError, LookupError, ValueError):
        return decode(piece).text


def _as_bytes(data: bytes) -> bytes:
    """Mail is ASCII by its rules; a program that saved it as UTF-16 is forgiven."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:100]:
        return decode(data).text.encode("utf-8", "replace")
    return data.lstrip(b"\xef\xbb\xbf\r\n")
