"""What crosses the wall between Carrel and a file reader: one JSON object a line.

Down goes one `Request`; up come `Started`, any number of `PageRead`, `Warned`, `Moved`, `Entered` and `Holds`, and
last exactly one of `Finished` and `Refused`. A child that ends without either died, and the parent says so.
"""

from __future__ import annotations

import msgspec

from app.core.chat import PageFlag
from app.core.errors import CarrelError

Value = str | int


class Limits(msgspec.Struct, frozen=True):
    """How much one file may cost. The child is held to the first three by the operating system or by itself;
    the parent ends a child that says nothing for `silence_s`."""

    memory_bytes: int = 2 << 30
    cpu_s: int = 300
    characters: int = 20_000_000
    file_bytes: int = 512 << 20
    silence_s: float = 60.0


class Request(msgspec.Struct, frozen=True):
    """Read the file or folder at `path` (as `os.fsencode` writes it). `plain` leaves table recognition out.

    `password` opens a file that asks for one; it goes down the pipe and nowhere else. Of the files inside the file,
    by the number that `Entered` gave them, some are read plainly and some left out, because they ended a child.
    """

    path: bytes
    limits: Limits
    plain: bool = False
    password: str = ""
    plain_parts: tuple[int, ...] = ()
    skip_parts: tuple[int, ...] = ()


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The kind is known. `pages` is 0 when their number is not known yet."""

    kind: str
    pages: int


class PageRead(msgspec.Struct, frozen=True, tag="page"):
    """The text of one page, numbered from 1; `label` and `flag` as in `core.chat.Page`."""

    number: int
    text: str
    label: str = ""
    flag: PageFlag = ""


class Warned(msgspec.Struct, frozen=True, tag="warned"):
    """Something the user should know about the text, as a template and its values."""

    template: str
    params: dict[str, Value] = {}


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """Work goes on: this many pages are ready, though not sent."""

    pages: int


class Entered(msgspec.Struct, frozen=True, tag="entered"):
    """A file inside the file is read next, counted from 1 in the order of reading."""

    part: int


class Holds(msgspec.Struct, frozen=True, tag="holds"):
    """The folder holds this file (as `os.fsencode` writes it), which is a document of its own."""

    path: bytes


class Refused(msgspec.Struct, frozen=True, tag="failed"):
    """The file cannot be read: the parts of a `CarrelError`."""

    code: str
    template: str
    remedy: str = ""
    params: dict[str, Value] = {}

    def error(self) -> CarrelError:
        return CarrelError(self.code, self.template, self.remedy, **self.params)


class Finished(msgspec.Struct, frozen=True, tag="done"):
    """All pages were sent. `sha256` is of the bytes they were read from."""

    sha256: str


Message = Started | PageRead | Warned | Moved | Entered | Holds | Refused | Finished

_encoder = msgspec.json.Encoder()
_requests = msgspec.json.Decoder(Request)
_messages: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def to_line(message: Request | Message) -> bytes:
    """The message as one line, without its newline. Text must hold no lone surrogates."""
    return _encoder.encode(message)


def read_request(line: bytes) -> Request:
    """Raises `msgspec.DecodeError` for anything else."""
    return _requests.decode(line)


def read_message(line: bytes) -> Message:
    """Raises `msgspec.DecodeError` for anything else."""
    return _messages.decode(line)
