"""A notification on a session bus that a test speaks for: what is sent, and what happens when nobody takes it."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.machine.bus import Message, Writer
from app.machine.notification import notification, notify_desktop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a Linux desktop's bus")
NUMBER = struct.pack("<I", 7)


class Reader:
    """Values as the D-Bus specification lays them out, little-endian."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def align(self, size: int) -> None:
        self.at += -self.at % size

    def number(self) -> int:
        self.align(4)
        self.at += 4
        return int(struct.unpack_from("<I", self.data, self.at - 4)[0])

    def text(self) -> str:
        size = self.number()
        self.at += size + 1
        assert self.data[self.at - 1] == 0
        return self.data[self.at - 1 - size : self.at - 1].decode()


def read_notification(data: bytes, *actions: str) -> tuple[str, str, dict[str, str]]:
    """Title, words and hints; everything else is checked."""
    reader = Reader(data)
    assert (reader.text(), reader.number(), reader.text()) == ("Carrel", 0, "carrel")
    title, words = reader.text(), reader.text()
    end = reader.number() + reader.at
    assert tuple(reader.text() for _ in actions) == actions
    assert reader.at == end
    size = reader.number()
    reader.align(8)
    end, hints = reader.at + size, {}
    while reader.at < end:
        reader.align(8)
        name = reader.text()
        assert data[reader.at : reader.at + 3] == b"\x01s\x00"
        reader.at += 3
        hints[name] = reader.text()
    assert (reader.at, reader.number(), reader.at) == (end, 0xFFFFFFFF, len(data))
    return title, words, hints


@given(st.text(), st.text())
def test_every_text_arrives_and_is_no_markup(title: str, words: str) -> None:
    title, words = (text.encode("utf-8", "replace").decode() for text in (title, words))
    read = read_notification(notification(title, words))
    assert read[0] == title.replace("\0", "")
    assert "<" not in read[1]
    assert read[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == words.replace("\0", "")
    assert read[2] == {"desktop-entry": "carrel"}
    assert read_notification(notification(title, words, is_clickable=True), "default", "Open") == read


@contextmanager
def bus(folder: Path, *answers: int, then: bytes = b"") -> Iterator[tuple[dict[str, str], list[bytes]]]:
    """A session bus that answers the calls with these kinds of messages; what it heard."""
    path, heard = folder / "bus", []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen(1)

    def serve() -> None:
        with server.accept()[0] as client:
            heard.append(client.recv(1024))
            client.sendall(b"OK 1234deadbeef\r\n")
            client.settimeout(2)
            while not heard[-1].endswith(b"\xff\xff\xff\xff"):  # the last of a notification
                heard.append(client.recv(65536))
            for kind in answers:
                client.sendall(struct.pack("<cBBBIII", b"l", kind, 0, 1, 4, 9, 3) + b"abc" + bytes(5) + NUMBER)
            client.sendall(then)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path},guid=12"}, heard
    finally:
        thread.join(5)
        server.close()


@pytest.mark.parametrize(
    ("answers", "taken"), [((2, 2), True), ((2, 4, 2), True), ((2, 3), False), ((3,), False), ((2,), False)]
)
def test_desktop_takes_it_when_both_calls_are_answered(tmp_path: Path, answers: tuple[int, ...], taken: bool) -> None:
    with bus(tmp_path, *answers) as (env, heard):
        assert notify_desktop("Title", "words", env) is taken
    said = b"".join(heard)
    assert said.startswith(b"\0AUTH EXTERNAL ")
    assert said.index(b"Hello") < said.index(b"Notify")
    assert said.endswith(notification("Title", "words"))


@pytest.mark.parametrize(
    "address", ["", "tcp:host=1,port=2", "unix:path=/nowhere/bus", "unix:abstract=nobody-is-here-%20x", ";;,="]
)
def test_no_bus_is_no_failure(address: str, tmp_path: Path) -> None:
    env = {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": str(tmp_path)}
    assert notify_desktop("Title", "words", env) is False


def signal(member: str, number: int, text: str) -> bytes:
    """As a notification service tells of a click, after the fields that a bus adds."""
    fields, body = Writer(), Writer()
    for code, kind, value in ((1, "o", "/org/freedesktop/Notifications"), (3, "s", member), (7, "s", ":1.9")):
        fields.align(8)
        fields.bytes.append(code)
        fields.variant(kind, value)
    body.number(number)
    body.text(text)
    head = struct.pack("<cBBBIII", b"l", 4, 0, 1, len(body.bytes), 9, len(fields.bytes)) + bytes(fields.bytes)
    return head + bytes(-len(head) % 8) + bytes(body.bytes)


def test_a_click_brings_the_leave_to_come_to_the_front(tmp_path: Path) -> None:
    told: list[str] = []
    said = (
        signal("ActivationToken", 8, "another's"),
        signal("ActionInvoked", 8, "default"),
        signal("ActivationToken", 7, "leave-1"),
        signal("ActionInvoked", 7, "other"),
        signal("ActionInvoked", 7, "default"),
        signal("NotificationClosed", 7, ""),
        signal("ActionInvoked", 7, "default"),
    )
    with bus(tmp_path, 2, 2, 2, then=b"".join(said)) as (env, heard):
        assert notify_desktop("Title", "words", env, clicked=told.append)
    assert told == ["leave-1"]
    assert b"AddMatch" in b"".join(heard)


@given(st.binary(max_size=64))
def test_a_header_that_is_none_names_nothing(fields: bytes) -> None:
    with suppress(ValueError, IndexError, struct.error):
        assert isinstance(Message(4, "<", fields, b"").member, str)
