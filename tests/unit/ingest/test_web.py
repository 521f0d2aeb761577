from __future__ import annotations

import pytest

from app.core.errors import CarrelError
from app.ingest.readers.web import sections, to_markdown
from tests.unit.ingest.making import read_here, zipped


def markdown(html: str) -> str:
    return to_markdown(html)[0]


def test_the_words_come_as_markdown_without_addresses_and_scripts() -> None:
    html = """<!doctype html><head><title>A page</title><style>p{}</style></head><body><h1>Title</h1>
    <p>Some <b>bold</b>   <a href="https://x.y/z">link</a> <img alt="a drawing" src="data:x">
    H<sub>2</sub>O 10<sup>6</sup> 1<sup>st</sup></p><script>alert(1)</script>
    <ul><li>one<ul><li>two</ul></ul><pre>a\n  b    c</pre></body>"""
    assert markdown(html) == (
        "# A page\n\n# Title\n\nSome bold link a drawing H2O 10^6 1st\n\n- one\n  - two\n\n```\na\n  b    c\n```"
    )


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>secret</p>",
        "<p style='display:none'>secret</p>",
        "<p style='x:y; display: none'>secret</p>",
        "<template>secret</template>",
        "<!-- secret -->",
        "<noscript>secret</noscript>",
        "<svg><text>secret</svg>",
    ],
)
def test_what_nobody_would_see_is_not_read(hidden: str) -> None:
    assert markdown(f"<p>before{hidden}<p>after") == "before\n\nafter"


def test_tables_keep_spanning_cells_in_their_places() -> None:
    html = """<table><caption>Sales</caption><thead><tr><th>City<th>2024<th>2025</thead>
    <tr><td rowspan=2>北京<td>1<td>2<tr><td>3<td>a|b<tr><td colspan=2>sum<td>9</table>"""
    assert markdown(html).split("\n\n")[0] == "Sales"
    assert markdown(html).split("\n\n")[1].split("\n") == [
        "| City | 2024 | 2025 |",
        "|---|---|---|",
        "| 北京 | 1 | 2 |",
        "| 北京 | 3 | a\\|b |",
        "| sum | | 9 |",
    ]


def test_tables_that_only_place_things_are_told_block_by_block() -> None:
    inner = "<table><tr><td>a<td>b<tr><td>1<td>2</table>"
    assert markdown(f"<table><tr><td>menu<td><p>text</p>{inner}</table>") == (
        "menu\n\ntext\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert markdown("<table><tr><td>only<tr><td>one column</table>") == "only\n\none column"


def test_marks_of_our_own_in_a_page_do_no_harm() -> None:
    marks = "".join(map(chr, range(2, 7)))
    assert markdown(f"<table><tr><td>a{marks}<td>b<tr><td>1<td>2</table>").startswith("| a | b |")


def test_a_long_page_is_cut_at_its_headings() -> None:
    html = "<h1>Top</h1><p>lead" + "".join(f"<h2>Part {n}</h2><p>{'words ' * 400}" for n in range(4))
    document = read_here(f"<!doctype html>{html}".encode(), "a.html")
    assert [page.label for page in document.pages] == ["Top", "Part 1", "Part 2", "Part 3"]
    assert document.pages[1].text.startswith("## Part 1")


def test_a_section_longer_than_a_page_is_numbered_and_code_holds_no_headings() -> None:
    text = "# One\n" + "line\n" * 900 + "# Two\n```\n# no heading\n```\n" + "x" * 4000
    assert [label for label, _ in sections(text)] == ["One (1)", "One (2)", "One (3)", "Two"]


def test_a_long_page_without_headings_is_cut_at_its_lines() -> None:
    pages = sections("a line of it\n" * 1000)
    assert [label for label, _ in pages] == ["L1-400", "L401-800", "L801-1000"]


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"<!DOCTYPE html><p>x", "a", "html"),
        (b"\n<html lang=en><p>x", "a.txt", "html"),
        (b"<p>bare", "a.htm", "html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><p>x</p></html>", "a.xml", "html"),
        (b"<!DOCTYPE html><?php echo 1;", "a.php", "text"),
        (b"The tag <html> is the first", "a.txt", "text"),
    ],
)
def test_pages_are_known_by_their_first_tag_and_templates_are_source(data: bytes, name: str, kind: str) -> None:
    assert read_here(data, name).kind == kind


def test_a_page_in_the_encoding_it_names_or_hides() -> None:
    body = "国家标准编码的网页正文，长到足以判断。"
    for head in ('<meta charset="gb2312">', ""):
        page = f"<html><head>{head}</head><p>{body}</html>".encode("gb18030")
        assert body in read_here(page, "a.html").pages[0].text


# -- e-books ------------------------------------------------------------------------------------------------------


def epub(chapters: dict[str, str], more: dict[str, bytes] | None = None, order: list[str] | None = None) -> bytes:
    items = "".join(f'<item id="{name}" href="{name}"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in order or chapters)
    files = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": b'<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>".encode(),
    }
    return zipped(files | {f"OPS/{name}": text.encode() for name, text in chapters.items()} | (more or {}))


def test_chapters_come_in_reading_order_and_are_called_by_their_headings() -> None:
    book = epub(
        {"b.xhtml": "<h1>第二章</h1><p>two", "a.xhtml": "<h1>第一章</h1><p>one", "c.xhtml": "<p>no heading"},
        order=["a.xhtml", "b.xhtml", "c.xhtml", "gone.xhtml"],
    )
    document = read_here(book, "book")
    assert document.kind == "epub"
    assert [page.label for page in document.pages] == ["第一章", "第二章", "chapter 3"]
    assert document.pages[0].text == "# 第一章\n\none"


def test_a_chapter_that_is_missing_is_counted() -> None:
    package = (
        b'<package><manifest><item id="a" href="gone.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    book = epub({}, {"OPS/book.opf": package})
    assert read_here(book, "b.epub").warnings == ("Chapters that b.epub names but does not contain: 1.",)


def test_a_book_that_is_locked_says_so_and_one_with_locked_fonts_is_read() -> None:
    def locking(target: str) -> dict[str, bytes]:
        return {"META-INF/encryption.xml": f'<e><CipherReference URI="{target}"/></e>'.encode()}

    with pytest.raises(CarrelError) as caught:
        read_here(epub({"a.xhtml": "<p>x"}, locking("OPS/a.xhtml")), "b.epub")
    assert caught.value.code == "encrypted"
    assert read_here(epub({"a.xhtml": "<p>x"}, locking("OPS/font.otf")), "b.epub").pages[0].text == "x"
