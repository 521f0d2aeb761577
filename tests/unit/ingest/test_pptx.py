from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingest.making import read_here
from tests.unit.ingest.slides import A, graphic, place, pptx, relations, shape, slide, words

TITLE = '<p:ph type="title"/>'
PICTURE = "<p:pic><p:nvPicPr><p:cNvPr{}/></p:nvPicPr><p:spPr/></p:pic>"
C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
DGM = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'


def test_a_slide_reads_as_an_eye_does() -> None:
    shapes = [
        shape(words("right"), place(5000, 2000)),
        shape(words("below"), place(0, 4000)),
        shape(words("left"), place(0, 2100)),
        shape(words("总览", "2024"), place(0, 9000), TITLE),
        shape(words("7"), place(0, 0), '<p:ph type="sldNum"/>'),
    ]
    document = read_here(pptx([slide(*shapes)]), "a.pptx")
    assert document.kind == "pptx"
    assert [(page.label, page.text, page.flag) for page in document.pages] == [
        ("slide 1", "## 总览 2024\n\nleft\n\nright\n\nbelow", "")
    ]


def test_columns_are_read_one_after_the_other_only_where_rows_do_not_pair() -> None:
    tall = shape(words("tall left"), place(0, 0, 1000, 4000))
    right = [shape(words(f"r{index}"), place(2000, 1500 * index, 1000, 900)) for index in range(2)]
    assert read_here(pptx([slide(tall, *right)]), "a.pptx").pages[0].text == "tall left\n\nr0\n\nr1"


def test_outline_numbers_and_formulas() -> None:
    numbered = '<a:p><a:pPr lvl="{}"><a:buAutoNum type="{}"/></a:pPr><a:r><a:t>{}</a:t></a:r></a:p>'
    lines = [
        numbered.format(0, "arabicPeriod", "one"),
        numbered.format(1, "alphaLcParenR", "sub"),
        numbered.format(0, "arabicPeriod", "two"),
        '<a:p><a:pPr lvl="1"/><a:r><a:t>point</a:t></a:r><a:br/><a:r><a:t>more</a:t></a:r></a:p>',
        numbered.format(0, "ea1ChsPeriod", "三"),
    ]
    formula = (
        '<a:p><a14:m xmlns:a14="m"><m:oMath xmlns:m="o"><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num>'
        "<m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath></a14:m></a:p>"
    )
    text = read_here(pptx([slide(shape(words(*lines)), shape(words(formula)))]), "a.pptx").pages[0].text
    assert text == "1. one\n  a) sub\n2. two\n- point\nmore\n一. 三\n\n(a)/(b)"


def test_tables_charts_and_diagrams() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<a:tc{more}>{words(text)}</a:tc>"

    first, second = cell("部门", ' rowSpan="2"') + cell("Q1"), cell("", ' vMerge="1"') + cell("5")
    table = f"<a:tbl><a:tr>{first}</a:tr><a:tr>{second}</a:tr></a:tbl>"
    chart = (
        f"<c:chartSpace {C} {A}><c:chart><c:title><a:t>增长</a:t></c:title><c:ser>"
        "<c:tx><c:pt idx='0'><c:v>2024</c:v></c:pt></c:tx>"
        "<c:cat><c:pt idx='0'><c:v>甲</c:v></c:pt><c:pt idx='1'><c:v>乙</c:v></c:pt></c:cat>"
        "<c:val><c:formatCode>0.0%</c:formatCode><c:pt idx='1'><c:v>0.125</c:v></c:pt></c:val>"
        "</c:ser></c:chart></c:chartSpace>"
    )
    point = "<dgm:pt modelId='{}'{}><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    points = point.format("0", ' type="doc"', "") + point.format("2", "", "leaf") + point.format("1", "", "root")
    points += point.format("9", ' type="parTrans"', "arrow")
    diagram = (
        f"<dgm:dataModel {DGM} {A}><dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>"
        "<dgm:cxn srcId='0' destId='1' srcOrd='0'/><dgm:cxn srcId='1' destId='2' srcOrd='0'/>"
        "</dgm:cxnLst></dgm:dataModel>"
    )
    shapes = [
        graphic(table, place(0, 0)),
        graphic(f'<c:chart {C} r:id="c"/>', place(0, 3000)),
        graphic(f'<dgm:relIds {DGM} r:dm="d"/>', place(0, 6000)),
    ]
    found = relations(("c", "chart", "../charts/c.xml"), ("d", "diagramData", "../diagrams/d.xml"))
    extra = {
        "ppt/slides/_rels/slide0.xml.rels": found,
        "ppt/charts/c.xml": chart.encode(),
        "ppt/diagrams/d.xml": diagram.encode(),
    }
    assert read_here(pptx([slide(*shapes)], extra), "a.pptx").pages[0].text == (
        "| 部门 | Q1 |\n|---|---|\n| 部门 | 5 |\n\n"
        "Chart: 增长\n\n|  | 2024 |\n|---|---|\n| 甲 |  |\n| 乙 | 12.5% |\n\n"
        "- root\n  - leaf"
    )


def test_notes_comments_and_places_from_the_layout() -> None:
    layout = slide(
        shape("", place(0, 100), '<p:ph idx="1"/>'), shape("", place(0, 9000), '<p:ph idx="2"/>'), tag="sldLayout"
    )
    notes = slide(shape(words("say this"), "", '<p:ph type="body" idx="1"/>'), tag="notes")
    comments = '<p:cmLst xmlns:p="p"><p:cm><p:text>check the\nfigure</p:text></p:cm></p:cmLst>'
    shapes = [shape(words("last"), "", '<p:ph idx="2"/>'), shape(words("first"), "", '<p:ph idx="1"/>')]
    extra = {
        "ppt/slides/_rels/slide0.xml.rels": relations(
            ("l", "slideLayout", "../l.xml"), ("n", "notesSlide", "../n.xml"), ("c", "comments", "../c.xml")
        ),
        "ppt/l.xml": layout.encode(),
        "ppt/n.xml": notes.encode(),
        "ppt/c.xml": comments.encode(),
    }
    text = read_here(pptx([slide(*shapes)], extra), "a.pptx").pages[0].text
    assert text == "first\n\nlast\n\nNotes:\nsay this\n\n[Comment: check the figure]"


def test_slides_without_words_and_broken_ones_are_named() -> None:
    described = PICTURE.format(' descr="A lighthouse at dusk"')
    slides = [
        slide(PICTURE.format("")),
        slide(),
        slide(described),
        "<p:sld",
        slide(shape(words("x")), more=' show="0"'),
    ]
    document = read_here(pptx(slides), "a.pptx")
    assert [(page.text, page.flag) for page in document.pages] == [
        ("", "scanned"),
        ("", "empty"),
        ("[Picture: A lighthouse at dusk]", ""),
        ("", "damaged"),
        ("(hidden)\n\nx", ""),
    ]
    assert [warning.partition(":")[0] for warning in document.warnings] == [
        "Slides without text in a.pptx",
        "Damaged slides in a.pptx, which could not be read",
    ]


BOX = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), BOX), max_size=8))
def test_no_shape_is_lost_or_told_twice(boxes: list[tuple[int, int, int, int] | None]) -> None:
    shapes = [shape(words(f"s{index}"), place(*box) if box else "") for index, box in enumerate(boxes)]
    text = read_here(pptx([slide(*shapes)]), "a.pptx").pages[0].text
    assert sorted(text.split()) == sorted(f"s{index}" for index in range(len(boxes)))
