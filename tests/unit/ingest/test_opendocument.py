from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import CarrelError
from tests.unit.ingest.making import read_here
from tests.unit.ingest.opendocument import cells, items, open_document, p

CLAUSES = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="一, 二, 三, ..." '
    'style:num-prefix="第" style:num-suffix="条"/><text:list-level-style-number text:level="2" style:num-format="1" '
    'style:num-suffix="." text:display-levels="2"/><text:list-level-style-bullet text:level="3" text:bullet-char="•"/>'
    "</text:list-style>"
)


def text_of(body: str, styles: str = "", outer: str = "") -> str:
    return "\f".join(page.text for page in read_here(open_document("text", body, styles, outer), "a.odt").pages)


def test_clauses_are_numbered_as_printed() -> None:
    body = items(p("总则") + items(p("one") + items(p("dot")), p("two")), style="L") + p("between")
    body += items(p("附则"), style="L", more=' text:continue-numbering="true"') + items(p("anew"), style="L")
    assert text_of(body, CLAUSES) == (
        "第一条 总则\n\n一.1. one\n\n    - dot\n\n一.2. two\n\nbetween\n\n第二条 附则\n\n第一条 anew"
    )


def test_headings_wear_the_numbers_of_the_outline() -> None:
    outer = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="1" style:num-suffix="."/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
    )
    body = "".join(
        f'<text:h text:outline-level="{level}">{name}</text:h>' for level, name in ((1, "A"), (2, "B"), (1, "C"))
    )
    assert text_of(body, "", outer) == "# 1. A\n\n## 1.1 B\n\n# 2. C"


def test_words_spaces_changes_and_notes() -> None:
    deleted = "<text:tracked-changes><text:changed-region>" + p("old") + "</text:changed-region></text:tracked-changes>"
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        + p("see there")
        + "</text:note-body></text:note>"
    )
    remark = "<office:annotation><creator>李</creator>" + p("why?") + "</office:annotation>"
    body = deleted + p(f"a  \n b<text:s text:c='3'/>c<text:tab/>d<text:line-break/>e{note}{remark} f")
    body += p("<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>kan</text:ruby-text></text:ruby>")
    assert text_of(body) == "a b   c\td\ne[^1][^c1] f\n\n[^1]: see there\n[^c1]: 李: why?\n\n漢"


def test_pages_begin_where_the_author_broke_them() -> None:
    styles = '<style:style style:name="B"><style:paragraph-properties fo:break-before="page"/></style:style>'
    assert text_of(p("one") + p("two", "B") + p("x<text:soft-page-break/>y"), styles) == "one\ftwo\fxy"


def test_tables_with_spans_and_what_stands_around_every_page() -> None:
    spanned = '<table:table-cell table:number-rows-spanned="2">' + p("North") + "</table:table-cell>"
    covered = "<table:covered-table-cell/>"
    table = f"<table:table>{cells('region', 'town')}{cells(spanned, 'A')}{cells(covered, 'B')}</table:table>"
    outer = (
        "<style:master-page><style:header>"
        + p("合同 2024-7")
        + "</style:header><style:footer>"
        + p("3")
        + "</style:footer></style:master-page>"
    )
    assert text_of(table, "", outer) == (
        "[Header: 合同 2024-7]\n\n| region | town |\n|---|---|\n| North | A |\n| North | B |"
    )


def test_slides_in_reading_order_with_notes() -> None:
    def frame(text: str, x: int, y: int, kind: str = "") -> str:
        worn = f' presentation:class="{kind}"' if kind else ""
        place = f'svg:x="{x}cm" svg:y="{y}cm" svg:width="5cm" svg:height="2cm"'
        return f"<draw:frame {place}{worn}><draw:text-box>{p(text)}</draw:text-box></draw:frame>"

    notes = f"<presentation:notes>{frame('say this', 1, 1, 'notes')}</presentation:notes>"
    slide = (
        frame("right", 10, 5) + frame("left", 1, 5) + frame("Title", 1, 20, "title") + frame("9", 1, 1, "page-number")
    )
    picture = '<draw:frame><draw:image href="a.png"/></draw:frame>'
    document = read_here(
        open_document("presentation", f"<draw:page>{slide}{notes}</draw:page><draw:page>{picture}</draw:page>"), "a.odp"
    )
    assert [(page.label, page.text, page.flag) for page in document.pages] == [
        ("slide 1", "## Title\n\nleft\n\nright\n\nNotes:\nsay this", ""),
        ("slide 2", "", "scanned"),
    ]


def test_sheets_show_what_their_cells_show() -> None:
    repeated = '<table:table-cell table:number-columns-repeated="2">' + p("x") + "</table:table-cell>"
    bare = '<table:table-cell office:value-type="float" office:value="2.5"/>'
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    far = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
    rows = cells("name", "share", "") + cells("甲", "15.3%", bare) + far + cells(repeated)
    document = read_here(open_document("spreadsheet", f'<table:table table:name="表1">{rows}</table:table>'), "a.ods")
    assert document.kind == "ods"
    assert [(page.label, page.text) for page in document.pages] == [
        ("表1 r1-1048003", "## 表1\n\n| name | share |  |\n|---|---|---|\n| 甲 | 15.3% | 2.5 |\n| x | x |  |")
    ]


def test_a_locked_file_is_refused() -> None:
    data = open_document("text", p("x"), extra={"META-INF/manifest.xml": b"<m><encryption-data/></m>"})
    with pytest.raises(CarrelError) as caught:
        read_here(data, "a.odt")
    assert caught.value.code == "encrypted"


TREE = st.recursive(
    st.sampled_from(["word", p("word"), "<text:s/>", "<text:note/>", "<office:annotation/>", "<draw:frame/>"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(
            [
                "text:p",
                "text:h",
                "text:list",
                "text:list-item",
                "table:table",
                "table:table-row",
                "table:table-cell",
                "draw:frame",
                "draw:text-box",
                "text:section",
                "draw:g",
            ]
        ),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TREE, max_size=4))
def test_any_nesting_ends_in_text(parts: list[str]) -> None:
    for kind, name in (("text", "a.odt"), ("presentation", "a.odp"), ("spreadsheet", "a.ods")):
        assert read_here(open_document(kind, "".join(parts)), name).kind == name[2:]
