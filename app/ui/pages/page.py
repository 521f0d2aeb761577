"""What every page but the chat is made of: a title, a centred column that scrolls, cards and rows."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui.fonts import SMALL_PX, mono_font
from app.ui.widgets.facts import FactRow
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.labels import ElidedLabel

COLUMN_PX = 760
AROUND_PX = (32, 24, 32, 32)  # left, top, right, bottom of the column
CHECK_PX = 26  # a check box and its space
_HASH = re.compile(r"\b[0-9a-f]{40,}\b")  # is compared letter by letter


class Page(QScrollArea):
    """A title and a column of at most 760 px. Fill it with `add`."""

    def __init__(self, title: str, parent: QWidget | None = None, *, column_px: int = COLUMN_PX) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        ground = QWidget()
        ground.setProperty("ground", "page")
        ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(ground)
        self._body = QWidget()
        self._body.setMaximumWidth(column_px)
        self._body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        centre = self._centre = QHBoxLayout(ground)
        centre.setContentsMargins(*AROUND_PX)
        centre.addStretch(1)
        centre.addWidget(self._body, 1000)
        centre.addStretch(1)
        self.column = QVBoxLayout(self._body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(16)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        if title:
            self.column.addWidget(label(title, "title"))
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)

    def _on_range_changed(self, low: int, high: int) -> None:
        """Pages with a scroll bar and without have their column at the same place."""
        left, top, right, bottom = AROUND_PX
        bar_px = self.verticalScrollBar().sizeHint().width() if high > low else 0
        self._centre.setContentsMargins(left + bar_px, top, right, bottom)

    def add(self, widget: QWidget) -> None:
        self.column.addWidget(widget)


class Card(QFrame):
    """A quiet box with an optional heading. Fill its `column`."""

    def __init__(self, heading: str = "", parent: QWidget | None = None, *, ground: str = "card") -> None:
        super().__init__(parent)
        self.setProperty("ground", ground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 14, 16, 16)
        self.column.setSpacing(8)
        self.heading = label(heading, "heading")
        self.heading.setContentsMargins(0, 0, 0, 4)
        if heading:
            self.column.addWidget(self.heading)
            self.setAccessibleName(heading)

    def clear(self) -> None:
        """Take everything out but the heading."""
        empty_layout(self.column, keep=self.heading)


def empty_layout(layout: QLayout, keep: QWidget | None = None) -> None:
    """Remove and delete everything in a layout."""
    for number in reversed(range(layout.count())):
        item = layout.itemAt(number)
        assert item is not None
        widget, inner = item.widget(), item.layout()
        if widget is not None and widget is keep:
            continue
        layout.takeAt(number)
        if isinstance(inner, QLayout):
            empty_layout(inner)
            inner.deleteLater()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def label(text: str, role: str = "", *, wrap: bool = True) -> QLabel:
    """Words by role: "" (text), "quiet", "title", "heading", "good", "care", "bad". Never markup."""
    words = QLabel(text)
    words.setTextFormat(Qt.TextFormat.PlainText)
    words.setWordWrap(wrap)
    if role:
        words.setProperty("role", role)
    words.setMinimumWidth(1)
    return words


def fact(name: str, value: str, *, wrap: bool = True) -> QHBoxLayout:
    """A quiet name at the left and its value beside it; without `wrap` a long value is shortened."""
    row = QHBoxLayout()
    row.setSpacing(12)
    left, right = label(name, "quiet", wrap=False), label(value) if wrap else ElidedLabel(value)
    left.setFixedWidth(116)
    left.setContentsMargins(0, 1 if wrap else 0, 0, 0)  # the smaller letters stand on the line of the larger
    if wrap:
        right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    right.setAccessibleName(f"{name}: {value}")
    if _HASH.search(value):
        right.setFont(mono_font(SMALL_PX))
        if wrap:
            return _hash_row(left, right)
    row.addWidget(left, 0, Qt.AlignmentFlag.AlignTop if wrap else Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(right, 1)
    return row


def _hash_row(name: QLabel, value: QLabel) -> QHBoxLayout:
    for words in (name, value):
        words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    row = FactRow()
    row.fill(name, value)
    return row


def hint(text: str) -> QLabel:
    """A quiet word under a check box, in line with the box's own words."""
    words = label(text, "quiet")
    words.setContentsMargins(CHECK_PX, 0, 0, 4)
    return words


def field(name: str, widget: QWidget) -> QHBoxLayout:
    """A name and its field, joined for screen readers."""
    words = label(name)
    words.setBuddy(widget)
    widget.setAccessibleName(name)
    row = QHBoxLayout()
    row.setSpacing(12)
    words.setFixedWidth(240)
    row.addWidget(words)
    row.addWidget(widget, 0 if widget.maximumWidth() < 1000 else 1)
    if widget.maximumWidth() < 1000:
        row.addStretch(1)
    return row


def line() -> QFrame:
    """A rule of one pixel."""
    rule = QFrame()
    rule.setProperty("line", "true")
    rule.setFixedHeight(1)
    return rule


def buttons(*widgets: QWidget, gap: int = 8) -> FlowLayout:
    """Buttons side by side; where there is no room, in several lines."""
    row = FlowLayout(gap=gap)
    for widget in widgets:
        row.addWidget(widget)
    return row
