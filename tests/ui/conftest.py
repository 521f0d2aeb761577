"""A dressed application for every window test: bundled fonts, the light theme."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.fonts import install_fonts
from app.ui.theme import theme


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's offscreen platform complains about windows with a smallest size, about tool tips and menus."""
    harmless = ("propagateSizeHints", "does not support raise", "grabbing the keyboard")
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore(*harmless, extend=True))


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> QApplication:
    """The application as it starts, in the light theme."""
    install_fonts()
    if theme().choice != "light" or not qapp.styleSheet():
        theme().choose("light")
    return qapp
