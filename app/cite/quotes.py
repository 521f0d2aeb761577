"""The quotations of an answer: between quotation marks of English and Chinese, and Markdown block quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.cite.blocks import Block
from app.cite.references import Reference, is_bracketed

_PAIRS = (
    re.compile(r"“([^“”]+)[”\"]"),
    re.compile(r"「([^「」]+)」"),
    re.compile(r"『([^『』]+)』"),
    re.compile(r"«([^«»]+)»"),
    re.compile(r"„([^„“”]+)[“”]"),
    re.compile(r"〝([^〝〞]+)〞"),
    re.compile(r'(?<![A-Za-z0-9])"(?=\S)([^"]+)(?<=\S)"(?![A-Za-z0-9])'),
    re.compile(r"(?<![A-Za-z0-9’])‘(?=\S)((?:[^‘’]|(?<=\w)’(?=\w))+)(?<=\S)’(?![A-Za-z0-9])"),
    re.compile(r"(?<![A-Za-z0-9'])'(?=\S)((?:[^'\n]|(?<=\w)'(?=\w))+)(?<=\S)'(?![A-Za-z0-9])"),
)
_LINE_MARK = re.compile(r"^[ ]{0,3}(?:[-*+][ ]+)?>[ ]?", re.MULTILINE)
_SIGNATURE = re.compile(r"^\s*(?:—|–|--)[^\n]*$", re.MULTILINE)
# A block quote that is the model's own remark, not a quotation.
_REMARK = re.compile(
    r"^[\s>*_]*(?:\[!\w+\]|(?:note|tip|warning|important|注意|注|提示|说明|警告)\s*[*_]*\s*[:：])", re.IGNORECASE
)
_OWN_MARKS = "“”\"「」『』‘’'*_ \t\r\n"


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters `start` to `end` of the answer, marks included; `text` is what stands between them."""

    start: int
    end: int
    text: str
    is_block: bool = False


def is_quoted(text: str, ref: Reference, marked: Sequence[Quote]) -> bool:
    """Whether a reference belongs to the words quoted and is not the answer's own."""
    around = [quote for quote in marked if quote.start <= ref.start and ref.end <= quote.end]
    return bool(around) and not is_bracketed(text, ref) and not _is_signature(text, ref)


def _is_signature(text: str, ref: Reference) -> bool:
    line = text[text.rfind("\n", 0, ref.start) + 1 : ref.end]
    return _SIGNATURE.match(_LINE_MARK.sub("", line)) is not None


def quotes(text: str, parts: Sequence[Block], refs: Sequence[Reference]) -> list[Quote]:
    """All quotations in order, the outer one where one holds another. References inside are not quoted words."""
    found: list[Quote] = []
    for block in parts:
        found += _block_quote(text, block, refs) if block.quoted else _marked(text, block, refs)
    return found


def _block_quote(text: str, block: Block, refs: Sequence[Reference]) -> Iterator[Quote]:
    raw = _without(text, block.start, block.end, refs)
    if _REMARK.match(raw):
        return
    said = _SIGNATURE.sub("", _LINE_MARK.sub("", raw)).strip(_OWN_MARKS)
    if said:
        yield Quote(block.start, block.start + len(text[block.start : block.end].rstrip()), said, is_block=True)


def _marked(text: str, block: Block, refs: Sequence[Reference]) -> list[Quote]:
    spans = sorted(
        (match.start(), -match.end(), match.start(1), match.end(1))
        for pair in _PAIRS
        for match in pair.finditer(text, block.start, block.end)
    )
    found: list[Quote] = []
    for start, negative_end, first, last in spans:
        if not found or start >= found[-1].end:
            found.append(Quote(start, -negative_end, _without(text, first, last, refs).strip()))
    return found


def _without(text: str, start: int, end: int, refs: Sequence[Reference]) -> str:
    """The text with bracketed references blanked out: those were put there by the model."""
    piece = text[start:end]
    for ref in refs:
        if start <= ref.start and ref.end <= end and is_bracketed(text, ref):
            piece = piece[: ref.start - start] + " " * (ref.end - ref.start) + piece[ref.end - start :]
    return piece
