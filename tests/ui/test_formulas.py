"""Formulas: typeset by the child once for all themes, drawn as one letter, copied as TeX, and never in the way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPalette, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import app.ui.formulas.maker as maker_module
from app.ui.formulas.drawing import OBJECT_SIGN
from app.ui.formulas.maker import FormulaMaker, Wish, formulas
from app.ui.formulas.picture import formula_pixmap
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.markdown.copying import make_copy_menu
from app.ui.theme import theme

TEXT = "Area $A = \\pi r^2$ of it, for $5 to $10.\n\n$$\n\\left[ \\sum_t x_t \\right]\n$$\n\nand \\(\\foo{x}\\) last."


@pytest.fixture
def typesetting() -> Iterator[FormulaMaker]:
    formulas().start()
    yield formulas()
    formulas().stop()


def make_page(qtbot: QtBot) -> MarkdownBrowser:
    page = MarkdownBrowser()
    qtbot.addWidget(page)
    page.resize(600, 400)
    page.show()
    return page


def test_a_formula_from_its_words_to_the_clipboard(qtbot: QtBot, typesetting: FormulaMaker) -> None:
    page = make_page(qtbot)
    with qtbot.waitSignal(page.resized, timeout=30_000):
        page.show_text(TEXT)
        page.fit(600)
        assert page.document().toPlainText().count(OBJECT_SIGN) == 3  # each keeps its place from the beginning
    qtbot.waitUntil(lambda: page.document().toPlainText().count(OBJECT_SIGN) == 2, timeout=10_000)
    assert "$\\foo{x}$ last." in page.document().toPlainText()
    page.selectAll()
    copied = page.createMimeDataFromSelection()
    assert copied.text().startswith("Area $A = \\pi r^2$ of it, for $5 to $10.")
    assert "$$\n\\left[ \\sum_t x_t \\right]\n$$" in copied.text()
    assert "\\pi r^2" in copied.html()
    assert 80 < page.fit(600) < 200  # a fence around a sum is as high as the sum

    place = page.cursorRect(cursor_at(page, page.document().toPlainText().index(OBJECT_SIGN))).center() + QPoint(8, 0)
    assert page.formula_at(place) == "A = \\pi r^2"
    words = [action.text() for action in make_copy_menu(page, "", page.formula_at(place)).actions()]
    assert "Copy as LaTeX" in words

    known = typesetting.look_up(Wish("A = \\pi r^2", False))
    light = darkest(page)
    theme().choose("dark")
    page.restyle()
    assert darkest(page) != light
    assert known is typesetting.look_up(Wish("A = \\pi r^2", False))
    picture = formula_pixmap(known, page.palette().text().color(), 16, 2.0)
    assert picture.devicePixelRatio() == 2.0
    assert picture.width() >= 2 * 16 * 3


def test_what_lies_below_a_formula_that_came_late_is_moved_with_its_pixels(
    qtbot: QtBot, typesetting: FormulaMaker
) -> None:
    """The screen is compared with the same page painted as a whole."""
    page = make_page(qtbot)
    page.set_ground(QPalette.ColorRole.Base)
    page.begin()
    lines = "Below it are words that only move.\n\n" * 6
    page.push(f"Over it.\n\n$$\n\\frac{{\\sum_a^b x_t}}{{\\sqrt{{y_7}}}}\n$$\n\n{lines}", final=False)
    page.fit(600)
    QApplication.processEvents()
    before = page.text_height()
    qtbot.waitUntil(lambda: not typesetting.is_busy and page.text_height() != before, timeout=30_000)
    QApplication.processEvents()
    moved = page.screen().grabWindow(page.winId()).toImage()
    page.viewport().update()
    QApplication.processEvents()
    assert moved == page.screen().grabWindow(page.winId()).toImage()


def test_chinese_is_drawn_and_numbers_stand_at_the_margin(qtbot: QtBot, typesetting: FormulaMaker) -> None:
    page = make_page(qtbot)
    page.show_text("$$\n\\text{速度} = \\frac{路程}{t} \\tag{7}\n$$")
    page.fit(600)
    wish = Wish("\\text{速度} = \\frac{路程}{t} \\tag{7}", True)
    qtbot.waitUntil(lambda: typesetting.look_up(wish).state == "ready", timeout=30_000)
    qtbot.wait(50)
    page.fit(600)
    image = page.viewport().grab().toImage()
    ground = image.pixelColor(2, 2).name()
    rows = range(image.height())
    inked = [x for x in range(image.width()) if any(image.pixelColor(x, y).name() != ground for y in rows)]
    right = page.document().textWidth()
    assert max(inked) > right - 20, "the number is at the right margin"
    gaps = [(one, other) for one, other in pairwise(inked) if other - one > 60]
    assert len(gaps) == 1, "and far from the formula"
    formula = [x for x in inked if x <= gaps[0][0]]
    assert abs((min(formula) + max(formula)) / 2 - right / 2) < 12, "which stands in the middle"
    assert typesetting.look_up(Wish("\\ce{A <=>> B}", False)).state == "source"


def cursor_at(page: MarkdownBrowser, place: int) -> QTextCursor:
    cursor = QTextCursor(page.document())
    cursor.setPosition(place)
    return cursor


def darkest(page: MarkdownBrowser) -> str:
    """The colour that formulas are painted in."""
    cursor = page.document().find(OBJECT_SIGN)
    return cursor.charFormat().foreground().color().name()


def test_nothing_is_started_before_it_is_wanted(qtbot: QtBot) -> None:
    page = make_page(qtbot)
    page.show_text("$x^2$")
    assert page.document().toPlainText() == "$x^2$"
    assert not formulas().is_busy


DEADLY = """
import json, os, sys
for line in sys.stdin:
    wanted = json.loads(line)
    if "boom" in wanted["tex"]:
        os._exit(3)
    size = {"width": 1, "ascent": 0.7, "depth": 0.2, "svg": "<svg/>"}
    print(json.dumps({"number": wanted["number"], **size}), flush=True)
"""


def test_a_formula_that_kills_the_child_is_shown_as_words(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maker_module, "own_command", lambda *_: [sys.executable, "-S", "-c", DEADLY])
    maker = FormulaMaker()
    maker.start()
    wishes = [Wish("a", False), Wish("boom", False), Wish("b", False)]
    assert [maker.look_up(wish).state for wish in wishes] == ["waiting"] * 3
    qtbot.waitUntil(lambda: not maker.is_busy, timeout=10_000)
    assert [maker.look_up(wish).state for wish in wishes] == ["ready", "source", "ready"]
    maker.stop()


def test_while_it_streams_no_half_formula_is_seen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every letter on its own; the words around stand there as soon as they come."""
    monkeypatch.setattr(FormulaMaker, "_send", lambda _: None)
    formulas().start()
    try:
        page = make_page(qtbot)
        page.begin()
        for letter in "So $a+b$ costs $5.\n\n\\[\n\\frac{a}{b}\n\\]\n\nEnd \\(x\\) [see $[0,1)$ too":
            page.push(letter)
            shown = page.document().toPlainText()
            assert not any(part in shown for part in ("\\", "a+", "0,1"))
            assert shown.count("$") <= 1
        page.finish()
        assert page.document().toPlainText().count(OBJECT_SIGN) == 4
    finally:
        formulas().stop()


def test_the_lower_figures_of_a_formula_in_the_last_line_are_whole(qtbot: QtBot, typesetting: FormulaMaker) -> None:
    page, wish = make_page(qtbot), Wish("\\ce{SO4^2-}", False)
    qtbot.waitUntil(lambda: typesetting.look_up(wish).state == "ready", timeout=30_000)
    page.show_text(f"${wish.tex}$")
    height = page.fit(600)
    page.resize(600, height + 20)
    picture = page.grab().toImage()
    ground = picture.pixel(590, height + 15)
    inked = [y for y in range(height + 20) if any(picture.pixel(x, y) != ground for x in range(80))]
    assert inked
    assert max(inked) < height
