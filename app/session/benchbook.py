"""The benchmarks that were run here, kept with what they were run on, and as a CSV file."""

from __future__ import annotations

import contextlib
import io
import logging
import threading
from collections.abc import Iterable
from pathlib import Path, PurePath

import msgspec

from app.core.dates import utc_iso
from app.core.files import write_durably

log = logging.getLogger(__name__)

MOST_RESULTS = 200

COLUMNS = (
    "time",
    "model",
    "context_tokens",
    "kv_type",
    "machine",
    "driver",
    "engine_build",
    "carrel",
    "depth_tokens",
    "read_tokens",
    "prefill_tok_s",
    "decode_tok_s",
    "expected_decode_tok_s",
    "draft_gain",
    "ttft_s",
)


class BenchPoint(msgspec.Struct, frozen=True):
    """With `depth_tokens` in the context: of these `read_tokens` were read anew at `prefill_tok_s`, then an answer was
    written at `decode_tok_s`, which drafts made `gain` times what it would have been."""

    depth_tokens: int
    read_tokens: int
    answer_tokens: int
    prefill_tok_s: float
    decode_tok_s: float
    ttft_s: float
    gain: float = 1.0
    expected_tok_s: float | None = None


class BenchResult(msgspec.Struct, frozen=True):
    """One run. `at_s` Unix seconds, also its name; `machine` the cards, else the processor."""

    at_s: float
    path: str
    description: str
    n_ctx: int
    kv_type: str
    machine: str
    driver: str
    build: str
    version: str
    points: tuple[BenchPoint, ...]
    mode: str = ""

    @property
    def engine(self) -> str:
        """The build without what it was built with."""
        return self.build.split(" | ")[0]

    @property
    def model(self) -> str:
        """The file's name."""
        return PurePath(self.path.replace("\\", "/")).name


class _File(msgspec.Struct, frozen=True):
    results: tuple[BenchResult, ...] = ()


class BenchBook:
    """All runs in one file, the newest first. Touches the disk: a few kilobytes. Safe from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()  # two wishes at once would lose one

    def list(self) -> tuple[BenchResult, ...]:
        """What cannot be read is put aside under another name, not overwritten."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_File).results
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            log.warning("the benchmarks could not be read and are put aside", exc_info=True)
            with contextlib.suppress(OSError):
                self._file.replace(self._file.with_name(f"{self._file.name}.damaged"))
            return ()

    def keep(self, result: BenchResult) -> None:
        """Add a run; a run of the same moment is replaced. Raises CarrelError when the disk refuses."""
        with self._lock:
            rest = [one for one in self.list() if one.at_s != result.at_s]
            newest_first = sorted((result, *rest), key=lambda one: one.at_s, reverse=True)
            self._write(newest_first[:MOST_RESULTS])

    def remove(self, at_s: float) -> None:
        """Take a run out; `keep` brings it back."""
        with self._lock:
            self._write(one for one in self.list() if one.at_s != at_s)

    def _write(self, results: Iterable[BenchResult]) -> None:
        write_durably(self._file, msgspec.json.format(msgspec.json.encode(_File(tuple(results))), indent=1) + b"\n")


def comparable(result: BenchResult, others: Iterable[BenchResult]) -> list[BenchResult]:
    """Other runs of the same model, the newest first."""
    return [one for one in others if one.model == result.model and one.at_s != result.at_s]


def change_share(now: BenchResult, before: BenchResult) -> float | None:
    """How much faster writing is than before, at the depths both have: 0.1 is a tenth faster; None without any."""
    then = {point.depth_tokens: point.decode_tok_s for point in before.points if point.decode_tok_s > 0}
    shares = []
    for point in now.points:
        near = min(then, key=lambda depth: abs(depth - point.depth_tokens), default=None)
        if near is not None and abs(near - point.depth_tokens) <= 0.1 * point.depth_tokens:
            shares.append(point.decode_tok_s / then[near] - 1)
    return sum(shares) / len(shares) if shares else None


def bench_csv(results: Iterable[BenchResult]) -> bytes:
    """One line a depth; UTF-8 with the mark by which Excel knows it."""
    import csv  # the program starts without it

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in results:
        head = (utc_iso(one.at_s), one.model, one.n_ctx, one.kv_type, one.machine, one.driver, one.build, one.version)
        for point in one.points:
            expected = "" if point.expected_tok_s is None else f"{point.expected_tok_s:.2f}"
            speeds = (f"{point.prefill_tok_s:.2f}", f"{point.decode_tok_s:.2f}", expected, f"{point.gain:.2f}")
            writer.writerow((*head, point.depth_tokens, point.read_tokens, *speeds, f"{point.ttft_s:.3f}"))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
