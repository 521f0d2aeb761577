"""Light and dark: the colours every widget paints with, and the one object that switches them.

Widgets ask `tokens()` while painting, never earlier: after a switch Qt repaints everything (the palette and the
style sheet change), and `theme().changed` tells those that cache pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from string import Template
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.config.paths import resource

Choice = Literal["system", "light", "dark"]

SPACING = (4, 8, 12, 16, 24, 32)
RADIUS = 8


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme by their role, as `#RRGGBB`."""

    name: str
    page: str
    panel: str
    border: str
    text: str
    quiet: str
    accent: str
    good: str
    care: str
    bad: str
    bubble: str
    hover: str
    selection: str
    on_accent: str
    accent_hover: str
    code_head: str
    inline_code: str
    track: str
    syntax_keyword: str
    syntax_name: str
    syntax_type: str
    syntax_string: str
    syntax_number: str
    syntax_comment: str
    syntax_operator: str


LIGHT = Tokens(
    name="light",
    page="#FFFFFF",
    panel="#F6F7F9",
    border="#E1E5EA",
    text="#14171C",
    quiet="#5C6673",
    accent="#3457D5",
    good="#1B7F57",
    care="#8F5B0B",
    bad="#B3372F",
    bubble="#EEF1F6",
    hover="#E9ECF1",
    selection="#CBD7FF",
    on_accent="#FFFFFF",
    accent_hover="#2A48B8",
    code_head="#ECEFF3",
    inline_code="#ECEFF3",
    track="#DDE2E9",
    syntax_keyword="#7C3AC4",
    syntax_name="#2457C5",
    syntax_type="#8A5500",
    syntax_string="#217326",
    syntax_number="#A8480A",
    syntax_comment="#5C6673",
    syntax_operator="#0F6C75",
)

DARK = Tokens(
    name="dark",
    page="#14171C",
    panel="#1B1F26",
    border="#2B313B",
    text="#E7EAEE",
    quiet="#98A2B0",
    accent="#8AA4FF",
    good="#4CC38A",
    care="#E0A33E",
    bad="#F0766D",
    bubble="#232933",
    hover="#262C36",
    selection="#2F4380",
    on_accent="#14171C",
    accent_hover="#A3B8FF",
    code_head="#222730",
    inline_code="#262C36",
    track="#343B47",
    syntax_keyword="#C9A0F5",
    syntax_name="#8AB4FF",
    syntax_type="#F0C674",
    syntax_string="#A5D68C",
    syntax_number="#F2A272",
    syntax_comment="#98A2B0",
    syntax_operator="#7FD6DF",
)


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
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.quiet))
    return palette


def blend(over: str, ground: str, share: float) -> QColor:
    """`share` (0 to 1) of colour `over` laid on `ground`, opaque."""
    mix = [round(a * share + b * (1 - share)) for a, b in zip(_channels(over), _channels(ground), strict=True)]
    return QColor(*mix)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    channels = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("text", "quiet", "accent", "good", "care", "bad") for ground in ("page", "panel")),
    *(("text", ground) for ground in ("bubble", "hover", "selection", "inline_code", "code_head")),
    *(("quiet", ground) for ground in ("bubble", "hover", "code_head", "inline_code")),
    *(("accent", ground) for ground in ("bubble", "hover", "code_head")),
    *(("bad", ground) for ground in ("bubble", "hover")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    *((f"syntax_{kind}", "panel") for kind in ("keyword", "name", "type", "string", "number", "comment", "operator")),
)
"""Every pair of text and ground that is painted, by token name; the contrast test walks it."""
