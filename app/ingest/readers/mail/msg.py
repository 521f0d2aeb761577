"""Mail as Outlook saves it (MSG): properties in the streams of an OLE file, MS-OXMSG."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import struct
from typing import TYPE_CHECKING

from app.core.errors import CarrelError
from app.ingest.decoding import decode
from app.ingest.readers.mail.letter import Attachment, Letter, send_letter
from app.ingest.readers.mail.lzfu import unpacked
from app.ingest.refusal import OLE_MAGIC, damaged
from app.ingest.source import Output, OutputFull, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    import olefile

PROPERTIES = "__properties_version1.0"
SUBJECT, BODY, HTML, RTF = 0x0037, 0x1000, 0x1013, 0x1009
SENDER, SENDER_ADDRESS, SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
DISPLAY_TO, DISPLAY_CC = 0x0E04, 0x0E03
RECIPIENT_NAME, RECIPIENT_ADDRESS, RECIPIENT_SMTP, RECIPIENT_TYPE = 0x3001, 0x3003, 0x39FE, 0x0C150003
LONG_NAME, SHORT_NAME, DISPLAY_NAME, DATA, EMBEDDED = 0x3707, 0x3704, 0x3001, "37010102", "3701000D"
CONTENT_ID, HIDDEN = 0x3712, 0x7FFE000B
SENT, DELIVERED = 0x00390040, 0x0E060040
CODE_PAGES = (0x3FFD0003, 0x3FDE0003)
CODECS = {65001: "utf-8", 936: "gb18030", 54936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949"}
WESTERN = frozenset({0, 1252, 20127, 28591})
TO, CC = 1, 2
MAX_RECIPIENTS = 200
MAX_BODY = 20_000_000
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emz", ".wmz")


def recognize(source: Source) -> str | None:
    """An OLE file with the stream that holds a letter's properties."""
    is_one = source.head.startswith(OLE_MAGIC) and PROPERTIES.encode("utf-16-le") in source.data
    return "msg" if is_one else None


def read(source: Source, output: Output) -> None:
    import olefile

    try:
        ole = olefile.OleFileIO(io.BytesIO(source.data))
        letter = _Storage(ole, ()).letter()
    except (OSError, ValueError, IndexError, struct.error, TypeError, AttributeError) as error:
        raise damaged(source.name) from error
    send_letter(letter, source, output, "msg")


class _Storage:
    """A letter, a recipient or an attachment: a folder of streams named after the properties they hold."""

    def __init__(self, ole: olefile.OleFileIO, path: tuple[str, ...]) -> None:
        self._ole, self._path = ole, path
        self._names = {entry[-1].lower(): entry for entry in map(tuple, ole.listdir()) if _is_in(entry, path)}
        self._fixed = self._read_fixed()
        self._codec = _codec(self._fixed)

    def letter(self) -> Letter:
        heads = {
            "From": _person(self.text(SENDER), self.text(SENDER_SMTP) or self.text(SENDER_ADDRESS)),
            "To": self._recipients(TO) or self.text(DISPLAY_TO),
            "Cc": self._recipients(CC) or self.text(DISPLAY_CC),
            "Date": self._date(),
            "Subject": self.text(SUBJECT),
        }
        html = self.stream(f"{HTML:04X}0102")
        rich = decode(html).text if html else self.text(HTML)
        plain = self.text(BODY)
        if not plain.strip() and not rich.strip():
            plain = self._from_rtf()
        attachments = [self._attachment(inner, name) for name, inner in self._inner("__attach")]
        return Letter(heads, plain, rich, attachments)

    def text(self, prop: int) -> str:
        """A property as text: UTF-16, or bytes in the letter's own code page."""
        wide = self.stream(f"{prop:04X}001F")
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self.stream(f"{prop:04X}001E")
        try:
            return narrow.decode(self._codec).rstrip("\0")
        except UnicodeDecodeError:
            return decode(narrow).text.rstrip("\0")

    def stream(self, tag: str) -> bytes:
        name = self._names.get(f"__substg1.0_{tag}".lower())
        if name is None or self._ole.get_type(list(name)) != 2:
            return b""
        data: bytes = self._ole.openstream(list(name)).read()
        return data

    def fixed(self, tag: int) -> bytes:
        return self._fixed.get(tag, b"")

    def _inner(self, prefix: str) -> list[tuple[str, _Storage]]:
        """The storages of that prefix, in their own order."""
        depth = len(self._path)
        entries = map(tuple, self._ole.listdir())
        inside = (entry for entry in entries if len(entry) > depth + 1 and entry[:depth] == self._path)
        names = sorted({entry[depth] for entry in inside if entry[depth].lower().startswith(prefix)})
        return [(name, _Storage(self._ole, (*self._path, name))) for name in names]

    def _recipients(self, kind: int) -> str:
        people = [
            _person(inner.text(RECIPIENT_NAME), inner.text(RECIPIENT_SMTP) or inner.text(RECIPIENT_ADDRESS))
            for _, inner in self._inner("__recip")[:MAX_RECIPIENTS]
            if int.from_bytes(inner.fixed(RECIPIENT_TYPE)[:4], "little") & 0xF == kind
        ]
        return "; ".join(person for person in people if person)

    def _attachment(self, inner: _Storage, name: str) -> Attachment:
        shown_as = inner.text(LONG_NAME) or inner.text(SHORT_NAME) or inner.text(DISPLAY_NAME) or name.strip("_")
        embedded = next((path for key, path in inner.folders() if key == f"__substg1.0_{EMBEDDED}".lower()), None)
        if embedded:
            within = _Storage(self._ole, embedded)
            shown_as = shown_as if shown_as.lower().endswith(".msg") else f"{shown_as}.msg"
            return Attachment(shown_as, 0, lambda: OLE_MAGIC, within.send)
        data = inner.stream(DATA)
        is_picture = bool(inner.text(CONTENT_ID)) or any(inner.fixed(HIDDEN)[:2])
        return Attachment(
            shown_as, len(data), lambda: data, is_shown=is_picture and shown_as.lower().endswith(PICTURES)
        )

    def send(self, source: Source, output: Output) -> None:
        """As a letter inside another."""
        send_letter(self.letter(), source, output, "msg")

    def folders(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        depth = len(self._path)
        entries = map(tuple, self._ole.listdir())
        return {
            entry[depth].lower(): entry[: depth + 1]
            for entry in entries
            if len(entry) > depth + 1 and entry[:depth] == self._path
        }.items()

    def _read_fixed(self) -> dict[int, bytes]:
        """Properties of a fixed size by tag; the head of their stream is longer in the outermost letter."""
        name = self._names.get(PROPERTIES)
        data: bytes = self._ole.openstream(list(name)).read() if name else b""
        last = self._path[-1].lower() if self._path else ""
        start = 8 if last.startswith(("__attach", "__recip")) else 24 if self._path else 32
        return {
            int.from_bytes(data[place : place + 4], "little"): data[place + 8 : place + 16]
            for place in range(start, len(data) - 15, 16)
        }

    def _date(self) -> str:
        """Hundreds of nanoseconds since 1601, as Windows counts."""
        for tag in (SENT, DELIVERED):
            count = int.from_bytes(self.fixed(tag), "little")
            if count:
                try:
                    moment = dt.datetime(1601, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=count // 10)
                except OverflowError:
                    continue
                return moment.strftime("%Y-%m-%d %H:%M UTC")
        return ""

    def _from_rtf(self) -> str:
        data = unpacked(self.stream(f"{RTF:04X}0102"))
        if not data:
            return ""
        from app.ingest.readers import find_reader

        said: list[str] = []
        inner = Source("body.rtf", data)
        output = Output(lambda message: said.append(getattr(message, "text", "")), inner.name, MAX_BODY)
        try:
            find_reader(inner).read(inner, output)
        except (CarrelError, OutputFull):
            return "".join(said)
        return "".join(said)


def _is_in(entry: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(entry) == len(path) + 1 and entry[: len(path)] == path


def _codec(fixed: dict[int, bytes]) -> str:
    page = next((int.from_bytes(fixed[tag][:4], "little") for tag in CODE_PAGES if tag in fixed), 1252)
    codec = CODECS.get(page, "cp1252" if page in WESTERN else f"cp{page}")
    try:
        codecs.lookup(codec)
    except LookupError:
        return "cp1252"
    return codec


def _person(name: str, address: str) -> str:
    if not address or address == name:
        return name
    if "@" not in address:  # an address inside Exchange says nothing to a reader
        return name or address
    return f"{name} <{address}>" if name else address
