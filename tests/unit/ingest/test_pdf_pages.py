"""Beside a PDF page's text: the number printed on it, its state, filled fields, notes; tables bare of rules."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.ingest.readers.pdf.columns import _grid, _Row, _rows
from tests.unit.ingest.making import pdf, pdf_file, pdf_page, read_here

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
GRAY_PICTURE = b"q 590 0 0 840 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q\n"


def one_page(content: bytes, page: bytes = b"", catalog: bytes = b"", more: dict[int, bytes] | None = None) -> bytes:
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        2: b"<</Type/Pages/Count 1/Kids[4 0 R]>>",
        3: HELVETICA,
        4: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</L 3 0 R>>>>/Contents 5 0 R"
        + page
        + b">>",
        5: b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    }
    return pdf_file(objects | (more or {}))


def test_pages_carry_the_number_printed_on_them() -> None:
    data = pdf(*(pdf_page([(72, 700, f"page {index}")]) for index in range(4)))
    labels = b"/Pages 2 0 R/PageLabels<</Nums[0<</S/r/St 4>>2<</S/D/St 3/P(A-)>>3<</S/D/St 4>>]>>"
    document = read_here(data.replace(b"/Pages 2 0 R", labels, 1), "a.pdf")
    assert [page.label for page in document.pages] == ["iv", "v", "A-3", ""]


def test_every_page_says_what_is_wrong_with_it() -> None:
    shifted = "WKLV LV QRW D ODQJXDJH EXW JOBSK QXPEHUV " * 8
    lines = [(72.0, 700.0 - 14 * row, shifted[40 * row : 40 * row + 40]) for row in range(8)]
    stamped = GRAY_PICTURE + pdf_page([(500, 20, "17")])
    pages = [pdf_page([(72, 700, "words")]), b"", GRAY_PICTURE, stamped, pdf_page(lines)]
    document = read_here(pdf(*pages), "a.pdf")
    assert [page.flag for page in document.pages] == ["", "empty", "scanned", "scanned", "garbled"]
    assert document.pages[3].text == "17"
    assert [warning.partition(":")[0] for warning in document.warnings] == [
        "Pages without text in a.pdf",
        "Pages in a.pdf whose fonts hide which characters they show",
    ]


def test_filled_fields_and_notes_stand_below_the_page() -> None:
    more = {
        6: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/TU(Full name)/V(Wang Fang)/Rect[1 1 9 9]>>",
        7: b"<</Type/Annot/Subtype/Widget/FT/Btn/T(agree)/V/Yes/AS/Yes/AP<</N<</Yes 9 0 R>>>>/Rect[1 1 9 9]>>",
        8: b"<</Type/Annot/Subtype/Text/T(Li)/Contents<FEFF89C17B2C56DB6761>/Rect[1 1 9 9]>>",
        9: b"<</Length 0>>stream\n\nendstream",
        10: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(empty)/Rect[1 1 9 9]>>",
    }
    data = one_page(
        pdf_page([(72, 700, "Form")]),
        page=b"/Annots[6 0 R 7 0 R 8 0 R 10 0 R]",
        catalog=b"/AcroForm<</Fields[6 0 R 7 0 R 10 0 R]>>",
        more=more,
    )
    assert read_here(data, "a.pdf").pages[0].text == (
        "Form\n\n[Field] Full name: Wang Fang\n[Field] agree: ☑\n[Note] Li: 见第四条"
    )
    assert read_here(data, "a.pdf", plain=True).pages[0].text == "Form"


def bare(
    rows: list[list[str]], columns: list[float], pitch: float = 18, top: float = 700
) -> list[tuple[float, float, str]]:
    return [
        (columns[column], top - pitch * row, text)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]


def test_a_table_without_rules_is_found_by_its_columns() -> None:
    rows = [
        ["Item", "Count", "Price"],
        ["Bolts M8", "40", "3.20"],
        ["Nuts", "", "1.10"],
        ["Washers wide", "120", "0.40"],
    ]
    page = pdf_page([(72, 760, "Stock of the week"), *bare(rows, [72, 220, 330]), (72, 560, "Checked by Li.")])
    assert read_here(pdf(page), "a.pdf").pages[0].text == (
        "Stock of the week\n\n"
        "| Item | Count | Price |\n|---|---|---|\n| Bolts M8 | 40 | 3.20 |\n| Nuts |  | 1.10 |\n"
        "| Washers wide | 120 | 0.40 |\n\n"
        "Checked by Li."
    )


def test_a_row_drawn_in_one_stroke_of_text_is_cut_at_its_gaps() -> None:
    """As TeX sets tables: one instruction a row, gaps as kerning."""
    rows = [["2021", "81.0", "75.6", "9.1"], ["2022", "72.3", "65.2", "8.4"], ["2023", "77.0", "70.5", "8.0"]]
    out = []
    for index, row in enumerate(rows):
        pieces = " -6000 ".join(f"({text})" for text in row)
        out.append(f"BT /L 10 Tf 72 {700 - 16 * index} Td [{pieces}] TJ ET\n".encode())
    text = read_here(pdf(b"".join(out)), "a.pdf").pages[0].text
    assert "| 2022 | 72.3 | 65.2 | 8.4 |" in text


def test_columns_of_prose_are_no_table() -> None:
    chance = random.Random(3)
    words = ["the", "rent", "of", "house", "is", "due", "on", "first", "day", "each", "month", "paid", "by", "bank"]

    def line() -> str:
        out = ""
        while len(out) < 26:
            out += chance.choice(words) + " "
        return out[:27].strip() + "x" * (27 - len(out[:27].strip()))

    rows = [[line(), line(), line()] for _ in range(20)]
    text = read_here(pdf(pdf_page(bare(rows, [40, 220, 400], pitch=14), size=12)), "a.pdf").pages[0].text
    assert "|---|" not in text


def test_running_heads_and_feet_are_set_apart_and_kept() -> None:
    def page(number: int) -> bytes:
        lines = [f"{number} Annual report 2024", f"text of page {number}", "goes on", f"- {number} -"]
        return pdf_page([(72, 800.0 - 20 * index, line) for index, line in enumerate(lines)])

    texts = [page.text for page in read_here(pdf(*map(page, range(1, 5))), "a.pdf").pages]
    assert texts[0] == "1 Annual report 2024\ntext of page 1\ngoes on\n- 1 -"
    assert texts[1:] == [
        f"{number} Annual report 2024\n\ntext of page {number}\ngoes on\n\n- {number} -" for number in (2, 3, 4)
    ]


BOX = st.tuples(st.integers(0, 60), st.integers(0, 80), st.integers(1, 20), st.integers(1, 8)).map(
    lambda box: (box[0] * 10.0, box[1] * 10.0, (box[0] + box[2]) * 10.0, (box[1] + box[3]) * 10.0)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BOX, max_size=60))
def test_any_boxes_make_rows_and_grids_in_order(boxes: list[tuple[float, float, float, float]]) -> None:
    rows = _rows(boxes)
    assert sum(len(row.pieces) for row in rows) <= len(boxes)
    assert all(above.middle >= below.middle - 80 for above, below in pairwise(rows))
    wide = [_Row(row.pieces) for row in rows if len(row.pieces) > 2]
    if wide and (grid := _grid(wide)):
        assert list(grid.xs) == sorted(grid.xs)
        assert len(grid.owner) == grid.rows * grid.columns
