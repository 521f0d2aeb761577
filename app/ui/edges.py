"""The two edges of the window: shown and hidden by their buttons, folded away when the window is narrow."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QAbstractButton, QFrame, QWidget

from app.ui.widgets.showing import show_in_place


class Edge:
    """A widget at the side, the line beside it and the button that shows it. The choice is kept in `file`."""

    def __init__(
        self, name: str, widget: QWidget, button: QAbstractButton, file: Path, *, shown: bool, narrow_px: int
    ) -> None:
        self.name, self.widget, self.button = name, widget, button
        self.line = _line()
        self._file, self._narrow_px = file, narrow_px
        self._folded = self._gave_way = False
        button.setChecked(str(place_file(file).value(name, "true" if shown else "false")) == "true")
        button.toggled.connect(self._on_toggled)
        self._show(button.isChecked())

    def fit(self, width_px: int, before_px: int) -> None:
        """The window is `width_px` wide now and was `before_px`; below `narrow_px` the edge gives way to the page."""
        narrow, was_narrow = (0 <= width < self._narrow_px for width in (width_px, before_px))
        if narrow and not was_narrow and self.button.isChecked():
            self._folded = True
            self._fold(on=False)
        elif was_narrow and not narrow and self._folded:
            self._folded = False
            self._fold(on=True)

    def show_for_now(self) -> None:
        """Show without taking it for the user's choice."""
        self._fold(on=True)

    def give_way(self) -> None:
        """Make room for something that is open for a while, until `come_back`."""
        if self.button.isChecked():
            self._gave_way = True
            self._fold(on=False)

    def come_back(self) -> None:
        if self._gave_way and not self._folded:
            self._fold(on=True)
        self._gave_way = False

    def _fold(self, *, on: bool) -> None:
        """Hide or show without taking it for the user's choice."""
        self.button.blockSignals(True)
        self.button.setChecked(on)
        self.button.blockSignals(False)
        self._show(on)

    def _on_toggled(self, on: bool) -> None:
        """The user's choice, kept for the next start."""
        self._folded = self._gave_way = False
        self._show(on)
        place_file(self._file).setValue(self.name, "true" if on else "false")

    def _show(self, on: bool) -> None:
        show_in_place(self.widget, on=on)
        show_in_place(self.line, on=on)


def place_file(file: Path) -> QSettings:
    """Where the window's place and edges are kept."""
    return QSettings(str(file), QSettings.Format.IniFormat)


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("line", "true")
    line.setFixedWidth(1)
    return line
