"""Chats as files: each format is opened again and read."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import docx
import msgspec
import pypdfium2  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import language
from app.core.chat import Document, FileReading, Page, Receipt, Timing, Usage
from app.core.citation import Citation, PageRef, Place
from app.core.dates import utc_iso
from app.core.loop import Loop
from app.core.names import free_name, safe_name
from app.session.export.docx import write_docx
from app.session.export.formats import FORMATS
from app.session.export.formulas import Formulas
from app.session.export.html import write_html
from app.session.export.markdown import chat_as_markdown, export_markdown, write_markdown
from app.session.export.markup import render_answer, render_plain
from app.session.export.paper import Contents, Entry, Paper, Transcript, moment, paper_of, read_transcript
from app.session.export.writing import Export, Order
from app.session.importing.reading import read_chats
from app.store.store import Store
from app.ui.printing import make_printer
from tests.helpers.desk import desk_in

# A process has one application: what is printed here must not bring a smaller one than the window's tests need.
pytestmark = pytest.mark.usefixtures("qapp")

ANSWER = """# Kurz

**No**, see “转租须经甲方书面同意” [D1 p.1] and $\\frac{a}{b}$, or $\\nosuch{x}$.

3. three
4. four
   - inner [link](https://example.org/a)

| Clause | 内容 |
|---|---|
| 5.2 | `f(x)` |

```python
def rent() -> float: ...
```

<b>not markup</b> ![pixel](https://tracker.example/p.png)
"""


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transcript]:
    store = Store(tmp_path_factory.mktemp("store") / "a.db")
    yield read_transcript(store, _chat(store))
    store.close()


def _chat(store: Store) -> int:
    chat = store.create_chat('租赁合同: <may> "I"?')
    document = Document("/home/租赁合同.pdf", "租赁合同.pdf", "pdf", "ab" * 32, (Page(1, "转租", 9), Page(2, "b", 3)))
    held = store.save_document(document)
    question = store.add_message(chat.id, None, "user", "Can I *sublet*?\n能转租吗？", [held], [(1,)])
    first = store.begin_answer(chat.id, question.id, "/m/Qwen3-32B-Q4_K_M.gguf")
    store.append_answer(first.id, [("answer", "The first version.")])
    store.finish_answer(first.id, "complete", Usage(), Timing(), Receipt())
    answer = store.begin_answer(chat.id, question.id, "/m/Qwen3-32B-Q4_K_M.gguf")
    store.append_answer(answer.id, [("thinking", "Clause 5?"), ("answer", ANSWER)])
    receipt = Receipt((FileReading("/home/租赁合同.pdf", 1, 9, 3, "1", 2),), 1500, 8192, 1200, 800)
    store.finish_answer(answer.id, "stopped", Usage(1200, 300, 800), Timing(1, 0.8, 900, 61.5), receipt, "", 12000)
    places = (Place(1, 1, 0, 2),)
    found = Citation("quote", 10, 20, "转租须经甲方书面同意", "exact", cited=(PageRef(1, 1),), places=places)
    store.set_citations(answer.id, [found, Citation("quote", 30, 40, "A dog may be kept", "missing")])
    return chat.id


@pytest.fixture(scope="module", autouse=True)
def formulas() -> Iterator[None]:
    """Drawn by the real child."""
    made = Formulas()
    assert made.draw("x", inline=True) is not None
    with made.drawing():
        yield
    made.close()


@pytest.fixture(scope="module")
def paper(transcript: Transcript) -> Paper:
    return paper_of(transcript, Contents(thinking=True))


SAID = (
    "转租须经甲方书面同意",
    "能转租吗？",
    "租赁合同.pdf",
    "ab" * 32,
    "Qwen3-32B-Q4_K_M",
    "Clause 5?",
    "12 s",
    "62 tok/s",
)
PROOF = (
    "Found on D1 p.1, word for word.",
    "Not found on any page that was read.",
    "3 tokens left out",
    "Stopped before",
)


def test_markdown_says_everything_and_keeps_the_answer_as_it_is(paper: Paper) -> None:
    text = write_markdown(paper)
    for words in (*SAID, *PROOF, "$\\frac{a}{b}$", "| 5.2 | `f(x)` |", "```python\ndef rent()"):
        assert words in text
    assert re.findall(r"^#+ .*", text, re.M) == [
        '# 租赁合同: \\<may\\> "I"?',
        "## Question",
        "## Answer",
        "### Kurz",
    ]


def test_markdown_closes_what_an_answer_left_open(transcript: Transcript) -> None:
    cut = msgspec.structs.replace(transcript.shown[-1], text="See:\n````py\nx = 1\n```\n")
    text = export_markdown(msgspec.structs.replace(transcript, shown=(transcript.shown[0], cut)))
    assert "```\n````\n\n*Stopped before its end.*" in text


def test_only_what_is_wanted_is_written(transcript: Transcript) -> None:
    bare = write_markdown(paper_of(transcript, Contents(False, False, False, False)))
    for words in ("Clause 5?", "ab" * 32, "Citations", "Reading receipt", "The first version."):
        assert words not in bare
    everything = write_markdown(paper_of(transcript, Contents(versions=True)))
    assert everything.index("Version 2 of 2") < everything.index("Version 1 of 2")
    assert "The first version." in everything


def test_html_needs_nothing_else_and_is_well_made(paper: Paper) -> None:
    page = write_html([paper])
    for words in (*SAID, *PROOF, "prefers-color-scheme: dark", "@media print"):
        assert words in page
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(", page)
    assert "&lt;b&gt;not markup" in page
    assert "&lt;may&gt;" in page
    assert '<svg class="formula"' in page
    assert "$\\nosuch{x}$" in page
    assert '<span class="k">def</span>' in page
    body = page[page.index("<main>") : page.index("</main>") + 7]
    ElementTree.fromstring(re.sub(r"&\w+;", "", body).replace("<br>", "<br/>"))  # every mark is closed in its place


def test_word_reads_headings_lists_tables_and_both_scripts(paper: Paper) -> None:
    document = docx.Document(BytesIO(write_docx([paper], make_printer().picture)))
    text = "\n".join(one.text for one in document.paragraphs)
    for words in (*SAID, *PROOF, "$\\nosuch{x}$"):
        assert words in text
    styles = [(one.style.name, one.text) for one in document.paragraphs if one.style]
    assert ("Heading 1", "Answer") in styles
    assert ("Heading 2", "Kurz") in styles
    assert ("List Number", "three") in styles
    assert ("Code", "def rent() -> float: ...") in styles
    assert any(style == "List Bullet 2" for style, _ in styles)
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["Clause", "内容"],
        ["5.2", "f(x)"],
    ]
    assert len(document.inline_shapes) == 1
    xml = document.element.xml
    assert re.search(
        r'<w:lvlOverride w:ilvl="0">\s*<w:startOverride w:val="3"/>', document.part.numbering_part.element.xml
    )
    assert "w:hyperlink" in xml
    fonts = document.styles["Normal"].element.rPr.rFonts.xml
    assert 'w:eastAsia="Microsoft YaHei"' in fonts


def test_pdf_holds_the_text_of_both_scripts_on_numbered_pages(paper: Paper, tmp_path: Path) -> None:
    from app.session.export.printed import write_printed

    file = tmp_path / "合同.pdf"
    make_printer().print_pdf(write_printed([paper, paper]), paper.title, file)
    pdf = pypdfium2.PdfDocument(str(file))
    pages = [page.get_textpage().get_text_range() for page in pdf]
    pdf.close()
    # Qt names a glyph that two letters share by the first: ⽅ and 方 look the same, and search takes them for one.
    text = unicodedata.normalize("NFKC", "".join(pages))
    for words in (*SAID, *PROOF, "def rent"):
        assert unicodedata.normalize("NFKC", words) in text
    assert all(f"{number} / {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert sum('租赁合同: <may> "I"?' in page for page in pages) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["合同.pdf"]


def test_every_chat_goes_into_a_file_of_its_own_and_none_is_overwritten(tmp_path: Path) -> None:
    with desk_in(tmp_path / "home") as (desk, loop):
        chats = desk.store.call(lambda store: (_chat(store), _chat(store)))
        (tmp_path / "out").mkdir()
        for form in FORMATS:
            files = _export(desk, loop, Order(chats, form, tmp_path / "out"))
            assert [file.name for file in files] == [f"租赁合同 may I.{form}", f"租赁合同 may I (2).{form}"]
        one = _export(desk, loop, Order(chats, "json", tmp_path / "all.json", one_file=True))
        assert len(json.loads(one[0].read_text("utf-8"))["chats"]) == 2
        assert len(read_chats(one[0]).documents) == 1
        assert chat_as_markdown(desk, chats[0]).startswith("# 租赁合同")
        failed: list[str] = []
        Export(desk, Order((), "md", tmp_path), lambda _: None, lambda error: failed.append(error.code)).start()
        assert failed == ["no_chats"]


def _export(desk: object, loop: Loop, order: Order) -> tuple[Path, ...]:
    done: list[tuple[Path, ...]] = []
    errors: list[Exception] = []
    Export(desk, order, done.append, errors.append).start()  # type: ignore[arg-type]
    assert loop.run_until(lambda: bool(done or errors), 30)
    assert not errors, errors
    return done[0]


def test_moments_are_written_as_the_reader_writes_them_and_exactly_for_programs(transcript: Transcript) -> None:
    at_s = datetime(2026, 11, 3, 9, 5, 7).astimezone().timestamp()
    chat = msgspec.structs.replace(transcript.chat, created_at=at_s, updated_at=1e18)
    shown = tuple(msgspec.structs.replace(one, created_at=at_s) for one in transcript.shown)
    made = paper_of(Transcript(chat, shown, shown))
    exact = utc_iso(at_s)
    page = write_html([made])
    assert f'<dd><time datetime="{exact}" title="{exact}">3 Nov 2026, 09:05</time></dd>' in page
    assert page.count(f'datetime="{exact}"') == 1 + len(shown)
    assert "<dd>?</dd>" in page, "a time from elsewhere that no clock knows"
    assert "*3 Nov 2026, 09:05 · " in write_markdown(made)
    language.speak("zh_CN")
    try:
        assert "*2026 年 11 月 3 日 09:05 · " in export_markdown(Transcript(chat, shown, shown))
        assert moment(at_s, exact=True) == f"2026 年 11 月 3 日 09:05:07（{exact}）"
    finally:
        language.speak("en")


def test_on_paper_a_formula_without_anything_below_the_line_stands_on_it() -> None:
    assert "middle" not in render_answer("$E = mc^2$", for_paper=True)
    assert "middle" in render_answer(r"$\frac{a}{b}$", for_paper=True)


def test_chinese_is_spoken_in_a_chinese_file(transcript: Transcript) -> None:
    language.speak("zh_CN")
    try:
        text = write_html([paper_of(transcript)])
    finally:
        language.speak("en")
    assert '<html lang="zh-CN">' in text
    assert "阅读凭据" in text or "阅读回执" in text or "阅读收据" in text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_names_are_good_everywhere(title: str) -> None:
    name = safe_name(title)
    assert name
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
    assert name == name.strip(" .")
    assert len(name.encode()) < 250


def test_reserved_and_taken_names_are_avoided(tmp_path: Path) -> None:
    assert safe_name("con") == "con_"
    assert safe_name("COM1.txt") == "COM1.txt_"
    assert safe_name("../..") == "chat"
    (tmp_path / "a.md").touch()
    assert free_name(tmp_path / "a.md").name == "a (2).md"


FOREIGN = st.text(st.sampled_from("ab<>&\"'`*_[](){}\\#|- \n1.~!:/x文\x00\x0b"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(FOREIGN)
def test_whatever_was_said_no_markup_of_its_own_comes_through(text: str) -> None:
    for made in (render_answer(text), render_plain(text), render_answer(text, for_paper=True)):
        assert not re.search(r"<(script|iframe|object|style)\b|javascript:", made)
    entry = Entry("Answer", "", text, is_answer=True)
    assert write_markdown(Paper("t", (), (entry,))).startswith("# t")


@settings(max_examples=6, deadline=None)
@given(FOREIGN)
def test_whatever_was_said_word_gets_a_file_it_can_open(text: str) -> None:
    entries = (Entry("Answer", "", text, is_answer=True), Entry("Question", "", text, is_answer=False))
    docx.Document(BytesIO(write_docx([Paper(text, (), entries)])))
