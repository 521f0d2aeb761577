"""Reads randomly damaged files; run as a process of its own, because a native abort would end it.

    python -m tests.unit.ingest.mutate SEED COUNT

Prints one line for each way a file ended, with how often: "ok" or the error's code, and the cause when a reader
was surprised. Ends with status 0 unless a file took the process down or ended in no way at all.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import time
from collections import Counter

from app.core.errors import CarrelError
from app.ingest.messages import Finished, Message, Refused, to_line
from app.ingest.readers import find_reader
from app.ingest.source import Output, OutputFull, Source
from tests.unit.ingest.making import docx, level, numbering, paragraph, pdf, pdf_page, ruled_table, table

SLOWEST_S = 10.0


def originals() -> dict[str, bytes]:
    notes = f'<w:footnote w:id="2">{paragraph("note")}</w:footnote>'
    body = "".join(paragraph("总则 text", numbered=(1, index % 2)) for index in range(5)) + table(
        ["a", "b"], ["c", "d"]
    )
    body += '<w:p><w:r><w:lastRenderedPageBreak/><w:footnoteReference w:id="2"/><w:t>end</w:t></w:r></w:p>'
    parts = {
        "footnotes": notes,
        "numbering": numbering(level(0, "chineseCounting", "第%1条"), level(1, "decimal", "%1.%2")),
    }
    page = pdf_page([(72, 800, "Words"), (72, 600, "文字")]) + ruled_table([["a", "b", "c"], ["1", "2", "3"]])
    return {
        "plain.pdf": pdf(page, page),
        "packed.pdf": pdf(page, page, compress=True),
        "letter.docx": docx(body, parts),
        "notes.txt": "一段文字 and some text\n".encode("gb18030") * 30,
    }


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


def mutated_part(name: str, data: bytes, chance: random.Random) -> bytes:
    """For a zip, damage inside a part as well: damage outside is mostly found by its checksum."""
    if not name.endswith(".docx") or chance.random() < 0.3:
        return mutated(data, chance)
    import zipfile

    from tests.unit.ingest.making import zipped

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
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


def main(seed: int, count: int) -> int:
    chance = random.Random(seed)
    files = originals()
    endings: Counter[str] = Counter()
    for _ in range(count):
        name = chance.choice(sorted(files))
        data = mutated_part(name, files[name], chance)
        before = time.monotonic()
        endings[f"{name.rpartition('.')[2]} {ending(name, data)}"] += 1
        if time.monotonic() - before > SLOWEST_S:
            endings["slow"] += 1
    for how, times in sorted(endings.items()):
        print(f"{times:5} {how}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2])))
