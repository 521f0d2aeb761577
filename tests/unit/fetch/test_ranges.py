"""Reading a file on the hub in pieces, before anything is downloaded."""

from __future__ import annotations

import gc
import random

import pytest
from msgspec.structs import replace

from app.core.errors import CarrelError
from app.fetch import ranges
from app.fetch.hub import Hub
from app.fetch.patience import Limits
from app.fetch.ranges import RemoteFile, range_reader
from app.fetch.wanted import Wanted
from tests.helpers.toyhub import StoredFile, ToyHub, ToyProxy, Trick


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "BLOCK_BYTES", 4096)


def test_any_piece_is_the_files_own(toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits) -> None:
    size_bytes, read = range_reader(wanted, Hub(toy.endpoint), limits)
    assert size_bytes == len(stored.content)
    dice = random.Random(3)
    for _ in range(40):
        offset, length = dice.randrange(size_bytes + 10), dice.randrange(12_000)
        assert read(offset, length) == stored.content[offset : offset + length]
    assert read(size_bytes - 3, 100) == stored.content[-3:]
    assert read(size_bytes, 1) == b""
    assert read(0, 0) == b""


def test_small_reads_side_by_side_cost_one_request(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    _, read = range_reader(wanted, Hub(toy.endpoint), limits)
    for offset in range(0, 4000, 8):
        read(offset, 8)
    assert len(toy.requests("storage")) == 1


def test_a_large_read_is_one_request(toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits) -> None:
    _, read = range_reader(wanted, Hub(toy.endpoint), limits)
    assert read(1000, 300_000) == stored.content[1000:301_000]
    assert [seen.headers["range"] for seen in toy.requests("storage")] == ["bytes=0-4095", "bytes=4096-303103"]


def test_the_size_need_not_be_known(toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits) -> None:
    size_bytes, _ = range_reader(Wanted(wanted.repo, "main", wanted.file), Hub(toy.endpoint), limits)
    assert size_bytes == len(stored.content)
    with pytest.raises(CarrelError) as caught:
        range_reader(replace(wanted, size_bytes=77), Hub(toy.endpoint), limits)
    assert caught.value.code == "wrong_size"


def test_stumbles_are_cured(toy: ToyHub, stored: StoredFile, wanted: Wanted, limits: Limits) -> None:
    toy.play(Trick("cut", 100), Trick("status", 503), Trick("status", 429, headers={"Retry-After": "0"}))
    _, read = range_reader(wanted, Hub(toy.endpoint), limits)
    assert read(0, 10) == stored.content[:10]


@pytest.mark.parametrize(
    ("trick", "code"),
    [
        (Trick("ignore_range"), "no_ranges"),
        (Trick("shift_range", 3), "no_ranges"),
        (Trick("status", 404, "resolve"), "absent"),
        (Trick("status", 403, "resolve", {"X-Error-Code": "GatedRepo"}), "gated"),
        (Trick("web_page"), "no_ranges"),
    ],
)
def test_refusals_are_sentences(trick: Trick, code: str, toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    toy.play(trick)
    with pytest.raises(CarrelError) as caught:
        range_reader(wanted, Hub(toy.endpoint), limits)
    assert caught.value.code == code


def test_a_server_without_ranges_does_not_send_gigabytes(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    toy.pace_bytes_s = 100_000  # the whole file would take four seconds
    toy.play(Trick("ignore_range"))
    with pytest.raises(CarrelError):
        range_reader(wanted, Hub(toy.endpoint), limits)


def test_goes_through_the_proxy(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    with ToyProxy() as proxy:
        range_reader(wanted, Hub(toy.endpoint, proxy=proxy.address), limits)
        assert len(proxy.passed) == 2


def test_keeps_few_blocks(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    remote = RemoteFile(wanted, Hub(toy.endpoint), limits)
    for offset in range(0, 400_000, 4096):
        remote.read(offset, 1)
    assert len(remote._kept) == ranges.BLOCKS_KEPT
    remote.close()


def test_a_dropped_reader_closes_its_connection(toy: ToyHub, wanted: Wanted, limits: Limits) -> None:
    remote = RemoteFile(wanted, Hub(toy.endpoint), limits)
    client = remote._client
    del remote
    gc.collect()
    assert client.is_closed
