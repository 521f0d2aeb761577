"""The Markdown page: what is selected, copied, clicked and painted."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from app.ui.colours import DARK, LIGHT
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.theme import theme

SAMPLE = """Intro with **bold** and `code` and $x^2$.

1. one
2. two
   - [x] done
   - [ ] open

> quoted

| a | b |
|---|--:|
| 1 | `2` |

```python
def f():
    return "量化"
```

$$
E = mc^2
$$

End [link](https://example.org)."""


@pytest.fixture
def page(qtbot: QtBot) -> MarkdownBrowser:
    browser = MarkdownBrowser()
    qtbot.addWidget(browser)
    browser.resize(700, 900)
    browser.show()
    return browser


def copied(page: MarkdownBrowser) -> str:
    return page.createMimeDataFromSelection().text()


def test_selection_survives_streaming(page: MarkdownBrowser) -> None:
    page.begin()
    page.push("First paragraph with text.\n\nSecond paragraph.\n\nThird")
    cursor = page.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(15, QTextCursor.MoveMode.KeepAnchor)
    page.setTextCursor(cursor)
    page.push(" one grows and grows.\n\n```python\nx = 1\n```\n\nEnd")
    page.finish()
    assert copied(page) == "First paragraph"


def test_everything_copies_as_clean_text(page: MarkdownBrowser) -> None:
    page.show_text(SAMPLE)
    page.selectAll()
    assert copied(page).split("\n") == [
        "Intro with bold and code and $x^2$.",
        "1. one",
        "2. two",
        "  - [x] done",
        "  - [ ] open",
        "> quoted",
        "a\tb",
        "1\t2",
        "def f():",
        '    return "量化"',
        "$$",
        "E = mc^2",
        "$$",
        "End link.",
    ]


def test_part_of_a_line_copies_without_its_mark(page: MarkdownBrowser) -> None:
    page.show_text("- 😀 alpha beta")
    cursor = page.textCursor()
    cursor.setPosition(3)
    cursor.setPosition(8, QTextCursor.MoveMode.KeepAnchor)
    page.setTextCursor(cursor)
    assert copied(page) == "alpha"


@pytest.mark.parametrize("streamed", [True, False])
def test_the_copy_button_copies_the_code(page: MarkdownBrowser, *, streamed: bool) -> None:
    if streamed:
        page.begin()
        for place in range(0, len(SAMPLE), 7):
            page.push(SAMPLE[place : place + 7])
        page.finish()
    else:
        page.show_text(SAMPLE)
    page.fit(700)
    page.place_code_buttons()
    (button,) = page.code_buttons
    assert button.accessibleName() == "Copy code, python"
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == 'def f():\n    return "量化"'
    assert button.text() == "Copied"
    QGuiApplication.clipboard().clear()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == 'def f():\n    return "量化"'


def test_links_are_told_not_followed(page: MarkdownBrowser) -> None:
    page.show_text("[there](https://example.org/a)")
    page.fit(700)
    spy = QSignalSpy(page.link_activated)
    for x in range(4, 40, 4):
        if page.anchorAt(QPoint(x, 12)):
            QTest.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 12))
            break
    assert spy.count() == 1
    assert spy.at(0) == ["https://example.org/a"]
    assert page.toPlainText() == "there"


def test_unsafe_links_are_no_links(page: MarkdownBrowser) -> None:
    page.show_text("[x](javascript:alert(1)) <script>alert(2)</script> ![p](file:///etc/passwd)")
    assert "javascript:" in page.toPlainText()
    assert "<script>" in page.toPlainText()
    assert page.loadResource(2, QUrl("file:///etc/passwd")) is None


def test_formulas_show_their_source(page: MarkdownBrowser) -> None:
    page.show_text("with $r_{\\max}$ and price $5 to $6")
    assert page.toPlainText() == "with $r_{\\max}$ and price $5 to $6"


def test_typed_text_keeps_its_lines_and_marks(qtbot: QtBot) -> None:
    page = MarkdownBrowser(plain=True)
    qtbot.addWidget(page)
    page.show_text("# not a title\n* not a list\n\n```\ncode\n```")
    assert page.document().firstBlock().blockFormat().headingLevel() == 0
    assert page.toPlainText().startswith("# not a title\n* not a list\n")
    assert [card.read_source() for card in page.cards] == ["code"]


def test_height_follows_the_text(page: MarkdownBrowser) -> None:
    page.show_text("word " * 200)
    wide, narrow = page.fit(700), page.fit(300)
    assert narrow > wide
    assert wide % 21 in (0, 10)
    assert math.isclose(wide, page.fit(700))


def test_a_new_theme_recolours_the_text(page: MarkdownBrowser) -> None:
    page.begin()
    page.push("streaming `code`\n\n```python\nx")
    theme().choose("dark")
    page.push(" = 1\n```\n\nEnd")
    page.finish()
    colour = page.document().firstBlock().begin().fragment().charFormat().foreground().color()
    assert colour.name() == DARK.text.lower()
    assert page.cards[0].read_source() == "x = 1"
    theme().choose("light")
    colour = page.document().firstBlock().begin().fragment().charFormat().foreground().color()
    assert colour.name() == LIGHT.text.lower()


def test_streamed_pixels_equal_a_full_repaint(page: MarkdownBrowser) -> None:
    """The tight repaint must leave nothing stale behind; a soft edge of a rounded ground may differ in its last bit."""
    page.begin()
    for place in range(0, len(SAMPLE), 5):
        page.push(SAMPLE[place : place + 5])
        QTest.qWait(0)
    screen = page.screen().grabWindow(page.winId())
    if screen.isNull():
        pytest.skip("this platform has no screen to look at")
    page.viewport().repaint()
    streamed, whole = screen.toImage(), page.screen().grabWindow(page.winId()).toImage()
    pixels = ((x, y) for x in range(whole.width()) for y in range(whole.height()))
    assert sum(streamed.pixel(x, y) != whole.pixel(x, y) for x, y in pixels) < 40
