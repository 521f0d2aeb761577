"""Colours that can be read, a style sheet without holes, fonts and icons that are there."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from app.config.paths import resource
from app.ui.colours import DARK, LIGHT, TEXT_PAIRS, Tokens, blend, contrast
from app.ui.fonts import CHINESE, figure_font, mono_font, ui_font
from app.ui.icons import icon, pixmap
from app.ui.theme import Theme, style_sheet, theme, tokens


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_every_text_can_be_read_on_its_ground(colours: Tokens, pair: tuple[str, str]) -> None:
    text, ground = pair
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


def test_contrast_of_the_extremes() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_style_sheet_is_filled_and_its_pictures_exist(colours: Tokens) -> None:
    sheet = style_sheet(colours)
    assert "$" not in sheet
    assert colours.accent in sheet
    pictures = re.findall(r'url\("([^"]+)"\)', sheet)
    assert pictures
    assert all(resource("themes", colours.name, name.rsplit("/", 1)[1]).is_file() for name in pictures)


def test_choosing_a_theme_dresses_the_application(dressed: QApplication) -> None:
    seen: list[str] = []
    theme().changed.connect(lambda: seen.append(tokens().name))
    theme().choose("dark")
    assert dressed.palette().color(QPalette.ColorRole.Base) == QColor(DARK.page)
    assert DARK.accent in dressed.styleSheet()
    theme().choose("light")
    assert dressed.palette().color(QPalette.ColorRole.Base) == QColor(LIGHT.page)
    assert seen == ["dark", "light"]


def test_the_system_choice_follows_the_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Theme()
    worn: list[str] = []
    monkeypatch.setattr(watcher, "_wear", lambda colours: worn.append(colours.name))
    watcher.choose("dark")
    watcher.choose("system")
    monkeypatch.setattr(watcher, "_wanted", lambda: DARK)
    watcher._on_color_scheme_changed()
    assert worn == ["dark", "light", "dark"]


def test_blend() -> None:
    assert blend("#FFFFFF", "#000000", 0.5).name() == "#808080"


def test_the_bundled_faces_are_used() -> None:
    families = QFontDatabase.families()
    assert {"Inter", "JetBrains Mono"} <= set(families)
    assert QFontInfo(ui_font()).family() == "Inter"
    assert QFontInfo(mono_font()).family() == "JetBrains Mono"


def test_code_has_no_ligatures_and_figures_one_width() -> None:
    assert mono_font().featureValue(QFont.Tag("calt")) == 0
    measure = QFontMetrics(figure_font(18))
    assert len({measure.horizontalAdvance(digit * 8) for digit in "0123456789"}) == 1
    proportional = QFontMetrics(ui_font(18))
    assert proportional.horizontalAdvance("1" * 8) < proportional.horizontalAdvance("0" * 8)


def test_chinese_has_glyphs() -> None:
    present = [name for name in CHINESE if name in QFontDatabase.families()]
    if not present:
        pytest.skip("no Chinese face on this machine")
    assert QFontMetrics(QFont(present[0])).inFont("你")


def test_bundled_fonts_are_small_and_licensed() -> None:
    files = list(resource("fonts").iterdir())
    assert sum(file.stat().st_size for file in files) < 3_000_000
    assert {"Inter-OFL.txt", "JetBrainsMono-OFL.txt"} <= {file.name for file in files}
    assert resource("icons", "LICENSE").is_file()


def test_every_icon_draws_in_the_theme_colour(dressed: QApplication) -> None:
    for file in resource("icons").glob("*.svg"):
        image = pixmap(file.stem, "accent", 16, 2.0).toImage()
        assert image.size() == QSize(32, 32)
        solid = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255]
        assert solid, file.stem
        accent = QColor(tokens().accent)
        assert all(abs(c.red() - accent.red()) + abs(c.blue() - accent.blue()) < 6 for c in solid), file.stem


def test_an_icon_has_a_faint_disabled_state() -> None:
    made = icon("copy")
    assert made.availableSizes()
    normal = made.pixmap(QSize(16, 16), 1.0).toImage()
    faint = made.pixmap(QSize(16, 16), 1.0, made.Mode.Disabled).toImage()
    assert max(faint.pixelColor(x, 8).alpha() for x in range(16)) < max(
        normal.pixelColor(x, 8).alpha() for x in range(16)
    )
