"""Buttons that name themselves to screen readers and redraw their icon when the theme changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from app.ui.icons import icon


class IconButton(QToolButton):
    """A square button with one icon; `name` is spoken and shown as its tool tip.

    `kind` chooses the look in the style sheet: "icon", "primary", "round", "text" (icon with `setText` beside it).
    Tab reaches it, a click does not move the focus to it.
    """

    def __init__(
        self,
        picture: str,
        name: str,
        parent: QWidget | None = None,
        *,
        kind: str = "icon",
        px: int = 16,
        role: str = "quiet",
    ) -> None:
        super().__init__(parent)
        self._picture, self._role, self._px = picture, role, px
        self._filled = False
        self.setProperty("kind", kind)
        self.setIconSize(QSize(px, px))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_name(name)
        self._draw()

    def set_name(self, name: str) -> None:
        """What the button does, spoken and shown on hover."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_picture(self, picture: str, role: str | None = None, *, filled: bool = False) -> None:
        """Show another icon."""
        self._picture, self._role, self._filled = picture, role or self._role, filled
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """A new theme brings a new colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_picture"):
            self._draw()

    def _draw(self) -> None:
        self.setIcon(icon(self._picture, self._role, self._px, filled=self._filled))


def open_under(button: QToolButton, menu: QMenu) -> None:
    """A menu below its button, their right edges in line."""
    menu.setAccessibleName(button.accessibleName())
    menu.popup(button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height() + 4)))


ICON_PX, ICON_GAP_PX = 16, 4


class TextButton(QPushButton):
    """A button with words; `kind` is "plain", "primary" (one a page), "quiet" or "danger"."""

    def __init__(self, text: str, parent: QWidget | None = None, *, kind: str = "plain", picture: str = "") -> None:
        super().__init__(text, parent)
        self._picture = picture
        self._kind = kind
        self.setProperty("kind", kind)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)
        self._draw()

    def set_kind(self, kind: str) -> None:
        """Another look, where another button has become the one to press."""
        if kind != self._kind:
            self._kind = kind
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
            self._draw()

    def rename(self, text: str) -> None:
        """Other words, spoken as well."""
        self.setText(text)
        self.setAccessibleName(text)

    def changeEvent(self, event: QEvent) -> None:
        """A new theme brings a new colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_kind"):
            self._draw()

    def _draw(self) -> None:
        if self._picture:
            role = "on_accent" if self._kind == "primary" else "quiet"
            self.setIcon(icon(self._picture, role, ICON_PX, gap_px=ICON_GAP_PX))
            self.setIconSize(QSize(ICON_PX + ICON_GAP_PX, ICON_PX))
