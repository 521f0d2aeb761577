"""A hub of its own on 127.0.0.1: resolve addresses that send on to a storage server, metadata, ranges, and mischief.

`ToyHub` holds files in memory and two servers: the hub (names, tokens, redirects) and the storage (bytes), on
different ports as in life. Queue a `Trick` and the next fitting request gets it. Every request is recorded.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CHUNK_BYTES = 16 * 1024

TrickKind = Literal[
    "cut",  # send `value` bytes of the body, then close the line
    "stall",  # send `value` bytes of the body, then nothing
    "ignore_range",  # answer 200 with everything
    "shift_range",  # 206 for a piece that begins `value` bytes later
    "wrong_total",  # 206 that claims another total
    "wrong_bytes",  # flip the byte at `value` of the file
    "status",  # answer with status `value`
    "longer",  # claim and send `value` bytes too many
    "unstated",  # no Content-Length, `value` bytes more (or fewer) than there are
    "web_page",  # a log-in page with status 200
    "no_linked_etag",  # the metadata holds no hash
]


@dataclass(frozen=True)
class Trick:
    """One act of mischief for one request. `where`: the hub's resolve address, its API, or the storage."""

    kind: TrickKind
    value: int = 0
    where: Literal["resolve", "api", "storage"] = "storage"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    where: str
    method: str
    path: str
    headers: dict[str, str]


@dataclass
class StoredFile:
    """A file of a repository. `stated_sha256` is what the hub says, right or wrong."""

    content: bytes
    stated_sha256: str = ""
    etag: str = ""

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.content).hexdigest()
        self.stated_sha256 = self.stated_sha256 or digest
        self.etag = self.etag or f'"{digest[:16]}"'


class ToyHub:
    """Use as a context manager. `pace_bytes_s` slows the storage; `gate_token` asks for that token."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], StoredFile] = {}
        self.tricks: list[Trick] = []
        self.seen: deque[Seen] = deque(maxlen=5000)
        self.pace_bytes_s = 0
        self.gate_token = ""
        self.gated = False
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._hub, self._storage = _server(_HubHandler, self), _server(_StorageHandler, self)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._hub.server_port}"

    @property
    def storage(self) -> str:
        return f"http://127.0.0.1:{self._storage.server_port}"

    def add(self, repo: str, file: str, content: bytes) -> StoredFile:
        self.files[repo, file] = StoredFile(content)
        return self.files[repo, file]

    def play(self, *tricks: Trick) -> None:
        with self._lock:
            self.tricks.extend(tricks)

    def next_trick(self, where: str) -> Trick | None:
        with self._lock:
            trick = next((trick for trick in self.tricks if trick.where == where), None)
            if trick is not None:
                self.tricks.remove(trick)
            return trick

    def requests(self, where: str, method: str = "GET") -> list[Seen]:
        return [seen for seen in tuple(self.seen) if (seen.where, seen.method) == (where, method)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        for server in (self._hub, self._storage):
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: object

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these servers are for."""


def _server(handler: type[BaseHTTPRequestHandler], owner: object) -> _Server:
    server = _Server(("127.0.0.1", 0), handler)
    server.owner = owner
    threading.Thread(target=server.serve_forever, args=(0.002,), daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every kept-alive answer waits 40 ms for an acknowledgement
    where = ""

    @property
    def hub(self) -> ToyHub:
        assert isinstance(self.server, _Server)
        assert isinstance(self.server.owner, ToyHub)
        return self.server.owner

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def note(self, where: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.seen.append(Seen(where, self.command, self.path, headers))

    def reply(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def play_status(self, trick: Trick | None) -> bool:
        """The tricks every place knows."""
        if trick is not None and trick.kind == "status":
            self.reply(trick.value, trick.headers)
        elif trick is not None and trick.kind == "web_page":
            self.reply(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Please log in</html>")
        else:
            return False
        return True

    def hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()


class _HubHandler(_Handler):
    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        where = "api" if path.startswith("/api/") else "resolve"
        self.note(where)
        trick = self.hub.next_trick(where)
        if self.play_status(trick) or self._refused():
            return
        if where == "api":
            self._api(path)
        else:
            self._resolve(path, trick)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _refused(self) -> bool:
        if self.hub.gated:
            self.reply(403, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted."})
            return True
        if self.hub.gate_token and self.headers.get("Authorization") != f"Bearer {self.hub.gate_token}":
            self.reply(401, {"X-Error-Message": "Invalid credentials"})
            return True
        return False

    def _resolve(self, path: str, trick: Trick | None) -> None:
        org, name, _, _revision, file = path.lstrip("/").split("/", 4)
        repo = f"{org}/{name}"
        stored = self.hub.files.get((repo, file))
        if stored is None:
            known = any(known == repo for known, _ in self.hub.files)
            self.reply(404, {"X-Error-Code": "EntryNotFound" if known else "RepoNotFound"})
            return
        headers = {
            "Location": f"{self.hub.storage}/{repo}/{file}?signature=abc",
            "X-Repo-Commit": COMMIT,
            "X-Linked-Size": str(len(stored.content)),
            "X-Linked-ETag": f'"{stored.stated_sha256}"',
        }
        if trick is not None and trick.kind == "no_linked_etag":
            headers["X-Linked-ETag"] = '"not-a-hash"'
        self.reply(302, headers)

    def _api(self, path: str) -> None:
        repo = "/".join(path.removeprefix("/api/models/").split("/")[:2])
        siblings = [
            {
                "rfilename": file,
                "size": len(stored.content),
                "blobId": "0" * 40,
                "lfs": {"sha256": stored.stated_sha256, "size": len(stored.content), "pointerSize": 135},
            }
            for (known, file), stored in self.hub.files.items()
            if known == repo
        ]
        if not siblings:
            self.reply(404, {"X-Error-Code": "RepoNotFound"})
            return
        body = json.dumps({"id": repo, "sha": COMMIT, "siblings": siblings}).encode()
        self.reply(200, {"Content-Type": "application/json"}, body)


class _StorageHandler(_Handler):
    def do_GET(self) -> None:
        self.note("storage")
        repo, _, file = unquote(urlsplit(self.path).path).lstrip("/").rpartition("/")
        stored = next(s for (r, f), s in self.hub.files.items() if f"{r}/{f}" == f"{repo}/{file}")
        trick = self.hub.next_trick("storage")
        if not self.play_status(trick):
            self._send(stored, trick)

    def _send(self, stored: StoredFile, trick: Trick | None) -> None:
        kind, value = (trick.kind, trick.value) if trick else ("", 0)
        first, last = self._asked(stored, kind)
        total = len(stored.content)
        if first >= total:
            self.reply(416, {"Content-Range": f"bytes */{total}"})
            return
        if kind == "shift_range" and "Range" in self.headers:
            first = min(first + value, last)
        body = bytearray(stored.content[first : last + 1])
        if kind == "wrong_bytes" and first <= value <= last:
            body[value - first] ^= 0xFF
        if kind in ("longer", "unstated"):
            body = body + bytes(value) if value >= 0 else body[:value]
        partial = "Range" in self.headers and kind != "ignore_range" and self._unchanged(stored)
        self._head(stored, kind, partial, (first, last, total), len(body))
        self._body(bytes(body), kind, value)

    def _unchanged(self, stored: StoredFile) -> bool:
        return self.headers.get("If-Range", stored.etag) == stored.etag

    def _asked(self, stored: StoredFile, kind: str) -> tuple[int, int]:
        asked = self.headers.get("Range", "")
        if not asked or kind == "ignore_range" or not self._unchanged(stored):
            return 0, len(stored.content) - 1
        first, _, last = asked.removeprefix("bytes=").partition("-")
        return int(first), min(int(last or len(stored.content)), len(stored.content) - 1)

    def _head(self, stored: StoredFile, kind: str, partial: bool, span: tuple[int, int, int], length: int) -> None:
        first, last, total = span
        self.send_response(206 if partial else 200)
        self.send_header("ETag", stored.etag)
        self.send_header("Content-Type", "application/octet-stream")
        if kind == "unstated":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        if partial:
            self.send_header("Content-Range", f"bytes {first}-{last}/{total + (7 if kind == 'wrong_total' else 0)}")
        self.end_headers()

    def _body(self, body: bytes, kind: str, value: int) -> None:
        if kind in ("cut", "stall"):
            body = body[:value]
        for start in range(0, len(body), CHUNK_BYTES):
            chunk = body[start : start + CHUNK_BYTES]
            self.wfile.write(chunk)
            if self.hub.pace_bytes_s:
                time.sleep(len(chunk) / self.hub.pace_bytes_s)
        if kind == "stall":
            self.hub.released.wait(20)
        if kind in ("cut", "stall", "unstated"):
            self.hang_up()


class ToyProxy:
    """An HTTP proxy that passes plain requests on and remembers them. Use as a context manager."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self._server = _server(_ProxyHandler, self)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _ProxyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every kept-alive answer waits 40 ms for an acknowledgement

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        proxy = self.server.owner
        assert isinstance(proxy, ToyProxy)
        proxy.passed.append(f"{self.command} {self.path}")
        if not urlsplit(self.path).netloc.startswith("127.0.0.1:"):
            self._answer(502, {}, b"")
            return
        target = urlsplit(self.path)
        headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
        line = HTTPConnection("127.0.0.1", target.port or 80, timeout=10)
        try:
            line.request(self.command, f"{target.path}?{target.query}", headers=headers)
            answer = line.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() != "connection"}
            self._answer(answer.status, kept, answer.read())
        finally:
            line.close()

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
