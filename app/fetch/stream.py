"""One request for the rest of a file: what the answer claims is checked before a byte of it is believed."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from app.fetch import faults
from app.fetch.hub import Hub
from app.fetch.wanted import Facts

if TYPE_CHECKING:
    import httpx2

_CONTENT_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)")


class RangeRefused(Exception):
    """The server does not continue where the part ends: it sent the whole file, or another piece of it."""


class Stream:
    """The body of a checked answer."""

    def __init__(self, response: httpx2.Response, url: str) -> None:
        self._response, self._url = response, url
        self.etag: str | None = response.headers.get("etag")

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they arrive, some tens of KB each. A broken line raises Trouble."""
        import httpx2

        try:
            yield from self._response.iter_raw()
        except httpx2.HTTPError as error:
            raise faults.from_network(error, self._url) from error

    def abort(self) -> None:
        """Wake a reader that waits for bytes. Safe from any thread; the plain call, for TLS would forget itself.

        On Windows only a socket that is closed wakes its reader.
        """
        line = self._response.extensions["network_stream"].get_extra_info("socket")
        with suppress(OSError, AttributeError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)
            if os.name == "nt":
                socket.close(socket.socket.detach(line))


@contextmanager
def open_stream(client: httpx2.Client, hub: Hub, facts: Facts, offset: int, etag: str | None) -> Iterator[Stream]:
    """Ask for the bytes from `offset` on. `etag` makes the server send everything if the file has changed."""
    import httpx2

    url = hub.url(facts)
    headers = hub.headers() | {"Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    if offset and etag and not etag.startswith("W/"):
        headers["If-Range"] = etag
    request = client.build_request("GET", url, headers=headers)
    try:
        response = client.send(request, stream=True)
    except httpx2.HTTPError as error:
        raise faults.from_network(error, url) from error
    except httpx2.InvalidURL as error:
        raise faults.bad_address(url) from error
    try:
        check_answer(response, hub, facts, offset)
        yield Stream(response, str(response.url))
    finally:
        response.close()


def check_answer(response: httpx2.Response, hub: Hub, facts: Facts, offset: int) -> None:
    """Raise unless the answer is this file from `offset` on."""
    status, host = response.status_code, faults.host_of(str(response.url))
    if status == 416 or (offset and status == 200):
        raise RangeRefused
    if status not in (200, 206):
        raise hub.meaning(response, facts)
    if status == 206 and range_of(response) != (offset, facts.size_bytes - 1, facts.size_bytes):
        raise RangeRefused
    if response.headers.get("content-type", "").startswith("text/html"):
        raise faults.not_the_file(host)
    _check_length(response, host, facts, facts.size_bytes - offset)


def _check_length(response: httpx2.Response, host: str, facts: Facts, expected_bytes: int) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise faults.not_the_file(host)
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) != expected_bytes:
        offered = int(length) + facts.size_bytes - expected_bytes
        raise faults.wrong_size(host, facts.file, offered, facts.size_bytes)


def range_of(response: httpx2.Response) -> tuple[int, int, int] | None:
    """(first, last, total) of the answer; the total is -1 when the server does not say it."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    if not found:
        return None
    first, last, total = found.groups()
    return int(first), int(last), -1 if total == "*" else int(total)
