"""What reading documents costs and how much of their words arrives, by format, beside markitdown in the same run.

    python -m tests.bench.documents [--corpus DIR] [--markitdown PYTHON] [--lines 2000] [--only WORD] [--json]

Without `--corpus` a document of every kind is generated, and the words that went in are the reference. For real files
the reference is PDFium's plain text for PDF, and the text nodes of their own XML for Word, PowerPoint and OpenDocument;
other formats have none there and show their costs alone. `PYTHON` is the interpreter of an environment that has
`markitdown[pdf,docx,pptx,xlsx,xls,outlook]`.

Each file is read in a forked child, after everything was imported, so that CPU-seconds are those of reading alone;
limits: 60 s and 8 GB. Words are compared as bags: Latin words, numbers, and single Chinese characters.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.unit.ingest.making import ROOT
from tests.unit.ingest.samples import samples

READER = ROOT / "tests/bench/reading.py"
LONG_CHARACTERS = 100_000
TEXT_PARTS = re.compile(r"word/document\.xml|ppt/slides/slide\d+\.xml|content\.xml")
OFFICE_TEXT = re.compile(r"<[wa]:t(?: [^>]*)?>([^<]*)</[wa]:t>|</[wa]:p>|<[wa]:(?:tab|br)\b")
TAGS = re.compile(r"<(/?)(?:\w+:)?(p|h|tab|s|line-break)\b[^>]*>|<[^>]+>")
DROPPED = re.compile(r"<(w:del|mc:Fallback|office:annotation)\b.*?</\1>", re.DOTALL)
WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\W_\u2e80-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True)
class Reading:
    """How one reader did on one file."""

    file: str
    ok: bool
    cpu_s: float
    text: str


@dataclass
class Row:
    """One line of the table, for one format."""

    format: str
    files: int
    ok: int
    characters: int
    cpu_s: float
    cpu_s_per_million: float
    recall: float | None
    markitdown_ok: int | None = None
    markitdown_cpu_s_per_million: float | None = None
    markitdown_recall: float | None = None
    times_faster: float | None = None


def read_all(python: str, reader: str, files: Sequence[Path]) -> dict[str, Reading]:
    """Every file by one reader, in one process that forks for each."""
    command = [python, str(READER), reader]
    done = subprocess.run(command, input="\n".join(map(str, files)).encode(), capture_output=True, cwd=ROOT, check=True)
    readings = (Reading(**json.loads(line)) for line in done.stdout.splitlines())
    return {reading.file: reading for reading in readings}


def words(text: str) -> Counter[str]:
    return Counter(WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def recall(found: str, expected: str) -> tuple[int, int]:
    """How many of the expected words were found, and how many there are."""
    wanted, here = words(expected), words(found)
    return sum((wanted & here).values()), sum(wanted.values())


def reference(path: Path) -> str | None:
    """What a file says by its own plainest means; None where there is none to compare with."""
    if path.suffix.lower() == ".pdf":
        return pdf_words(path)
    if path.suffix.lower() in (".docx", ".pptx", ".odt", ".odp"):
        return xml_words(path)
    return None


def pdf_words(path: Path) -> str | None:
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(path)
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    except pypdfium2.PdfiumError:
        return None


def xml_words(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name).decode() for name in archive.namelist() if TEXT_PARTS.fullmatch(name)]
    except (zipfile.BadZipFile, UnicodeDecodeError):
        return None
    whole = DROPPED.sub("", "\n".join(parts))
    if path.suffix.lower() in (".docx", ".pptx"):
        text = "".join(found.group(1) if found.group(1) is not None else "\n" for found in OFFICE_TEXT.finditer(whole))
    else:
        text = TAGS.sub(lambda tag: " " if tag.group(2) else "", whole)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text


def table(
    files: dict[Path, str | None], ours: dict[str, Reading], theirs: dict[str, Reading], *, by_name: bool
) -> Iterator[Row]:
    formats: dict[str, list[Path]] = {}
    for path in files:
        formats.setdefault(path.name if by_name else path.suffix.lower().lstrip("."), []).append(path)
    long = [path for path in formats.get("pdf", []) if len(ours[str(path)].text) > LONG_CHARACTERS]
    groups = [*sorted(formats.items()), *([(f"pdf over {LONG_CHARACTERS:,} characters", long)] if long else [])]
    for name, paths in groups:
        yield row(name, paths, files, ours, theirs)


def row(
    name: str, paths: list[Path], files: dict[Path, str | None], ours: dict[str, Reading], theirs: dict[str, Reading]
) -> Row:
    mine = [ours[str(path)] for path in paths]
    characters = sum(len(reading.text) for reading in mine if reading.ok)
    cpu_s = sum(reading.cpu_s for reading in mine)
    out = Row(
        name,
        len(paths),
        sum(reading.ok for reading in mine),
        characters,
        round(cpu_s, 3),
        _per_million(cpu_s, characters),
        _recall(paths, files, ours),
    )
    if theirs:
        other = [theirs[str(path)] for path in paths]
        both = [(a, b) for a, b in zip(mine, other, strict=True) if a.ok and b.ok]
        out.markitdown_ok = sum(reading.ok for reading in other)
        if not out.markitdown_ok:
            return out
        out.markitdown_cpu_s_per_million = _per_million(
            sum(reading.cpu_s for reading in other if reading.ok),
            sum(len(reading.text) for reading in other if reading.ok),
        )
        out.markitdown_recall = _recall(paths, files, theirs)
        spent = sum(a.cpu_s for a, _ in both)
        out.times_faster = round(sum(b.cpu_s for _, b in both) / spent, 1) if spent else None
    return out


def _per_million(cpu_s: float, characters: int) -> float:
    return round(cpu_s / characters * 1e6, 2) if characters else 0.0


def _recall(paths: list[Path], files: dict[Path, str | None], readings: dict[str, Reading]) -> float | None:
    """Over all words of the format; a file that was not read finds none."""
    pairs = [recall(readings[str(path)].text, expected) for path in paths if (expected := files[path])]
    total = sum(wanted for _, wanted in pairs)
    return round(sum(found for found, _ in pairs) / total, 4) if total else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", type=Path, help="a folder of real files instead of generated ones")
    parser.add_argument("--markitdown", metavar="PYTHON", help="the interpreter of markitdown's environment")
    parser.add_argument("--lines", type=int, default=2000, help="length of the generated documents")
    parser.add_argument("--only", metavar="WORD", default="", help="only files with this in their names")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        files: dict[Path, str | None] = {}
        if args.corpus:
            files = {path: reference(path) for path in sorted(args.corpus.glob("*/*")) if path.is_file()}
        else:
            for name, (data, expected) in samples(args.lines).items():
                (Path(place) / name).write_bytes(data)
                files[Path(place) / name] = expected
        files = {path: expected for path, expected in files.items() if args.only in path.name}
        ours = read_all(sys.executable, "carrel", list(files))
        theirs = read_all(args.markitdown, "markitdown", list(files)) if args.markitdown else {}
        rows = list(table(files, ours, theirs, by_name=not args.corpus))
    if args.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return
    print("| format | files | read | CPU-s | CPU-s / 1M characters | word recall "
          "| markitdown: read | CPU-s / 1M | recall | Carrel is faster |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for one in rows:
        cells = [
            one.format, one.files, one.ok, one.cpu_s, one.cpu_s_per_million, one.recall, one.markitdown_ok,
            one.markitdown_cpu_s_per_million, one.markitdown_recall,
            f"{one.times_faster} ×" if one.times_faster else None,
        ]  # fmt: skip
        print("| " + " | ".join("–" if cell is None else str(cell) for cell in cells) + " |")


if __name__ == "__main__":
    main()
