"""The checksum of a session's file notices what can happen to a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine.worker import blocks
from app.engine.worker.blocks import BlockSums, sum_of

PIECE = 1 << 20


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blocks") / "state"
    path.write_bytes(bytes(range(256)) * 4096 * 3 + b"tail!")  # three pieces and five bytes
    return path


def test_it_is_the_same_for_the_same_bytes_and_takes_no_more_than_asked(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(file.read_bytes()[:PIECE] + b"more")
    assert sum_of(copy, 0, PIECE) == sum_of(file, 0, PIECE)
    assert sum_of(copy, 0, 2 * PIECE) != sum_of(file, 0, PIECE)
    assert sum_of(file, 0, 10 * PIECE) == sum_of(file, 0, file.stat().st_size)


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_it_notices_every_accident(file: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole = file.read_bytes()
    content = bytearray(whole)
    at = data.draw(st.integers(0, len(content) - 4096))
    match data.draw(st.sampled_from(["bit", "zeros", "swap", "cut", "moved piece"])):
        case "bit":
            content[at] ^= 1 << data.draw(st.integers(0, 7))
        case "zeros":
            content[at : at + 512] = bytes(512)
        case "swap":
            content[at : at + 8], content[at + 64 : at + 72] = content[at + 64 : at + 72], content[at : at + 8]
        case "cut":
            del content[at:]
        case "moved piece":
            content[0] ^= 255  # the pieces are alike but for this
            whole = bytes(content)
            content[:PIECE], content[PIECE : 2 * PIECE] = content[PIECE : 2 * PIECE], content[:PIECE]
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_bytes(whole)
    after.write_bytes(content)
    assert sum_of(after, 0, len(whole)) != sum_of(before, 0, len(whole))


def test_trailing_zeros_count(tmp_path: Path) -> None:
    sums = set()
    for length in range(20):
        path = tmp_path / str(length)
        path.write_bytes(b"abc" + bytes(length))
        sums.add(sum_of(path, 0, 100))
    assert len(sums) == 20


def test_blocks_are_summed_each_by_itself(file: Path) -> None:
    size = file.stat().st_size
    with BlockSums(file, size, PIECE) as sums:
        found = sums.result()
    assert found == tuple(sum_of(file, start, PIECE) for start in range(0, size, PIECE))
    assert len(found) == 4


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with BlockSums(tmp_path / "nothing", 10) as sums, pytest.raises(OSError, match="nothing"):
        sums.result()
    assert blocks.BLOCK_BYTES % PIECE == 0
