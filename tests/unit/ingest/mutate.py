"""Reads randomly damaged files; run as a process of its own, because a native abort would end it.

    python -m tests.unit.ingest.mutate SEED COUNT [FOLDER]

The files are generated, of every kind, or those in FOLDER. Prints one line for each way a file ended, with how
often: "ok" or the error's code, and the cause when a reader was surprised. Ends with status 0 unless a file took the
process down or ended in no way at all.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import CarrelError
from app.ingest.messages import Finished, Message, Refused, to_line
from app.ingest.readers import find_reader
from app.ingest.source import Output, OutputFull, Source
from tests.unit.ingest.making import zipped
from tests.unit.ingest.samples import samples

SLOWEST_S = 10.0
LONGEST_BYTES = 400_000


def originals(folder: Path | None = None) -> dict[str, bytes]:
    """By name: a generated file of every kind, or the files below `folder` that are not too long."""
    if folder is None:
        return {name: data for name, (data, _) in samples().items()}
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size <= LONGEST_BYTES)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def mutants(seed: int, count: int, folder: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """The same files for the same numbers."""
    chance = random.Random(seed)
    files = originals(folder)
    names = sorted(files)
    for _ in range(count):
        name = chance.choice(names)
        yield name, mutated_part(files[name], chance)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, dropped, doubled or cut."""
    if not data:
        return data
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 40))):
        place, length = chance.randrange(len(out)), chance.randrange(1, 30)
        match chance.randrange(5):
            case 0:
                out[place] = chance.randrange(256)
            case 1:
                del out[place : place + length]
            case 2:
                out[place:place] = out[chance.randrange(len(out)) :][:length]
            case 3:
                out[place : place + length] = chance.randbytes(length)
            case _:
                out[place:place] = str(chance.choice((0, -1, 2**31, 2**63, 99999))).encode()
        if len(out) < 2:
            break
    return bytes(out[: chance.randrange(1, len(out) + 1)] if chance.random() < 0.1 else out)


def mutated_part(data: bytes, chance: random.Random) -> bytes:
    """For a zip, damage inside a part as well: damage outside is mostly found by its checksum."""
    if not data.startswith(b"PK\x03\x04") or chance.random() < 0.3:
        return mutated(data, chance)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {entry: archive.read(entry) for entry in archive.namelist()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):
        return mutated(data, chance)
    victim = chance.choice(sorted(parts))
    return zipped(parts | {victim: mutated(parts[victim], chance)})


def ending(name: str, data: bytes) -> str:
    said: list[Message] = []
    source = Source(name, data)
    try:
        with contextlib.suppress(OutputFull):
            find_reader(source).read(source, Output(said.append, name, 20_000_000))
        said.append(Finished(source.sha256))
    except CarrelError as error:
        said.append(Refused(error.code, error.template, error.remedy, error.params))
    except RecursionError:
        return "recursion"
    except Exception as error:
        return f"surprise: {type(error).__name__}: {error}"[:150]
    for message in said:
        to_line(message)
    last = said[-1]
    return last.code if isinstance(last, Refused) else "ok"


def main(seed: int, count: int, folder: Path | None = None) -> int:
    endings: Counter[str] = Counter()
    for name, data in mutants(seed, count, folder):
        before = time.monotonic()
        endings[f"{name.rpartition('.')[2].lower()} {ending(name, data)}"] += 1
        if time.monotonic() - before > SLOWEST_S:
            endings["slow"] += 1
    for how, times in sorted(endings.items()):
        print(f"{times:5} {how}")
    return 0


if __name__ == "__main__":
    given = sys.argv[1:]
    raise SystemExit(main(int(given[0]), int(given[1]), Path(given[2]) if given[2:] else None))
