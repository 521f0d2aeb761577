"""Comma-separated values and their kin, in any encoding and with any of four separators, as Markdown tables."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from app.ingest.decoding import decode, looks_like_text
from app.ingest.readers.sheets.paging import Row, sheet_pages
from app.ingest.readers.text import MAX_BYTES, UNDECODED
from app.ingest.refusal import is_known_binary, refuse
from app.ingest.source import Output, Source

SUFFIXES = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
SEPARATORS = ",;\t|"
SAMPLE_ROWS = 50
LONGEST_FIELD = 20_000_000


def recognize(source: Source) -> str | None:
    """By its name, since the bytes are those of any text; one that holds no text is not this kind."""
    if source.suffix not in SUFFIXES or is_known_binary(source.head) or not looks_like_text(source.head):
        return None
    return "csv"


def read(source: Source, output: Output) -> None:
    decoded = decode(source.data[:MAX_BYTES])
    if not decoded.is_text:
        raise refuse(source)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    output.begin("csv")
    if decoded.undecoded:
        output.warn(UNDECODED, count=decoded.undecoded)
    separator, text = _separator(text, SUFFIXES.get(source.suffix, ","))
    for page in sheet_pages("", _rows(text, separator)):
        output.page(page.text, page.label)
    if len(source.data) > MAX_BYTES:
        output.end_early()


def _rows(text: str, separator: str) -> Iterator[Row]:
    """The rows by the line they begin in. A quote that never closes would take the rest, so then lines are rows."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    line = 1
    try:
        for texts in reader:
            yield Row(line, texts)
            line = reader.line_num + 1
    except csv.Error:
        rest = text.split("\n")[line - 1 :]
        yield from (Row(number, one.split(separator)) for number, one in enumerate(rest, line))


def _separator(text: str, usual: str) -> tuple[str, str]:
    """The separator that cuts most rows into the same number of fields, and the text without Excel's line naming it."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], rest
    sample = text[: 64 << 10].split("\n")[: SAMPLE_ROWS + 1]
    sample = sample[:-1] if len(sample) > 1 else sample  # the last line may be cut

    def evenness(separator: str) -> tuple[float, int]:
        widths = [len(row.texts) for row in _rows("\n".join(sample), separator) if any(row.texts)]
        if not widths:
            return 0.0, 0
        width, times = Counter(widths).most_common(1)[0]
        return (times / len(widths) if width > 1 else 0.0), width

    best = max(SEPARATORS, key=lambda separator: (*evenness(separator), separator == usual))
    return (best if evenness(best)[0] > 0 else usual), text
