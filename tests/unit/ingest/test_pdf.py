from __future__ import annotations

import pytest

from app.core.errors import CarrelError
from app.core.radicals import fold_radicals
from app.ingest.readers.pdf.prose import joined, running_text
from app.ingest.spans import page_list
from tests.unit.ingest.locking import locked_pdf
from tests.unit.ingest.making import pdf, pdf_file, pdf_page, read_here, ruled_table

BLACK_BOX = b"0 0 300 300 re f\n"


def test_pages_come_one_by_one_in_both_scripts() -> None:
    document = read_here(pdf(pdf_page([(72, 700, "Hello (world)")]), pdf_page([(72, 700, "你好，世界")])), "两页.pdf")
    assert [(page.number, page.text, page.tokens) for page in document.pages] == [
        (1, "Hello (world)", 0),
        (2, "你好，世界", 0),
    ]
    assert document.warnings == ()


def test_chinese_lines_of_a_paragraph_are_joined_without_a_space() -> None:
    lines = [
        (72.0, 700.0, "第一章 总则"),
        (72.0, 680.0, "人工神经网络是指一系列受生物学和神经学启发的数学模"),
        (72.0, 664.0, "型。这些模型主要是通过对人脑的神经元网络进行抽象，构"),
        (72.0, 648.0, "建人工神经元。"),
        (72.0, 632.0, "第二条 按照一定的拓扑结构来建立人工神经元之间的连接，"),
        (72.0, 616.0, "第三条 来模拟生物神经网络。"),
    ]
    text = read_here(pdf(pdf_page(lines)), "a.pdf").pages[0].text
    assert text.split("\n") == [
        "第一章 总则",
        "人工神经网络是指一系列受生物学和神经学启发的数学模型。这些模型主要是通过对人脑的神经元网络进行抽象，构建人工神经元。",
        "第二条 按照一定的拓扑结构来建立人工神经元之间的连接，",
        "第三条 来模拟生物神经网络。",
    ]


def test_a_note_in_the_margin_is_not_glued_into_a_paragraph() -> None:
    lines = [
        "作为一种机器学习模型的神经网络，从机器学习的角度来看，神经网络一般可",
        "后面我们会介绍一种",
        "以看作是一个非线性模型，",
    ]
    assert running_text("\r\n".join([lines[0], lines[0], *lines[1:]])) == "\n".join([lines[0] * 2, *lines[1:]])


def test_latin_lines_stay_and_hyphens_close_only_inside_a_word() -> None:
    assert running_text("exam\x02\r\nple of M\x02\r\nP\r\nnext") == "example of M-P\nnext"
    assert joined("Kapital\x02\nmarkt und\n股东\n持股") == "Kapitalmarkt und 股东持股"


def test_radicals_become_characters() -> None:
    assert fold_radicals("⼈⼯智能，⻓江，⻚面 Ⅻ") == "人工智能，长江，页面 Ⅻ"


def test_a_ruled_table_becomes_markdown_between_its_prose() -> None:
    page = pdf_page([(60, 800, "Before the table")]) + ruled_table(
        [["股东", "持股 | 数量", "比例"], ["Wang", "1,200", "12%"], ["李四", "", "8%"]]
    )
    page += pdf_page([(60, 600, "After the table")])
    assert read_here(pdf(page), "a.pdf").pages[0].text == (
        "Before the table\n\n"
        "| 股东 | 持股 \\| 数量 | 比例 |\n|---|---|---|\n| Wang | 1,200 | 12% |\n| 李四 |  | 8% |\n\n"
        "After the table"
    )
    assert read_here(pdf(page), "a.pdf", plain=True).pages[0].text.count("|") == 1


def test_merged_cells_span_and_repeat() -> None:
    strokes = [
        *((60.0, y, 420.0, y) for y in (760.0, 736.0, 688.0)),
        (180.0, 712.0, 420.0, 712.0),
        *((x, 760.0, x, 688.0) for x in (60.0, 180.0, 420.0)),
        (300.0, 736.0, 300.0, 688.0),
    ]
    lines = [
        (66.0, 744.0, "Kind"),
        (186.0, 744.0, "Head over two"),
        (66.0, 712.0, "Both"),
        (186.0, 720.0, "a1"),
        (306.0, 720.0, "b1"),
        (186.0, 696.0, "a2"),
        (306.0, 696.0, "b2"),
    ]
    assert read_here(pdf(pdf_page(lines, strokes)), "a.pdf").pages[0].text == (
        "| Kind | Head over two |  |\n|---|---|---|\n| Both | a1 | b1 |\n| Both | a2 | b2 |"
    )


def test_rows_without_rules_between_them_are_split_by_baseline() -> None:
    strokes = [(60.0, y, 420.0, y) for y in (760.0, 736.0, 660.0)] + [
        (x, 760.0, x, 660.0) for x in (60.0, 180.0, 300.0, 420.0)
    ]
    lines = [(66.0 + 120 * c, 744.0, f"h{c}") for c in range(3)]
    lines += [(66.0 + 120 * c, 720.0 - 20 * r, f"v{r}{c}") for r in range(3) for c in range(3)]
    assert read_here(pdf(pdf_page(lines, strokes)), "a.pdf").pages[0].text == (
        "| h0 | h1 | h2 |\n|---|---|---|\n| v00 | v01 | v02 |\n| v10 | v11 | v12 |\n| v20 | v21 | v22 |"
    )


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_tables_on_turned_pages(rotate: int) -> None:
    """Drawn so that it reads upright once the page is turned."""
    upright = ruled_table([["one", "two"], ["three", "four"]], left=100, top=400)
    turns = {90: b"0 1 -1 0 595 0", 180: b"-1 0 0 -1 595 842", 270: b"0 -1 1 0 0 842"}
    page = b"q " + turns[rotate] + b" cm " + upright + b" Q"
    assert read_here(pdf(page, rotate=rotate), "a.pdf").pages[0].text == "| one | two |\n|---|---|\n| three | four |"


def test_a_drawing_is_not_a_table() -> None:
    strokes = [(100.0, 500.0, 400.0, 500.0), (250.0, 400.0, 250.0, 600.0), (100.0, 450.0, 400.0, 450.0)]
    strokes += [(150.0, 490.0, 150.0, 510.0)]
    text = read_here(pdf(pdf_page([(120, 520, "Logistic"), (260, 480, "2 4 6")], strokes)), "a.pdf").pages[0].text
    assert "|" not in text
    assert "Logistic" in text


def test_pages_without_text_are_named_and_blank_ones_are_not() -> None:
    words, blank = pdf_page([(72, 700, "words")]), b""
    document = read_here(pdf(words, BLACK_BOX, blank, BLACK_BOX, BLACK_BOX), "a.pdf")
    assert [page.text for page in document.pages] == ["words", "", "", "", ""]
    assert len(document.warnings) == 1
    assert document.warnings[0].startswith("Pages without text in a.pdf: 2, 4\N{EN DASH}5.")


def test_a_scan_is_said_to_be_one() -> None:
    (warning,) = read_here(pdf(BLACK_BOX, BLACK_BOX), "scan.pdf").warnings
    assert warning.startswith("No page of scan.pdf has text")


def test_page_lists_are_short() -> None:
    assert page_list([1, 2, 3, 7]) == "1\N{EN DASH}3, 7"
    assert page_list(list(range(1, 100, 2))).endswith("23 …")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf(pdf_page([(72, 700, "secret")]), encrypt=True), "needs_password"),
        (b"%PDF-1.7\n" + b"nothing here " * 50, "damaged"),
        (pdf(pdf_page([(72, 700, "cut")]))[:300], "damaged"),
    ],
)
def test_what_cannot_be_opened_is_said(data: bytes, code: str) -> None:
    with pytest.raises(CarrelError) as caught:
        read_here(data, "a.pdf")
    assert caught.value.code == code
    assert "a.pdf" in str(caught.value)


def test_a_password_opens_a_locked_file_and_a_wrong_one_is_called_wrong() -> None:
    data = locked_pdf(pdf_page([(72, 700, "the secret clause")]), "Passw0rd")
    assert read_here(data, "a.pdf", password="Passw0rd").pages[0].text == "the secret clause"
    for typed, code in (("", "needs_password"), ("passw0rd", "wrong_password"), ("密码", "wrong_password")):
        with pytest.raises(CarrelError) as caught:
            read_here(data, "a.pdf", password=typed)
        assert caught.value.code == code
    assert read_here(pdf(pdf_page([(72, 700, "open")])), "b.pdf", password="not asked for").pages[0].text == "open"


LOOP = b"<</Type/Pages/Parent 2 0 R/Count 9/Kids[2 0 R 2 0 R]>>"


def test_a_page_tree_that_loops_ends() -> None:
    document = read_here(pdf_file({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: LOOP}), "loop.pdf")
    assert not any(page.text for page in document.pages)
    assert any(warning.startswith("Damaged pages in loop.pdf") for warning in document.warnings)
