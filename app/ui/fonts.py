"""Fonts: Inter for words, JetBrains Mono for code, the system's Chinese face behind both.

Sizes are in device-independent pixels (14 px = 10.5 pt at 96 dpi), so that a page looks the same on every desktop.
"""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from app.config.paths import resource

BODY_PX = 14
SMALL_PX = 12
LINE_HEIGHT = 1.5

CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei UI", "PingFang SC")
UI_FAMILIES = ["Inter", "Segoe UI", *CHINESE, "DejaVu Sans"]
MONO_FAMILIES = ["JetBrains Mono", "Cascadia Mono", "Consolas", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", *CHINESE]

_installed = False


def install_fonts() -> None:
    """Load the bundled faces and make Inter the application's font. Call once, after QApplication."""
    load_fonts()
    QApplication.setFont(ui_font())


def load_fonts() -> None:
    """Load the bundled faces, once, after the application was made."""
    global _installed
    if not _installed:
        for file in sorted(resource("fonts").glob("*.[ot]tf")):
            QFontDatabase.addApplicationFont(str(file))
        _installed = True


def can_show_chinese() -> bool:
    """Whether this computer has any typeface with Chinese signs. Call after QApplication."""
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def ui_font(px: int = BODY_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Inter at `px` with Chinese fallback."""
    font = QFont()
    font.setFamilies(UI_FAMILIES)
    font.setPixelSize(px)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def figure_font(px: int = BODY_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Inter with figures of one width (`tnum`), for numbers that change or stand in columns."""
    font = ui_font(px, weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(px: int = 13) -> QFont:
    """JetBrains Mono without ligatures (`calt` off): `!=` must look like what is typed."""
    font = QFont()
    font.setFamilies(MONO_FAMILIES)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(px)
    font.setFeature(QFont.Tag("calt"), 0)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
