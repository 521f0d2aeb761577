"""Light and dark: the colours every widget paints with, and the one object that switches them.

Widgets ask `tokens()` while painting, never earlier: after a switch Qt repaints everything (the palette and the
style sheet change), and `theme().changed` tells those that cache pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from string import Template
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.config.paths import resource
from app.ui.colours import DARK, LIGHT, Tokens

Choice = Literal["system", "light", "dark"]

RADIUS = 8


class Theme(QObject):
    """The theme of the running program. `changed` comes after palette and style sheet are in place."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._choice: Choice = "system"
        self._tokens = LIGHT
        self._watching = False

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        return self._tokens

    @property
    def choice(self) -> Choice:
        """What the user chose; "system" follows the desktop."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Dress the application in `choice` and follow the desktop's changes when that is "system"."""
        self._choice = choice
        if not self._watching:
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)
            self._watching = True
        self._wear(self._wanted())

    @contextmanager
    def dressing_at_once(self) -> Iterator[None]:
        """For the making of a whole window: whatever is put into another widget is dressed anew with all that it holds,
        several times before it is seen. So nothing is dressed inside the block, and everything at its end.
        """
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setStyleSheet("")
        try:
            yield
        finally:
            app.setStyleSheet(style_sheet(self._tokens))

    def _wanted(self) -> Tokens:
        if self._choice != "system":
            return DARK if self._choice == "dark" else LIGHT
        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def _on_color_scheme_changed(self) -> None:
        if self._choice == "system" and self._wanted() is not self._tokens:
            self._wear(self._wanted())

    def _wear(self, tokens: Tokens) -> None:
        self._tokens = tokens
        app = QApplication.instance()
        if isinstance(app, QApplication):
            if app.style().name().lower() != "fusion":
                app.setStyle("Fusion")
            app.setPalette(make_palette(tokens))
            app.setStyleSheet(style_sheet(tokens))
        self.changed.emit()


_theme: Theme | None = None


def theme() -> Theme:
    """The one theme of this process, made at first use."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def tokens() -> Tokens:
    """The colours in force now."""
    return theme().tokens


def style_sheet(colours: Tokens) -> str:
    """`resources/themes/base.qss` with the colours and the pictures' folder filled in."""
    template = Template(resource("themes", "base.qss").read_text("utf-8"))
    icons = resource("themes", colours.name).as_posix()
    return template.substitute(asdict(colours), radius=f"{RADIUS}px", pictures=icons)


def make_palette(colours: Tokens) -> QPalette:
    """The Qt palette for what the style sheet does not reach."""
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, colours.page),
        (role.Base, colours.page),
        (role.AlternateBase, colours.panel),
        (role.Button, colours.panel),
        (role.Text, colours.text),
        (role.WindowText, colours.text),
        (role.ButtonText, colours.text),
        (role.ToolTipBase, colours.panel),
        (role.ToolTipText, colours.text),
        (role.PlaceholderText, colours.quiet),
        (role.Highlight, colours.selection),
        (role.HighlightedText, colours.text),
        (role.Link, colours.accent),
        (role.LinkVisited, colours.accent),
        (role.Accent, colours.accent),
        (role.Mid, colours.border),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.faint))
    return palette
