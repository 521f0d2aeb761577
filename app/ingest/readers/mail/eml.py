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
_NAMED = re.compile(r'name="?([^";\r\n]+)', re.IGNORECASE)
_ENVELOPE = re.compile(rb"^From \S{1,200} [^\r\n]{0,40}?\d\d:\d\d[^\r\n]{0,60}\r?\n", re.MULTILINE)


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
        else:
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
        if part.is_multipart() and isinstance(inside, list) and part.get_content_maintype() != "message":
            waiting[:0] = [piece for piece in inside if isinstance(piece, email.message.Message)]
        else:
            left -= 1
            yield part


def _attachment(part: email.message.Message, kind: str, file: str, number: int) -> Attachment:
    if part.is_multipart():
        return _enclosed(part, kind, file, number)
    data = _payload(part)
    shown_as = file or f"attachment {number} ({kind})"
    is_shown = kind.startswith("image/") and part.get_content_disposition() != "attachment"
    return Attachment(shown_as, len(data), lambda: data, is_shown=is_shown)


def _enclosed(part: email.message.Message, kind: str, file: str, number: int) -> Attachment:
    """A letter in the letter, or a report about one, which mail servers write as heads without a body."""
    inside = part.get_payload()
    letters = (
        [letter for letter in inside if isinstance(letter, email.message.Message)] if isinstance(inside, list) else []
    )
    data = b"\n".join(letter.as_bytes() for letter in letters)
    if kind != "message/rfc822":
        return Attachment(file or f"attachment {number} ({kind})", len(data), lambda: data)
    name = (_head(letters[0], "Subject") if letters else "") or f"attachment {number}"
    return Attachment(file or f"{name}.eml", len(data), lambda: data, _read_letter)


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
    """From either head that may have it; one with bytes of its own is taken as it stands."""
    for head in ("content-disposition", "content-type"):
        raw = _raw(part, head)
        if _has_bytes(raw) and (found := _NAMED.search(raw)):
            return _decoded(found.group(1))[:NAME_CHARACTERS]
    try:
        return _decoded(part.get_filename() or "")[:NAME_CHARACTERS]
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""


def _head(message: email.message.Message, name: str) -> str:
    return _decoded(_raw(message, name.lower()))


def _raw(message: email.message.Message, name: str) -> str:
    """All heads of that name, as they stand."""
    return ", ".join(str(value) for key, value in message.raw_items() if key.lower() == name)


def _has_bytes(value: str) -> bool:
    """Whether bytes stand in it that are no ASCII, as the parser keeps them."""
    return any("\udc80" <= letter <= "\udcff" for letter in value)


def _decoded(value: str) -> str:
    """Encoded words as text; text that only smells of bytes by the ladder of evidence."""
    value = _FOLD.sub(" ", value[:20_000])
    if _has_bytes(value):
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
