from __future__ import annotations

import pytest

from app.core.errors import CarrelError
from app.ingest.readers.docx.counting import printed
from tests.unit.ingest.making import docx, level, numbering, paragraph, read_here, table, zipped

RENDERED = "<w:lastRenderedPageBreak/>"
STYLES = (
    '<w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="B2"><w:name w:val="标题 2"/></w:style>'
    '<w:style w:styleId="Own"><w:name w:val="Clause"/><w:basedOn w:val="H1"/></w:style>'
    '<w:style w:styleId="Loop"><w:name w:val="x"/><w:basedOn w:val="Loop"/></w:style>'
    '<w:style w:styleId="Deep"><w:name w:val="y"/><w:pPr><w:outlineLvl w:val="3"/></w:pPr></w:style>'
)


def text_of(data: bytes) -> str:
    (page,) = read_here(data, "a.docx").pages
    return page.text


def lines_of(body: str, **parts: str) -> list[str]:
    return text_of(docx(body, parts)).split("\n\n")


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_headings_by_name_by_base_and_by_outline_level() -> None:
    body = "".join(paragraph(style or "body", style=style) for style in ("H1", "B2", "Own", "Deep", "Loop", ""))
    assert lines_of(body, styles=STYLES) == ["# H1", "## B2", "# Own", "#### Deep", "Loop", "body"]


def test_clause_numbers_are_printed_as_word_prints_them() -> None:
    levels = numbering(
        level(0, "chineseCounting", "第%1条"),
        level(1, "decimal", "%1.%2.", "<w:isLgl/>"),
        level(2, "lowerLetter", "(%3)"),
    )
    order = [0, 0, 1, 1, 2, 2, 1, 0, 1]
    body = "".join(paragraph("x", numbered=(1, depth)) for depth in order)
    assert lines_of(body, numbering=levels) == [
        "第一条 x", "第二条 x", "2.1. x", "2.2. x", "(a) x", "(b) x", "2.3. x", "第三条 x", "3.1. x",
    ]  # fmt: skip


def test_a_list_starts_over_only_where_it_says_so() -> None:
    lists = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )
    body = "".join(paragraph("x", numbered=(which, 0)) for which in (1, 2, 3, 3, 1, 99, 0))
    assert lines_of(body, numbering=numbering(level(0, "decimal", "%1."), lists=lists)) == [
        "1. x", "2. x", "7. x", "8. x", "9. x", "x", "x",
    ]  # fmt: skip


def test_a_style_brings_its_numbering() -> None:
    styles = STYLES + (
        '<w:style w:styleId="Art"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = paragraph("总则", style="Art") + paragraph("责任", style="Art")
    levels = numbering(level(0, "chineseCountingThousand", "第%1章", '<w:suff w:val="space"/>'))
    assert lines_of(body, styles=styles, numbering=levels) == ["# 第一章 总则", "# 第二章 责任"]


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        (1, "chineseCounting", "一"), (10, "chineseCounting", "十"), (11, "chineseCounting", "十一"),
        (20, "chineseCounting", "二十"), (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCounting", "一百一十"), (1001, "chineseCountingThousand", "一千零一"),
        (2010, "chineseCountingThousand", "二千零一十"), (12, "japaneseCounting", "十二"),
        (110, "japaneseCounting", "百十"),
        (10, "ideographDigital", "一〇"), (12, "chineseLegalSimplified", "壹拾贰"), (3, "ideographTraditional", "丙"),
        (3, "decimalEnclosedCircle", "③"), (21, "decimalEnclosedCircle", "21"), (4, "lowerRoman", "iv"),
        (1994, "upperRoman", "MCMXCIV"), (27, "lowerLetter", "aa"), (28, "upperLetter", "BB"), (7, "decimalZero", "07"),
        (12, "ordinal", "12th"), (22, "ordinal", "22nd"), (5, "unheardOf", "5"), (0, "lowerLetter", "0"),
        (99999, "chineseCounting", "99999"), (-3, "upperRoman", "-3"), (3, "decimalFullWidth", "３"),
    ],
)  # fmt: skip
def test_counting(number: int, style: str, expected: str) -> None:
    assert printed(number, style) == expected


def test_insertions_stay_and_deletions_go() -> None:
    body = (
        f"<w:p>{run('The ')}<w:del><w:r><w:delText>old </w:delText></w:r></w:del><w:ins>{run('new ')}</w:ins>"
        f"<w:moveFrom>{run('gone ')}</w:moveFrom><w:moveTo>{run('moved ')}</w:moveTo>{run('text')}</w:p>"
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('dead')}</w:tc></w:tr>"
        f"<w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr></w:tbl>"
    )
    assert lines_of(body) == ["The new moved text", "| a | b |\n|---|---|"]


def test_tables_with_spans() -> None:
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{paragraph("wide")}</w:tc>'
    top = f'<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{paragraph("tall")}</w:tc>'
    under = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{paragraph('')}</w:tc>"
    body = table([wide, "c"], [top, "x|y", "1"], [under, "z", "2"])
    assert lines_of(body) == ["| wide |  | c |\n|---|---|---|\n| tall | x\\|y | 1 |\n| tall | z | 2 |"]


def test_a_table_in_a_cell_becomes_its_lines() -> None:
    body = table(["a", f"<w:tc>{table(['in', 'ner'], ['x', 'y'])}{paragraph('')}</w:tc>"], ["b", "c"])
    assert lines_of(body) == ["| a | in  ner<br>x  y |\n|---|---|\n| b | c |"]


def test_footnotes_stand_below_the_page_that_refers_to_them() -> None:
    notes = "".join(f'<w:footnote w:id="{index}">{paragraph(f"note {index}")}</w:footnote>' for index in (4, 9))
    notes = '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>' + notes
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    first = f"<w:p>{run('one')}{reference.format(9)}</w:p>"
    second = f"<w:p><w:r>{RENDERED}<w:t>two</w:t></w:r>{reference.format(4)}{reference.format(77)}</w:p>"
    pages = read_here(docx(first + second, {"footnotes": notes}), "a.docx").pages
    assert [page.text for page in pages] == ["one[^1]\n\n[^1]: note 9", "two[^2]\n\n[^2]: note 4"]


def test_rendered_page_breaks_are_page_boundaries() -> None:
    body = (
        paragraph("first")
        + f"<w:p>{run('ends here, ')}<w:r>{RENDERED}<w:t>goes on</w:t></w:r></w:p>"
        + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        + f"<w:p><w:r>{RENDERED}<w:t>third</w:t></w:r></w:p>"
    )
    pages = read_here(docx(body), "a.docx").pages
    assert [page.text for page in pages] == ["first\n\nends here, ", "goes on", "third"]


def test_without_rendered_or_ordered_breaks_it_is_one_page() -> None:
    assert len(read_here(docx(paragraph("字" * 3000) * 5), "a.docx").pages) == 1


def test_a_table_across_pages_repeats_its_head_row() -> None:
    head = f"<w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc>{paragraph('k')}</w:tc><w:tc>{paragraph('v')}</w:tc></w:tr>"
    rows = "".join(f"<w:tr><w:tc>{paragraph(f'k{i}')}</w:tc><w:tc>{paragraph(f'v{i}')}</w:tc></w:tr>" for i in (1, 2))
    rows = rows.replace("<w:t>k2", f"{RENDERED}<w:t>k2")
    pages = read_here(docx(f"<w:tbl>{head}{rows}</w:tbl>"), "a.docx").pages
    assert [page.text for page in pages] == ["| k | v |\n|---|---|\n| k1 | v1 |", "| k | v |\n|---|---|\n| k2 | v2 |"]


def test_formulas_boxes_and_signs() -> None:
    fraction = "<m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f>"
    math = f"<w:p><m:oMath xmlns:m='m'>{fraction}</m:oMath></w:p>"
    box = f"<w:p>{run('host')}<w:r><w:pict><w:txbxContent>{paragraph('boxed')}</w:txbxContent></w:pict></w:r></w:p>"
    signs = '<w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Odd" w:char="F0FE"/>'
    signs = f"<w:p><w:r>{signs}<w:t> yes</w:t><w:tab/><w:noBreakHyphen/></w:r></w:p>"
    assert [line.strip() for line in lines_of(math + box + signs)] == ["(a)/(b)", "host", "boxed", "☑ yes\t-"]


def test_macros_are_mentioned() -> None:
    document = read_here(docx(paragraph("x"), extra={"word/vbaProject.bin": b"code"}), "a.docm")
    assert document.warnings == ("a.docm contains macros. They were not run.",)


def test_a_document_without_text_says_so() -> None:
    assert read_here(docx(""), "a.docx").warnings == ("a.docx has no text: pictures and drawings are not read.",)


HOSTILE_XML = {
    "xxe": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:p><w:r><w:t>&x;</w:t></w:r></w:p>',
    "laughs": '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:p/>',
    "hidden": "<!-- " + " " * 9000 + "--><!DOCTYPE d><w:p/>",
}


@pytest.mark.parametrize("kind", HOSTILE_XML)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(kind: str, encoding: str) -> None:
    with pytest.raises(CarrelError) as caught:
        read_here(zipped({"word/document.xml": HOSTILE_XML[kind].encode(encoding)}), "a.docx")
    assert caught.value.code == "hostile_xml"


@pytest.mark.parametrize("nest", ["w:p", "w:sdt", "w:r"])
def test_bottomless_nesting_is_noticed(nest: str) -> None:
    with pytest.raises(RecursionError):
        read_here(docx("<w:p>" + f"<{nest}>" * 30_000 + f"</{nest}>" * 30_000 + "</w:p>"), "a.docx")


def test_tables_in_tables_end_at_a_depth() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 100 + paragraph("inmost") + "</w:tc></w:tr></w:tbl>" * 100
    document = read_here(docx(paragraph("before") + deep + paragraph("after")), "a.docx")
    assert document.pages[0].text == "before\n\nafter"
    assert document.warnings[0].startswith("a.docx has tables that are too large or too deeply nested")


def test_hidden_text_is_not_read() -> None:
    assert lines_of(f"<w:p>{run('seen')}<w:r><w:rPr><w:vanish/></w:rPr><w:t> unseen</w:t></w:r></w:p>") == ["seen"]


def test_absurd_spans_are_clamped() -> None:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p/></w:tc>'
    row = f'<w:tr><w:trPr><w:gridBefore w:val="99999999999999999999"/></w:trPr>{cell * 3}</w:tr>'
    assert text_of(docx(f"<w:tbl>{row * 50}</w:tbl>" + paragraph("after"))) == "after"
