"""A notification of the Linux desktop, by the freedesktop.org interface, over the user's session bus.

Spoken directly, since it is one call: Qt's Python bindings cannot send the unsigned number that it asks for, and a
click on the notification is told to the connection that sent it. After the Desktop Notifications Specification 1.3.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping

from app.core.words import say
from app.machine import bus as wire

log = logging.getLogger(__name__)

LISTENING_S = 3600.0
"""How long a click is waited for: some desktops keep a notification until somebody looks."""
_NAME = "org.freedesktop.Notifications"
_BUS = "org.freedesktop.DBus"
_CLICK = "default"  # the action of the notification itself

Clicked = Callable[[str], object]


def notify_desktop(
    title: str, words: str, env: Mapping[str, str] = os.environ, *, clicked: Clicked | None = None
) -> bool:
    """Show it; whether the desktop took it. Waits up to two seconds, so not for the main thread.

    With `clicked`, this waits on until the notification is closed or an hour has passed. `clicked(token)` is called on
    this thread, with Wayland's leave to come to the front, or "".
    """
    taken = False
    try:
        with wire.connect(env) as bus:
            number = _show(bus, title, words, is_clickable=clicked is not None)
            taken = number is not None
            if number is not None and clicked is not None:
                _wait_for_click(bus, number, clicked)
    except (OSError, ValueError, IndexError, struct.error) as error:
        log.info("notification: %s", error)
    return taken


def notification(title: str, words: str, *, is_clickable: bool = False) -> bytes:
    """The arguments of Notify, signature susssasa{sv}i; words are escaped, because servers may read them as markup."""
    body = wire.Writer()
    body.text("Carrel")
    body.number(0)
    body.text("carrel")
    body.text(title)
    body.text(words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    body.texts(*((_CLICK, say("Open")) if is_clickable else ()))
    body.align(4)
    hints = wire.Writer(at=len(body.bytes) + 4)
    hints.align(8)
    begin = len(hints.bytes)
    hints.text("desktop-entry")
    hints.variant("s", "carrel")
    body.number(len(hints.bytes) - begin)
    body.bytes += hints.bytes
    body.number(0xFFFFFFFF)  # as long as the desktop likes: -1
    return bytes(body.bytes)


def _show(bus: socket.socket, title: str, words: str, *, is_clickable: bool) -> int | None:
    """The number the desktop gave it; None when it was refused."""
    if not wire.is_admitted(bus):
        return None
    bus.sendall(wire.call(1, "/org/freedesktop/DBus", _BUS, "Hello"))
    if is_clickable:  # some desktops tell everybody of a click
        rule = wire.Writer()
        rule.text(f"type='signal',interface='{_NAME}'")
        bus.sendall(wire.call(3, "/org/freedesktop/DBus", _BUS, "AddMatch", "s", bytes(rule.bytes)))
    arguments = notification(title, words, is_clickable=is_clickable)
    bus.sendall(wire.call(2, "/org/freedesktop/Notifications", _NAME, "Notify", "susssasa{sv}i", arguments))
    answers, wanted = 0, 3 if is_clickable else 2
    while True:  # Hello's, AddMatch's and Notify's; signals may come in between
        message = wire.read_message(bus)
        if message.kind == wire.ERROR:
            return None
        answers += message.kind == wire.RETURN
        if answers == wanted:
            return message.number()


def _wait_for_click(bus: socket.socket, number: int, clicked: Clicked) -> None:
    until, token = time.monotonic() + LISTENING_S, ""
    while (left_s := until - time.monotonic()) > 0:
        bus.settimeout(left_s)
        message = wire.read_message(bus)
        if message.kind != wire.SIGNAL or len(message.body) < 8 or message.number() != number:
            continue
        member = message.member
        if member == "ActivationToken":
            token = message.text()
        elif member == "ActionInvoked" and message.text() == _CLICK:
            clicked(token)
        elif member == "NotificationClosed":
            return
