"""One window for each home: a second start rings at the first one, hands over what it was given, and is done.

Who is first is settled by a lock file that the system's end of a process makes stale; what is handed over goes through
a local socket that only this user can open. Everything that comes in is data of unknown origin: it is bounded, checked,
and can do no more than the user could by dropping files on the window.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.config.paths import Home

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 20
MOST_FILES = 10_000
ANSWER_MS, PATIENCE_S, PAUSE_S = 2_000, 6.0, 0.2
HEARD = b"heard\n"
_LONGEST_PATH = 100


class Ring(msgspec.Struct, frozen=True):
    """What a start was given: absolute paths; whether the demo is wished; the desktop's leave to come to the front."""

    files: tuple[str, ...] = ()
    demo: bool = False
    token: str = ""


class Doorbell(QObject):
    """`rang(ring)` when another start hands over. Keep it for as long as the window is open."""

    rang = Signal(Ring)

    def __init__(self, home: Home, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(home)
        self._lock = QLockFile(str(home.root / "window.lock"))
        self._lock.setStaleLockTime(0)  # stale only when its process has ended, never by its age
        self.is_first = self._lock.tryLock(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        if self.is_first:
            self._listen()

    def ring(self, ring: Ring) -> bool:
        """Hand over to the window that is open; whether it heard. It may be just starting, so this waits a little."""
        until = time.monotonic() + PATIENCE_S
        while not self.is_first:
            if _ring(self._name, ring):
                return True
            if time.monotonic() > until:
                break
            time.sleep(PAUSE_S)
            if self._lock.tryLock(0):  # the other one has ended meanwhile
                self.is_first = True
                self._listen()
        return False

    def close(self) -> None:
        """Nobody is at home any more."""
        self._server.close()
        if self.is_first:
            self._lock.unlock()

    def _listen(self) -> None:
        QLocalServer.removeServer(self._name)  # left by one that crashed: the lock says that nobody listens there
        if not self._server.listen(self._name):
            log.warning("a second start will open a second window: %s", self._server.errorString())

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._hear(socket)

    def _hear(self, socket: QLocalSocket) -> None:
        """Read one line, answer it, part."""
        socket.setReadBufferSize(MOST_BYTES + 1)
        socket.disconnected.connect(socket.deleteLater)

        def on_ready() -> None:
            if socket.bytesAvailable() > MOST_BYTES:
                socket.abort()
                return
            if not socket.canReadLine():
                return
            ring = read_ring(bytes(socket.readLine().data()))
            if ring is not None:
                socket.write(HEARD)
                socket.flush()
                self.rang.emit(ring)
            socket.disconnectFromServer()

        socket.readyRead.connect(on_ready)
        on_ready()


def server_name(home: Home) -> str:
    """The socket of a home: a file in the user's runtime folder or in the home itself, or on Windows a named pipe.

    The system allows a socket about a hundred bytes of path.
    """
    key = hashlib.sha256(str(home.root.resolve()).encode()).hexdigest()[:20]
    system: str = sys.platform
    if system == "win32":
        return f"carrel-{key}"
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    folder = runtime if runtime.is_absolute() and runtime.is_dir() else home.root
    path = folder / f"carrel-{key}"
    return str(path if len(os.fsencode(path)) < _LONGEST_PATH else Path(tempfile.gettempdir(), path.name))


def read_ring(line: bytes) -> Ring | None:
    """What a line says; None for what is no ring. Paths that are not absolute are left out."""
    try:
        ring = msgspec.json.decode(line, type=Ring)
    except msgspec.MsgspecError:
        return None
    files = tuple(name for name in ring.files[:MOST_FILES] if "\0" not in name and Path(name).is_absolute())
    return msgspec.structs.replace(ring, files=files)


def ring_of(files: list[str], *, demo: bool = False) -> Ring:
    """What this start was given."""
    token = os.environ.pop("XDG_ACTIVATION_TOKEN", "")
    return Ring(tuple(str(Path(name).absolute()) for name in files), demo, token)


def _ring(name: str, ring: Ring) -> bool:
    _let_come_to_front()
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(ANSWER_MS):
        return False
    socket.write(msgspec.json.encode(ring) + b"\n")
    socket.flush()
    while not socket.canReadLine():
        if not socket.waitForReadyRead(ANSWER_MS):
            return False
    return bytes(socket.readLine().data()) == HEARD


def _let_come_to_front() -> None:
    """Windows lets a window come to the front only when the program that has the user's attention agrees."""
    if sys.platform == "win32":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.windll.user32.AllowSetForegroundWindow(-1)
