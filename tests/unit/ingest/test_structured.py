from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.ingest import lines
from app.ingest.readers.structured import json_lines
from tests.unit.ingest.making import read_here

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(values)
def test_broken_lines_change_nothing_that_json_means(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, separators=(",", ":"))):
        assert json.loads(json_lines(text)) == value


@given(st.text(alphabet='[]{}",:\\ a1\n'))
def test_no_character_is_lost_from_what_is_not_json(text: str) -> None:
    assert "".join(json_lines(text).split()) == "".join(text.split())


def test_dense_json_is_broken_at_its_brackets_and_small_things_stay_together() -> None:
    records = [{"name": "合同", "numbers": [1, 2, 3], "more": {"x": "y" * 50}} for _ in range(40)]
    text = read_here(json.dumps(records, ensure_ascii=False).encode(), "a.json").pages[0].text
    assert text.split("\n")[:6] == [
        "[", " {", '  "name": "合同",', '  "numbers": [1, 2, 3],', f'  "more": {{"x": "{"y" * 50}"}}', " },",
    ]  # fmt: skip
    assert json.loads(text) == records


def test_json_with_lines_of_its_own_is_left_as_it_is() -> None:
    written = '{\n    "a":   1.10\n}\n'
    assert read_here(written.encode(), "a.json").pages[0].text == written


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b'{"a": 1}', "a.json", "json"),
        (b"a: 1\n", "a.yaml", "yaml"),
        (b"<?xml version='1.0'?><a/>", "a", "xml"),
        (b"<a/>", "a.xml", "xml"),
        ("<?xml version='1.0' encoding='utf-16'?><a>字</a>".encode("utf-16"), "a.xml", "xml"),
    ],
)
def test_they_are_known_by_name_and_xml_by_its_declaration(data: bytes, name: str, kind: str) -> None:
    assert read_here(data, name).kind == kind


def test_dense_xml_is_broken_between_its_tags() -> None:
    text = read_here(b"<a>" + b"<b>x</b>" * 500 + b"</a>", "a.xml").pages[0].text
    assert text.split("\n")[:3] == ["<a>", "<b>x</b>", "<b>x</b>"]


def test_long_files_are_cut_at_lines_and_the_label_names_them() -> None:
    document = read_here(b"key: value\n" * 1000, "a.yaml")
    assert [page.label for page in document.pages] == ["L1-400", "L401-800", "L801-1001"]


@given(st.text(alphabet="ab\n", max_size=4000))
def test_cutting_loses_no_line(text: str) -> None:
    pages = lines.cut(text * 8)
    assert "\n".join(page for _, page in pages).rstrip("\n") == (text * 8).rstrip("\n")
    assert all(page.count("\n") <= lines.PAGE_LINES for _, page in pages)


# -- notebooks ----------------------------------------------------------------------------------------------------


def notebook(*cells: dict[str, object], **more: object) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more).encode()


def code(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": outputs}


def test_cells_come_in_order_with_what_they_printed() -> None:
    document = read_here(
        notebook(
            {"cell_type": "markdown", "source": "# 标题"},
            code("print(1)\n", {"output_type": "stream", "text": ["1\n"]}),
            code("df", {"data": {"text/html": "<table><tr><td>a<td>b<tr><td>1<td>2</table>", "text/plain": "a b"}}),
            code("1/0", {"output_type": "error", "traceback": ["\x1b[31mZeroDivisionError\x1b[0m"]}),
            code("plot()", {"data": {"image/png": "iVBOR" * 9999, "text/plain": "<Figure>"}}),
        ),
        "a.ipynb",
    )
    assert document.kind == "ipynb"
    assert [page.label for page in document.pages] == ["cells 1-5"]
    text = document.pages[0].text
    assert text.startswith("# 标题\n\n[cell 2]\n```python\nprint(1)\n```\nOutput:\n```\n1\n```")
    assert "| 1 | 2 |" in text
    assert "```\nZeroDivisionError\n```" in text
    assert "iVBOR" not in text


def test_many_cells_make_many_pages_and_their_labels_name_them() -> None:
    document = read_here(notebook(*[code("x = 1\n" * 300) for _ in range(10)]), "a.ipynb")
    assert [page.label for page in document.pages][:2] == ["cells 1-3", "cells 4-6"]


def test_an_endless_output_is_cut_and_said() -> None:
    document = read_here(notebook(code("loop()", {"text": "spam " * 50_000})), "a.ipynb")
    assert len(document.pages[0].text) < 25_000
    assert document.warnings == ("Long outputs in a.ipynb were cut after 20000 characters each.",)


def test_old_notebooks_keep_their_cells_in_worksheets() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "old", "outputs": []}]}], "nbformat": 3}
    assert "old" in read_here(json.dumps(old).encode(), "a.ipynb").pages[0].text


@pytest.mark.parametrize("data", [b"{", b'{"cells": 1}', b'{"cells": [1, {"outputs": {"a": 1}, "cell_type": "code"}]}'])
def test_a_notebook_of_anything_ends_in_text_or_in_words(data: bytes) -> None:
    if data == b"{":
        with pytest.raises(CarrelError, match="damaged"):
            read_here(data, "a.ipynb")
    else:
        assert read_here(data, "a.ipynb").kind == "ipynb"
