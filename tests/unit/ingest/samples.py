"""A document of every kind with the same words in it, so that what is read can be compared with what was written."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import tarfile
from collections.abc import Iterator, Sequence
from typing import TypeVar

from tests.unit.ingest import hostile, ole, opendocument, sheets, slides
from tests.unit.ingest.making import docx, level, numbering, paragraph, pdf, pdf_page, ruled_table, table, zipped

_ENGLISH = (
    "the parties agree that payment falls due within thirty days after receipt of an invoice and interest accrues "
    "on any amount outstanding until it is paid in full unless the buyer has notified a defect of quality or quantity "
    "in writing before delivery was accepted by its agent at the port named above"
)
ENGLISH = _ENGLISH.split()
CHINESE = (
    "甲方应当在收到发票之后三十日内付款，逾期未付的金额按日计息，直至全部付清为止；"
    "货物的质量或者数量有缺陷的，乙方应当在验收前书面通知。"
)
ROWS_A_PAGE = 30
Thing = TypeVar("Thing")


def sentences(count: int, seed: int = 1) -> list[str]:
    """Lines of words, every third in Chinese, each with numbers of its own."""
    chance = random.Random(seed)
    return [
        f"{CHINESE[: chance.randrange(20, 40)]}{number}" if number % 3 == 2
        else f"{' '.join(chance.choices(ENGLISH, k=10))} {number}.{chance.randrange(100)}"
        for number in range(count)
    ]  # fmt: skip


def records(count: int, seed: int = 2) -> list[list[str]]:
    """Rows of a table, its head first."""
    chance = random.Random(seed)
    rows = [
        [f"项目{n}", chance.choice(ENGLISH), str(chance.randrange(10**6)), f"{chance.random():.4f}"]
        for n in range(count)
    ]
    return [["项目", "item", "amount", "share"], *rows]


def samples(count: int = 12) -> dict[str, tuple[bytes, str]]:
    """By file name: the bytes, and the words that a reader should find, for `count` lines of them."""
    lines, rows = sentences(count), records(count)
    prose, cells = "\n".join(lines), "\n".join("\t".join(row) for row in rows)
    both = prose + "\n" + cells
    csv = "\n".join(",".join(row) for row in rows)
    data = json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows], ensure_ascii=False)
    xml = "<?xml version='1.0'?><d>" + "".join(f"<p>{line}</p>" for line in lines) + "</d>"
    word = docx(
        "".join(paragraph(line, numbered=(1, 0) if index % 5 == 0 else None) for index, line in enumerate(lines))
        + table(*rows),
        {"numbering": numbering(level(0, "chineseCounting", "第%1条"))},
    )
    return {
        "prose.pdf": (pdf(*_prose_pages(lines), compress=True), prose),
        "report.pdf": report(lines),
        "tables.pdf": (pdf(*_table_pages(rows), compress=True), cells),
        "letter.docx": (word, both),
        "slides.pptx": (slides.pptx([_slide(part) for part in _parts(lines, 8)]), prose),
        "book.xlsx": (sheets.xlsx({"Sheet1": "".join(sheets.row(n, row) for n, row in enumerate(rows, 1))}), cells),
        "book.xlsb": (sheets.xlsb([[float(n), n / 4] for n in range(count)]), ""),
        "letter.odt": (opendocument.open_document("text", "".join(map(opendocument.p, lines))), prose),
        "rows.csv": (csv.encode("gb18030"), cells),
        "page.html": (page(lines, rows).encode(), both),
        "book.epub": (book(lines), prose),
        "mail.eml": (mail(prose, csv), both),
        "mail.msg": (ole.ole(ole.msg({0x0037: "subject", 0x1000: prose})), prose),
        "letter.rtf": (rtf(lines), prose),
        "notebook.ipynb": (notebook(lines), prose),
        "data.json": (data.encode(), cells),
        "data.xml": (xml.encode(), prose),
        "notes.txt": (prose.encode("gb18030"), prose),
        "notes.md": (prose.encode("utf-16"), prose),
        "files.zip": (zipped({"合同.docx": word, "rows.csv": csv.encode(), "notes.txt": prose.encode()}), both),
        "files.7z": (hostile.seven_zip(prose.encode()), prose),
        "files.tar.gz": (gzip.compress(_tar(prose.encode())), prose),
        "files.tar.xz": (lzma.compress(_tar(prose.encode())), prose),
        "notes.txt.bz2": (bz2.compress(prose.encode()), prose),
    }  # fmt: skip


def page(lines: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    body = "".join(f"<h2>Part</h2><p>{'<br>'.join(part)}</p>" for part in _parts(lines, 10))
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<!doctype html><meta charset=utf-8><body>{body}<table>{cells}</table>"


def book(lines: Sequence[str]) -> bytes:
    parts = {f"{n}.xhtml": "".join(f"<p>{line}</p>" for line in part) for n, part in enumerate(_parts(lines, 40))}
    items = "".join(f'<item id="c{name}" href="{name}"/>' for name in parts)
    spine = "".join(f'<itemref idref="c{name}"/>' for name in parts)
    files = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": b'<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
        "b.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>".encode(),
    }
    return zipped(files | {name: f"<html><body>{text}</body></html>".encode() for name, text in parts.items()})


def mail(prose: str, csv: str) -> bytes:
    head = "From: a@example.com\nTo: b@example.com\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"
    head += 'Content-Type: multipart/mixed; boundary="b"\n\n'
    text = f"--b\nContent-Type: text/plain; charset=utf-8\n\n{prose}\n"
    rows = (
        f'--b\nContent-Type: text/csv; charset=utf-8\nContent-Disposition: attachment; filename="rows.csv"\n\n{csv}\n'
    )
    return f"{head}{text}{rows}--b--\n".encode()


def rtf(lines: Sequence[str]) -> bytes:
    def spoken(letter: str) -> str:
        return letter if letter.isascii() else "".join(f"\\'{byte:02x}" for byte in letter.encode("gbk"))

    body = "".join("".join(map(spoken, line)) + "\\par\n" for line in lines)
    return f"{{\\rtf1\\ansi\\ansicpg936{{\\fonttbl{{\\f0\\fcharset134 SimSun;}}}}\\f0 {body}}}".encode()


def notebook(lines: Sequence[str]) -> bytes:
    cells = [{"cell_type": "markdown", "source": "\n".join(part)} for part in _parts(lines, 6)]
    return json.dumps({"cells": cells, "nbformat": 4}, ensure_ascii=False).encode()


def _prose_pages(lines: Sequence[str]) -> list[bytes]:
    return [
        pdf_page([(60, 800 - 24 * row, line) for row, line in enumerate(part)], size=9)
        for part in _parts(lines, ROWS_A_PAGE)
    ]


def report(lines: Sequence[str]) -> tuple[bytes, str]:
    """A PDF of English prose with a ruled table under it on every page, and its words."""
    prose = list(_parts([line for line in lines if line.isascii()], 36))
    tables = list(_parts([row[1:] for row in records(9 * len(prose) - 1, seed=3)], 9))
    pages = [
        pdf_page([(60, 800 - 13 * place, line) for place, line in enumerate(part)], size=8) + ruled_table(rows, top=310)
        for part, rows in zip(prose, tables, strict=True)
    ]
    words = ["\n".join(part) + "\n" + "\n".join(map(" ".join, rows)) for part, rows in zip(prose, tables, strict=True)]
    return pdf(*pages, compress=True), "\n".join(words)


def _table_pages(rows: Sequence[Sequence[str]]) -> list[bytes]:
    return [ruled_table(part) for part in _parts(rows, 25)]


def _slide(lines: Sequence[str]) -> str:
    return slides.slide(slides.shape(slides.words(*lines), slides.place(0, 0)))


def _tar(data: bytes) -> bytes:
    info = tarfile.TarInfo("笔记.txt")
    info.size = len(data)
    return hostile.tar_of((info, data))


def _parts(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    return (things[start : start + size] for start in range(0, len(things), size))
