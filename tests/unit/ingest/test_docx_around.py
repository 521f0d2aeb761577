"""What stands around and inside a Word document's text, and what can be saved of a broken one."""

from __future__ import annotations

import random
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.ingest.rescue import RescuedZip, rescued_xml
from app.ingest.source import Source
from app.ingest.spans import is_page_number
from tests.unit.ingest.making import RELATION, WORD, docx, level, numbering, paragraph, read_here, table
from tests.unit.ingest.opendocument import open_document, p
from tests.unit.ingest.sheets import row, xlsx
from tests.unit.ingest.slides import pptx, shape, slide, words

CHART = (
    '<c:chartSpace xmlns:c="c"><c:chart><c:ser><c:tx><c:v>2024</c:v></c:tx>'
    '<c:cat><c:pt idx="0"><c:v>甲</c:v></c:pt></c:cat>'
    '<c:val><c:pt idx="0"><c:v>7</c:v></c:pt></c:val></c:ser></c:chart></c:chartSpace>'
)


def with_parts(body: str, *parts: tuple[str, str, bytes]) -> bytes:
    """Parts as (kind, name, bytes), related to the document as r0, r1, …"""
    found = "".join(
        f'<Relationship Id="r{index}" Type="{RELATION}{kind}" Target="{name}"/>'
        for index, (kind, name, _) in enumerate(parts)
    )
    extra = {f"word/{name}": data for _, name, data in parts}
    extra["word/_rels/document.xml.rels"] = f"<Relationships>{found}</Relationships>".encode()
    return docx(body, extra=extra)


def header(tag: str, text: str) -> bytes:
    return f"<w:{tag} {WORD}>{paragraph(text)}</w:{tag}>".encode()


def test_headers_and_footers_are_read_once_and_page_numbers_not() -> None:
    data = with_parts(
        paragraph("one") + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' + paragraph("two"),
        ("header", "h1.xml", header("hdr", "合同编号 2024-7")),
        ("header", "h2.xml", header("hdr", "合同编号 2024-7")),
        ("footer", "f1.xml", header("ftr", "第 1 页 共 2 页")),
        ("footer", "f2.xml", header("ftr", "Confidential")),
    )
    assert [page.text for page in read_here(data, "a.docx").pages] == [
        "[Header: 合同编号 2024-7]\n\none\n\n[Footer: Confidential]",
        "two",
    ]


@pytest.mark.parametrize("text", ["3", "- 3 -", "Page 3 of 12", "第 3 页 共 12 页", "iv", "3 / 12"])
def test_page_numbers_are_known(text: str) -> None:
    assert is_page_number(text)


@pytest.mark.parametrize("text", ["合同编号 2024-7", "Draft 3", "Official", "civil"])
def test_other_words_are_no_page_numbers(text: str) -> None:
    assert not is_page_number(text)


def test_charts_other_documents_and_form_fields_stand_in_the_text() -> None:
    drawing = '<w:p><w:r><w:drawing><c:chart xmlns:c="c" xmlns:r="r" r:id="r0"/></w:drawing></w:r></w:p>'
    box = '<w:fldChar><w:ffData><w:checkBox><w:default w:val="{}"/></w:checkBox></w:ffData></w:fldChar>'
    fields = f"<w:r>{box.format(1)}</w:r><w:r>{box.format(0)}</w:r>"
    choice = '<w:ddList><w:result w:val="1"/><w:listEntry w:val="Mr"/><w:listEntry w:val="Ms"/></w:ddList>'
    fields += f"<w:r><w:fldChar><w:ffData>{choice}</w:ffData></w:fldChar></w:r>"
    data = with_parts(
        drawing + '<w:altChunk xmlns:r="r" r:id="r1"/>' + paragraph(fields),
        ("chart", "chart1.xml", CHART.encode()),
        ("aFChunk", "part.rtf", b"{\\rtf1 from elsewhere}"),
    )
    assert read_here(data, "a.docx").pages[0].text == (
        "Chart:\n\n|  | 2024 |\n|---|---|\n| 甲 | 7 |\n\nfrom elsewhere\n\n☑☐Ms"
    )


BODY = (
    paragraph("first", numbered=(1, 0))
    + table(["a", "b"], ["c", "d"])
    + "".join(paragraph(f"clause {index} &amp; more", numbered=(1, 0)) for index in range(40))
)
PARTS = {"numbering": numbering(level(0, "chineseCounting", "第%1条"))}


def test_broken_xml_is_read_up_to_the_break_and_picked_over_after_it() -> None:
    whole = docx(BODY, PARTS)
    broken = docx(BODY.replace("clause 20 &amp;", "clause 20 <w:oops &"), PARTS)
    document = read_here(broken, "a.docx")
    assert document.warnings[0].startswith("a.docx is damaged. What could be saved")
    text, full = document.pages[0].text, read_here(whole, "a.docx").pages[0].text
    assert text.startswith(full[: full.index("clause 20")])
    assert "| c | d |" in text
    assert "clause 39 & more" in text


def test_a_file_cut_short_gives_what_it_has() -> None:
    chance = random.Random(5)
    long = "".join(paragraph(f"{chance.random()} clause {index}") for index in range(3000))
    data = docx(long)
    document = read_here(data[: len(data) * 2 // 3], "a.docx")
    assert "clause 500" in document.pages[0].text
    assert document.warnings[0].startswith("a.docx is damaged. What could be saved")
    with pytest.raises(CarrelError) as caught:
        read_here(data[:400], "a.docx")
    assert caught.value.code in ("damaged", "unknown_kind")


@pytest.mark.parametrize("kind", ["pptx", "xlsx", "odt"])
def test_other_office_files_cut_short_give_what_they_have(kind: str) -> None:
    chance = random.Random(5)
    lines = [f"{chance.random()} word{index}" for index in range(3000)]
    whole = {
        "pptx": lambda: pptx([slide(shape(words(*lines[at : at + 100]))) for at in range(0, 3000, 100)]),
        "xlsx": lambda: xlsx({"S": "".join(row(at, [text, at]) for at, text in enumerate(lines, 1))}),
        "odt": lambda: open_document("text", "".join(map(p, lines))),
    }[kind]()
    document = read_here(whole[: len(whole) * 2 // 3], f"a.{kind}")
    assert document.kind == kind
    assert "word900" in "".join(page.text for page in document.pages)
    assert document.warnings[0].startswith(f"a.{kind} is damaged. What could be saved")


def test_a_broken_part_beside_the_text_costs_only_itself() -> None:
    data = with_parts(paragraph("the text"), ("styles", "styles.xml", b"<w:styles"), ("comments", "c.xml", b"nothing"))
    document = read_here(data, "a.docx")
    assert (document.pages[0].text, document.warnings) == ("the text", ())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 10_000))
def test_any_bytes_can_be_rescued_from(noise: bytes, place: int) -> None:
    data = docx(BODY[:2000])
    at = place % len(data)
    parts = RescuedZip(Source("a.docx", data[:at] + noise + data[at:]))
    for name in parts.names:
        root, _ = rescued_xml(parts.read(name))
        assert root is None or isinstance(root, Element)


def test_a_rescued_part_gives_no_entities() -> None:
    assert rescued_xml(b'<!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>') == (None, b"")
