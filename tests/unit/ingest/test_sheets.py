from __future__ import annotations

import datetime as dt
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.ingest.readers.ole import stream
from app.ingest.readers.sheets import biff
from app.ingest.readers.sheets.container import wrapped
from app.ingest.readers.sheets.numbers import compiled, plain, shown
from app.ingest.readers.sheets.paging import Row, sheet_pages
from tests.unit.ingest.making import read_here
from tests.unit.ingest.sheets import cell, row, xlsb, xlsx


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("0.0%", 0.153, "15.3%"),
        ("0%", 1 / 3, "33.33%"),
        ("0.00%", -0.15, "-15.00%"),
        ('#,##0"万元"', 1234.5, "1234.5万元"),
        ("[$¥-804]#,##0.00;[Red]-[$¥-804]#,##0.00", -5, "-¥5"),
        ('_("$"* #,##0.00_);_("$"* \\(#,##0.00\\)', 7.5, "$7.5"),
        ("000000", 1, "000001"),
        ("General", 0.1 + 0.2, "0.3"),
        ("#,##0,", 12345678, "12345678"),
        ('0.0,,"M"', 12345678, "12345678"),
        ("# ?/?", 0.5, "0.5"),
        ("0.00E+00", 12.5, "12.5"),
        ("yyyy/m/d", 45000, "45000"),
    ],
)
def test_a_number_keeps_the_unit_its_format_gives_it(code: str, value: float, text: str) -> None:
    assert shown(value, compiled(code)) == text


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet='0#?.,%;"[]$¥\\_*-+eEymdhs/ G元-', max_size=30), st.floats(allow_nan=False, allow_infinity=False)
)
def test_every_format_shows_something(code: str, value: float) -> None:
    assert shown(value, compiled(code))


def test_values_read_as_people_write_them() -> None:
    assert shown(dt.datetime(2024, 3, 5, tzinfo=dt.UTC)) == "2024-03-05"
    assert shown(dt.datetime(2024, 3, 5, 8, 30, tzinfo=dt.UTC)) == "2024-03-05 08:30"
    assert shown(dt.time(8, 30, 5)) == "08:30:05"
    assert shown(dt.timedelta(hours=30, minutes=5)) == "30:05:00"
    assert (shown(True), shown(12.0), shown(None), plain(1e20)) == ("TRUE", "12", "", "1e+20")


def test_a_workbook_becomes_a_table_a_sheet() -> None:
    rows = row(1, ["2023年度"]) + row(2, ["项目", "金额", "占比"]) + row(3, ["甲", 1200.5, 0.153], [0, 0, 1])
    data = xlsx({"收入": rows, "Empty": "", "备注": row(4, ["x", True])}, ["0.0%"], hidden=["备注"])
    document = read_here(data, "账.xlsx")
    assert document.kind == "xlsx"
    assert [(page.label, page.text) for page in document.pages] == [
        ("收入 r1-3", "## 收入\n\n2023年度\n\n| 项目 | 金额 | 占比 |\n|---|---|---|\n| 甲 | 1200.5 | 15.3% |"),
        ("备注 r4", "## 备注 (hidden)\n\n| x | TRUE |\n|---|---|"),
    ]


def test_a_long_sheet_is_cut_and_its_head_repeated() -> None:
    rows = "".join(
        row(number, ["name", "figure"] if number == 1 else [f"n{number}", number]) for number in range(1, 502)
    )
    pages = read_here(xlsx({"S": rows}), "a.xlsx").pages
    assert [page.label for page in pages] == ["S r1-200", "S r201-400", "S r401-501"]
    assert all(page.text.startswith("## S\n\n| name | figure |\n|---|---|\n") for page in pages)
    assert "| n201 | 201 |" in pages[1].text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(alphabet="a|\n 文", max_size=5), max_size=4), max_size=30), st.integers(0, 400))
def test_no_cell_is_lost_in_paging(rows: list[list[str]], copies: int) -> None:
    numbered = [Row(number, texts) for number, texts in enumerate([*rows, *[["x", "y"]] * copies], 1)]
    text = "\n".join(page.text for page in sheet_pages("S", numbered))
    letters = sum(word.count("a") + word.count("文") + word.count("x") for one in numbered for word in one.texts)
    assert text.count("a") + text.count("文") + text.count("x") >= letters


def test_merged_labels_go_down_and_formulas_without_a_result_stay() -> None:
    rows = (
        row(1, ["region", "town", "sum"]) + row(2, ["North", "A", 1]) + row(3, [None, "B", "<f>SUM(C2,2) &amp;1</f>"])
    )
    document = read_here(
        xlsx({"S": rows}, after='<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'), "a.xlsx"
    )
    assert document.pages[0].text.endswith("| North | A | 1 |\n| North | B | =SUM(C2,2) &1 |")
    assert document.warnings == ("a.xlsx has formulas without results; they are shown as formulas.",)


def test_errors_are_shown() -> None:
    error = '<c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C1" s="0" t="e"><v>#N/A</v></c>'
    data = xlsx({"S": f'<row r="1">{cell("A1", "x")}{error}</row>'})
    assert "| x | #DIV/0! | #N/A |" in read_here(data, "a.xlsx").pages[0].text
    assert biff._error(0x205, bytes(6) + b"\x2a\x01") == "#N/A"
    assert biff._error(0x06, bytes(6) + b"\x02\x00\x07\x00\x00\x00\xff\xff") == "#DIV/0!"
    assert biff._error(0x06, struct.pack("<HHHd", 0, 0, 0, 1.5)) == ""


def test_cells_far_apart_take_no_memory() -> None:
    """A full grid of this sheet has seventeen thousand million cells."""
    rows = f'<row r="1">{cell("A1", "first")}</row><row r="1048576">{cell("XFD1048576", 0.5, 1)}</row>'
    document = read_here(xlsx({"S": rows}, ["0%"]), "a.xlsx")
    assert document.pages[0].text == "## S\n\nfirst\n50%"
    assert document.warnings == ("Cells of a.xlsx lie far apart in S; there the columns are not lined up.",)


def test_remarks_stand_below_their_sheet() -> None:
    comments = (
        "<comments><authors><author>王芳</author></authors><commentList>"
        '<comment ref="B2" authorId="0"><text><r><t>please </t></r><r><t>check</t></r></text></comment>'
        "</commentList></comments>"
    )
    relation = (
        '<Relationships><Relationship Id="c" Target="../comments1.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"/></Relationships>'
    )
    extra = {"xl/comments1.xml": comments.encode(), "xl/worksheets/_rels/sheet1.xml.rels": relation.encode()}
    document = read_here(xlsx({"S": row(1, ["a", "b"]) + row(2, [1, 2])}, extra=extra), "a.xlsx")
    assert document.pages[0].text.endswith("| 1 | 2 |\n\n[B2: 王芳: please check]")


def test_a_binary_workbook_wears_its_formats_and_refuses_what_cannot_fit() -> None:
    document = read_here(xlsb([[0.5, 0.25], [1, 0.125]], style=1), "a.xlsb")
    assert (document.kind, document.pages[0].text) == (
        "xlsb",
        "## 数\n\n| 50.0% | 25.0% |\n|---|---|\n| 100.0% | 12.5% |",
    )
    far = xlsb([[1.0]] + [[]] * 1_000_00 + [[1.0] * 60])
    with pytest.raises(CarrelError) as caught:
        read_here(far, "far.xlsb")
    assert caught.value.code == "too_far_apart"


def test_formats_of_old_workbooks() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    head = record(0x809, struct.pack("<HH", 0x600, 5))
    head += record(0x41E, struct.pack("<HHB", 164, 5, 1) + '0"亿"0'[:5].encode("utf-16-le"))
    head += record(0xE0, struct.pack("<HH", 0, 0)) + record(0xE0, struct.pack("<HH", 0, 10))
    name = record(0x85, struct.pack("<IBBBB", 0, 0, 0, 1, 1) + "表".encode("utf-16-le"))
    start = len(head) + len(name) + 4
    name = record(0x85, struct.pack("<IBBBB", start, 0, 0, 1, 1) + "表".encode("utf-16-le"))
    sheet = record(0x203, struct.pack("<HHHd", 2, 1, 1, 0.5))
    sheet += record(0xBD, struct.pack("<HHHIHIH", 3, 0, 0, 0, 1, 0, 1)) + record(0x0A, b"")
    book = head + name + record(0x0A, b"") + sheet
    codes, styles, sheets = biff._globals(book)
    assert (codes[164], styles, sheets) == ('0"亿"0', [0, 10], [("表", start)])
    form = compiled("0.00%")
    assert form
    assert biff._sheet("a.xls", book, start, {1: form}).formats == {(2, 1): form, (3, 1): form}


def test_an_old_workbook_too_wide_to_hold_is_refused() -> None:
    corners = struct.pack("<HHHHHd", 0x203, 14, 0, 0, 0, 1.0) + struct.pack("<HHHHHd", 0x203, 14, 65535, 65535, 0, 1.0)
    with pytest.raises(CarrelError) as caught:
        biff._sheet("a.xls", corners, 0, {})
    assert caught.value.code == "too_far_apart"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_surprise_the_record_walkers(data: bytes) -> None:
    from app.ingest.readers.sheets.xlsb import _records, _strings

    assert biff.extras("a.xls", data) == {}
    for _ in _records(data):
        pass
    assert len(_strings(data)) >= 2


@pytest.mark.parametrize("size", [1, 4096, 4097, 5_000_000])
def test_a_stream_in_a_fresh_container_comes_out_as_it_went_in(size: int) -> None:
    data = bytes(range(1, 252)) * (size // 251 + 1)
    found = stream(wrapped("Workbook", data[:size]), "workbook")
    assert found[:size] == data[:size]
    assert not found[size:].strip(b"\0")


def test_a_workbook_that_is_broken_is_called_damaged() -> None:
    data = xlsx({"S": row(1, ["a"])})
    with pytest.raises(CarrelError) as caught:
        read_here(data[: len(data) // 2], "a.xlsx")
    assert caught.value.code == "damaged"
