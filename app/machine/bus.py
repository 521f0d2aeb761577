"""As much of D-Bus as one notification needs: a connection to the session bus, calls, answers, signals.

Written after the D-Bus Specification 0.43 (message format, EXTERNAL authentication). Every wait has its end.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

PATIENCE_S = 2.0
CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4
_PATH, _INTERFACE, _MEMBER, _DESTINATION, _SIGNATURE = 1, 2, 3, 6, 8
_LARGEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Message:
    """What came over the bus. `order` is struct's sign for its byte order."""

    kind: int
    order: str
    fields: bytes
    body: bytes

    @property
    def member(self) -> str:
        """The name of a signal. Raises ValueError or struct.error for what is no header."""
        at = 0
        while at < len(self.fields):
            at += -at % 8
            code, kind = self.fields[at], chr(self.fields[at + 2])
            at += 4
            size = self.fields[at] if kind == "g" else self._number(self.fields, at + -at % 4)
            start = at + 1 if kind == "g" else at + -at % 4 + 4
            if kind == "u":
                at = start
                continue
            if code == _MEMBER:
                return self.fields[start : start + size].decode()
            at = start + size + 1
        return ""

    def number(self) -> int:
        """The unsigned number that the content begins with."""
        return self._number(self.body, 0)

    def text(self) -> str:
        """The text after that number."""
        return self.body[8 : 8 + self._number(self.body, 4)].decode("utf-8", "replace")

    def _number(self, data: bytes, at: int) -> int:
        return int(struct.unpack_from(f"{self.order}I", data, at)[0])


def connect(env: Mapping[str, str] = os.environ) -> socket.socket:
    """The first address of the session bus that is a local socket. Raises OSError or ValueError."""
    addresses = env.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={env.get('XDG_RUNTIME_DIR', '')}/bus"
    for kind, value in re.findall(r"unix:(?:[^;]*,)?(path|abstract)=([^,;]+)", addresses):
        family = socket.AF_INET
        if sys.platform != "win32":
            family = socket.AF_UNIX
        bus = socket.socket(family, socket.SOCK_STREAM)
        bus.settimeout(PATIENCE_S)
        try:
            bus.connect(("\0" if kind == "abstract" else "") + unquote(value))
        except OSError:
            bus.close()
            raise
        return bus
    raise ValueError("the session bus has no local address")


def is_admitted(bus: socket.socket) -> bool:
    """Say who we are; whether the bus agrees."""
    user = 0
    if sys.platform != "win32":
        user = os.getuid()
    bus.sendall(b"\0AUTH EXTERNAL " + str(user).encode().hex().encode() + b"\r\n")
    if not _line(bus).startswith(b"OK"):
        return False
    bus.sendall(b"BEGIN\r\n")
    return True


def read_message(bus: socket.socket) -> Message:
    """The next message. Raises OSError when none comes in time."""
    head = _exactly(bus, 16)
    order = "<" if head[:1] == b"l" else ">"
    body_bytes, fields_bytes = struct.unpack(order + "I4xI", head[4:])
    padded = (fields_bytes + 7) // 8 * 8
    if padded + body_bytes > _LARGEST_BYTES:
        raise ValueError("a message of the session bus is too long")
    rest = _exactly(bus, padded + body_bytes)
    return Message(head[1], order, rest[:fields_bytes], rest[padded:])


def call(serial: int, path: str, name: str, member: str, signature: str = "", body: bytes = b"") -> bytes:
    """A method call, little-endian, of the interface that is called as its service."""
    fields = Writer()
    values = [(_PATH, "o", path), (_DESTINATION, "s", name), (_INTERFACE, "s", name), (_MEMBER, "s", member)]
    for code, kind, value in [*values, *([(_SIGNATURE, "g", signature)] if signature else [])]:
        fields.align(8)
        fields.bytes.append(code)
        fields.variant(kind, value)
    head = struct.pack("<cBBBIII", b"l", CALL, 0, 1, len(body), serial, len(fields.bytes))
    message = head + bytes(fields.bytes)
    return message + bytes(-len(message) % 8) + body


class Writer:
    """Values one after the other, each aligned to its size; `at` is where the first byte will stand."""

    def __init__(self, at: int = 0) -> None:
        self.bytes = bytearray()
        self._at = at

    def align(self, size: int) -> None:
        self.bytes += bytes(-(self._at + len(self.bytes)) % size)

    def number(self, value: int) -> None:
        self.align(4)
        self.bytes += struct.pack("<I", value)

    def text(self, value: str) -> None:
        data = value.replace("\0", "").encode("utf-8", "replace")
        self.number(len(data))
        self.bytes += data + b"\0"

    def texts(self, *values: str) -> None:
        """An array of texts."""
        inner = Writer(at=(self._at + len(self.bytes) + 3) // 4 * 4 + 4)
        for value in values:
            inner.text(value)
        self.number(len(inner.bytes))
        self.bytes += inner.bytes

    def variant(self, kind: str, value: str) -> None:
        self.bytes += bytes([1]) + kind.encode() + b"\0"
        if kind == "g":
            self.bytes += bytes([len(value)]) + value.encode() + b"\0"
        else:
            self.text(value)


def _line(bus: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\r\n") and len(line) < 1024:
        byte = bus.recv(1)
        if not byte:
            break
        line += byte
    return line


def _exactly(bus: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = bus.recv(size - len(data))
        if not part:
            raise OSError("the session bus hung up")
        data += part
    return data
