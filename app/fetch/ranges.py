"""Reads pieces of a file on the hub without downloading it, so that its header can be judged first."""

from __future__ import annotations

import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from app.core.errors import CarrelError
from app.fetch import faults
from app.fetch.hub import Hub
from app.fetch.patience import Limits, Patience, Trouble
from app.fetch.stream import range_of
from app.fetch.wanted import Wanted

if TYPE_CHECKING:
    import httpx2

BLOCK_BYTES = 1 << 20
BLOCKS_KEPT = 16


class RemoteFile:
    """A file on the hub as bytes at offsets. Blocks of 1 MiB are fetched and the latest are kept.

    Blocks the calling thread; not for two threads at once. Closes its connection when closed or dropped.
    """

    def __init__(self, wanted: Wanted, hub: Hub, limits: Limits | None = None) -> None:
        self._wanted, self._hub, self._limits = wanted, hub, limits or Limits(tries_at_first=3, stall_s=15.0)
        stack = ExitStack()
        self.close = weakref.finalize(self, stack.close)
        self._client = stack.enter_context(hub.client(self._limits))
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self.size_bytes = wanted.size_bytes or 0
        self._blocks_between(0, 0)  # learns the size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes at `offset`, fewer than `length` only at the end of the file. Raises CarrelError."""
        end = min(offset + length, self.size_bytes)
        if offset < 0 or end <= offset:
            return b""
        first, last = offset // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        joined = b"".join(self._blocks_between(first, last))
        return joined[offset - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def _blocks_between(self, first: int, last: int) -> list[bytes]:
        """Whole blocks, kept or fetched; all that must be fetched comes with one request."""
        numbers = range(first, last + 1)
        blocks = {number: self._kept[number] for number in numbers if number in self._kept}
        if missing := [number for number in numbers if number not in blocks]:
            start, length = missing[0] * BLOCK_BYTES, (missing[-1] - missing[0] + 1) * BLOCK_BYTES
            body = self._fetch_patiently(start, length)
            for place in range(0, len(body), BLOCK_BYTES):
                blocks[(start + place) // BLOCK_BYTES] = body[place : place + BLOCK_BYTES]
        self._keep(blocks)
        return [blocks[number] for number in numbers if number in blocks]

    def _keep(self, blocks: dict[int, bytes]) -> None:
        for number, block in blocks.items():
            self._kept[number] = block
            self._kept.move_to_end(number)
        while len(self._kept) > BLOCKS_KEPT:
            self._kept.popitem(last=False)

    def _fetch_patiently(self, offset: int, length: int) -> bytes:
        patience = Patience(self._limits)
        while True:
            try:
                return self._fetch(offset, length)
            except Trouble as trouble:
                time.sleep(patience.wait_s(trouble))

    def _fetch(self, offset: int, length: int) -> bytes:
        import httpx2

        url = self._hub.url(self._wanted)
        asked = f"bytes={offset}-{offset + length - 1}"
        headers = self._hub.headers() | {"Accept-Encoding": "identity", "Range": asked}
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                return self._body(response, self._check(response, offset, length))
        except httpx2.HTTPError as error:
            raise faults.from_network(error, url) from error
        except httpx2.InvalidURL as error:
            raise faults.bad_address(url) from error

    def _check(self, response: httpx2.Response, offset: int, length: int) -> int:
        """How many bytes must follow. A server without ranges is refused before it sends gigabytes."""
        host = faults.host_of(str(response.url))
        if response.status_code not in (200, 206):
            raise self._hub.meaning(response, self._wanted)
        found = range_of(response) if response.status_code == 206 else None
        if found is None or found[0] != offset or found[2] <= 0 or found[1] < offset:
            raise _no_ranges(host)
        first, last, total = found
        if self.size_bytes not in (0, total):
            raise faults.wrong_size(host, self._wanted.file, total, self.size_bytes)
        self.size_bytes = total
        expected_bytes = min(length, total - offset)
        if last - first + 1 != expected_bytes:
            raise _no_ranges(host)
        return expected_bytes

    def _body(self, response: httpx2.Response, expected_bytes: int) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > expected_bytes:
                break
        if len(body) != expected_bytes:
            raise Trouble(faults.cut(faults.host_of(str(response.url))))
        return bytes(body)


def range_reader(wanted: Wanted, hub: Hub, limits: Limits | None = None) -> tuple[int, Callable[[int, int], bytes]]:
    """(size in bytes, `read(offset, length)`) of a file on the hub; the connection ends when `read` is dropped."""
    remote = RemoteFile(wanted, hub, limits)
    return remote.size_bytes, remote.read


def _no_ranges(host: str) -> CarrelError:
    return CarrelError(
        "no_ranges",
        "{host} does not give out pieces of a file, so it cannot be looked at before the download.",
        "Download it, or choose another download address in the settings.",
        host=host,
    )
