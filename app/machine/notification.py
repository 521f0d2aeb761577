"""A notification of the Linux desktop, by the freedesktop.org interface, over the user's session bus.

Spoken directly, since it is one call: Qt's Python bindings cannot send the unsigned number that it asks for.
Written after the D-Bus Specification 0.43 (message format, EXTERNAL authentication) and the Desktop Notifications
Specification 1.3.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import struct
import sys
from collections.abc import Mapping
from urllib.parse import unquote

log = logging.getLogger(__name__)

_PATIENCE_S = 2.0
_CALL, _RETURN, _ERROR = 1, 2, 3
_PATH, _INTERFACE, _MEMBER, _DESTINATION, _SIGNATURE = 1, 2, 3, 6, 8
_LARGEST_BYTES = 1 << 20
_NAME = "org.freedesktop.Notifications"


def notify_desktop(title: str, words: str, env: Mapping[str, str] = os.environ) -> bool:
    """Show it; whether the desktop took it. Waits up to two seconds, so not for the main thread."""
    try:
        with _connect(env) as bus:
            return _speak(bus, title, words)
    except (OSError, ValueError) as error:
        log.info("no notification: %s", error)
        return False


def notification(title: str, words: str) -> bytes:
    """The arguments of Notify, signature susssasa{sv}i; words are escaped, because servers may read them as markup."""
    body = _Writer()
    body.text("Carrel")
    body.number(0)
    body.text("carrel")
    body.text(title)
    body.text(words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    body.number(0)  # no actions
    hints = _Writer(at=len(body.bytes) + 4)
    hints.align(8)
    begin = len(hints.bytes)
    hints.text("desktop-entry")
    hints.variant("s", "carrel")
    body.number(len(hints.bytes) - begin)
    body.bytes += hints.bytes
    body.number(0xFFFFFFFF)  # as long as the desktop likes: -1
    return bytes(body.bytes)


def _speak(bus: socket.socket, title: str, words: str) -> bool:
    user = 0
    if sys.platform != "win32":
        user = os.getuid()
    bus.sendall(b"\0AUTH EXTERNAL " + str(user).encode().hex().encode() + b"\r\n")
    if not _line(bus).startswith(b"OK"):
        return False
    bus.sendall(b"BEGIN\r\n" + _call(1, "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello"))
    arguments = notification(title, words)
    bus.sendall(_call(2, "/org/freedesktop/Notifications", _NAME, "Notify", "susssasa{sv}i", arguments))
    answers = 0
    while answers < 2:  # Hello's and Notify's; signals may come in between
        kind = _answer(bus)
        if kind == _ERROR:
            return False
        answers += kind == _RETURN
    return True


def _connect(env: Mapping[str, str]) -> socket.socket:
    """The first address of the session bus that is a local socket. Raises OSError or ValueError."""
    family = socket.AF_INET
    if sys.platform != "win32":
        family = socket.AF_UNIX
    addresses = env.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={env.get('XDG_RUNTIME_DIR', '')}/bus"
    for kind, value in re.findall(r"unix:(?:[^;]*,)?(path|abstract)=([^,;]+)", addresses):
        bus = socket.socket(family, socket.SOCK_STREAM)
        bus.settimeout(_PATIENCE_S)
        try:
            bus.connect(("\0" if kind == "abstract" else "") + unquote(value))
        except OSError:
            bus.close()
            raise
        return bus
    raise ValueError("the session bus has no local address")


def _line(bus: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\r\n") and len(line) < 1024:
        byte = bus.recv(1)
        if not byte:
            break
        line += byte
    return line


def _answer(bus: socket.socket) -> int:
    """The kind of the next message; its content is passed over."""
    head = _exactly(bus, 16)
    order = "<" if head[:1] == b"l" else ">"
    body_bytes, fields_bytes = struct.unpack(order + "I4xI", head[4:])
    rest = (fields_bytes + 7) // 8 * 8 + body_bytes
    if rest > _LARGEST_BYTES:
        raise ValueError("an answer of the session bus is too long")
    _exactly(bus, rest)
    return head[1]


def _exactly(bus: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = bus.recv(size - len(data))
        if not part:
            raise OSError("the session bus hung up")
        data += part
    return data


def _call(serial: int, path: str, name: str, member: str, signature: str = "", body: bytes = b"") -> bytes:
    """A method call, little-endian, of the interface that is called as its service."""
    fields = _Writer()
    values = [(_PATH, "o", path), (_DESTINATION, "s", name), (_INTERFACE, "s", name), (_MEMBER, "s", member)]
    for code, kind, value in [*values, *([(_SIGNATURE, "g", signature)] if signature else [])]:
        fields.align(8)
        fields.bytes.append(code)
        fields.variant(kind, value)
    head = struct.pack("<cBBBIII", b"l", _CALL, 0, 1, len(body), serial, len(fields.bytes))
    message = head + bytes(fields.bytes)
    return message + bytes(-len(message) % 8) + body


class _Writer:
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

    def variant(self, kind: str, value: str) -> None:
        self.bytes += bytes([1]) + kind.encode() + b"\0"
        if kind == "g":
            self.bytes += bytes([len(value)]) + value.encode() + b"\0"
        else:
            self.text(value)
