"""Reads thousands of damaged files of every kind and counts how they ended.

    python -m tests.bench.mutations [--count 2000] [--seed 1] [--folder DIR]

Files are read in batches in a process of their own under the limits of Carrel's readers. A batch whose process ends
otherwise than by itself is read again file by file the way Carrel reads, in children that may die: what counts as a
crash is a file that ends neither as a document nor as a sentence, and as a hang one that takes a minute.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from app.core.errors import CarrelError
from app.ingest.messages import Limits
from app.ingest.reading import read_file_blocking
from tests.unit.ingest.making import CHILD, ROOT
from tests.unit.ingest.mutate import mutants

BATCH = 100
HANG_S = 60.0


def run_batch(seed: int, count: int, folder: Path | None) -> Counter[str]:
    command = [sys.executable, "-m", "tests.unit.ingest.mutate", str(seed), str(count)]
    command += [str(folder)] if folder else []
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=HANG_S * 5)
    except subprocess.TimeoutExpired:
        return run_one_by_one(seed, count, folder)
    if done.returncode:
        return run_one_by_one(seed, count, folder)
    lines = (line.split(maxsplit=1) for line in done.stdout.decode().splitlines())
    return Counter({how: int(times) for times, how in lines})


def run_one_by_one(seed: int, count: int, folder: Path | None) -> Counter[str]:
    endings: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        for name, data in mutants(seed, count, folder):
            path = Path(place) / Path(name).name
            path.write_bytes(data)
            before = time.monotonic()
            endings[f"{path.suffix[1:].lower()} {ending(path)}"] += 1
            endings["slow"] += time.monotonic() - before > HANG_S
    return +endings


def ending(path: Path) -> str:
    try:
        read_file_blocking(path, CHILD, Limits(silence_s=HANG_S))
    except CarrelError as error:
        return error.code
    except Exception as error:
        return f"crash {type(error).__name__}"
    return "ok"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="damage the files in DIR instead of generated ones")
    args = parser.parse_args()
    endings: Counter[str] = Counter()
    for number, start in enumerate(range(0, args.count, BATCH)):
        endings += run_batch(args.seed * 1000 + number, min(BATCH, args.count - start), args.folder)
    kinds: dict[str, Counter[str]] = {}
    for how, times in endings.items():
        kind, _, end = how.partition(" ")
        kinds.setdefault(kind, Counter())[end or kind] += times
    for kind, ends in sorted(kinds.items()):
        print(f"{kind:8}", ", ".join(f"{end} {times}" for end, times in ends.most_common()))
    hangs = endings["slow"]
    surprises = sum(times for how, times in endings.items() if "surprise" in how)
    lost = sum(times for how, times in endings.items() if how.endswith(("reader_died", "too_slow")))
    crashes = sum(times for how, times in endings.items() if " crash " in how)
    print(f"files {sum(endings.values()) - hangs}, hangs {hangs}, crashes {crashes}, children that died {lost}, "
          f"readers surprised {surprises}")  # fmt: skip


if __name__ == "__main__":
    main()
