from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingest.making import read_here

FONTS = (
    rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 SimSun;}{\f2\fcharset136 MingLiU;}{\f3\fcharset128 MS Mincho;}}"
)


def text_of(body: bytes, head: bytes = rb"\ansi\ansicpg1252\deff0") -> str:
    return "\f".join(page.text for page in read_here(b"{\\rtf1" + head + FONTS + body + b"}", "a.rtf").pages)


def escaped(text: str, codec: str) -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode(codec))


@pytest.mark.parametrize(("font", "codec"), [(1, "gb18030"), (2, "big5"), (3, "cp932")])
def test_letters_by_the_fonts_code_page(font: int, codec: str) -> None:
    assert text_of(b"{\\f%d " % font + escaped("中文一二", codec) + b"}\\par") == "中文一二"


def test_letters_by_the_files_code_page_and_by_number() -> None:
    assert text_of(escaped("合同", "gb18030"), rb"\ansi\ansicpg936") == "合同"
    assert text_of(rb"\u21512?\u21516 ?\uc2\u31532\'b5\'da!") == "合同第!"
    assert text_of(rb"\u-10179?\u-8704?") == "\N{GRINNING FACE}"
    assert text_of(rb"{\f1 \'95A}", rb"\ansi") == "".join((b"\x95A").decode("gb18030"))  # its second byte is plain


def test_paragraphs_headings_and_the_numbers_word_printed() -> None:
    styles = rb"{\stylesheet{\s1\qc heading 1;}{\s2 Body;}}"
    body = rb"\pard\s1 Terms\par\pard{\listtext\pard 1.2.\tab}Rent\par\pard{\pntext 3)\tab}Term\par"
    assert text_of(styles + body) == "# Terms\n\n1.2. Rent\n\n3) Term"


def test_tables_with_merged_cells() -> None:
    rows = rb"\trowd\cellx100\cellx200\pard\intbl region\cell town\cell\row"
    rows += rb"\trowd\clvmgf\cellx100\cellx200\pard\intbl North\cell A\par B\cell\row"
    rows += rb"\trowd\clvmrg\cellx100\cellx200\pard\intbl\cell C\cell\row\pard after\par"
    assert text_of(rows) == "| region | town |\n|---|---|\n| North | A<br>B |\n| North | C |\n\nafter"


def test_notes_headers_fields_and_what_is_not_text() -> None:
    body = rb"{\header Contract 7\par}{\footer\chpgn 3}{\info{\title secret}}{\*\unknown hidden}{\v hidden}"
    body += rb"x{\super\chftn{\footnote see {\i there}}} {\field{\*\fldinst HYPERLINK a}{\fldrslt link}}"
    body += (
        rb"{\pict\bin4 }}}}}{\deleted gone} {\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt box\par}}}\par end\page next"
    )
    assert text_of(body) == ("[Header: Contract 7]\n\nx[^1] link box\n\nend\fnext\n\n[^1]: see there")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["{", "}", "\\par", "\\cell", "\\row", "\\intbl ", "\\pard", "a", "\\'d6", "\\u50?",
                                 "\\footnote", "\\header", "\\*", "\\f1", "\\stylesheet", "\\s1", "\\bin3 ", "\\page",
                                 "\\trowd", "\\clvmrg", "\\cellx9", "\\uc3", "\\fonttbl", "\\fcharset134", "文"]),
                max_size=60))  # fmt: skip
def test_any_order_of_words_ends_in_text(parts: list[str]) -> None:
    body = "".join(parts).encode("gb18030")
    assert read_here(b"{\\rtf1" + body + b"}", "a.rtf").kind == "rtf"


def test_groups_without_end_are_no_trouble() -> None:
    assert text_of(b"{" * 5000 + b"deep") == "deep"
    assert read_here(b"{\\rtf1 open", "a.rtf").pages[0].text == "open"
