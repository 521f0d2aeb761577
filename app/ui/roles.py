"""What screen readers call the widgets that Qt knows no name for: pages, the conversation, chips, bars."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QScrollArea, QWidget

_ROLE = QAccessible.Role
ROLES = {
    "ChatView": _ROLE.List,
    "AnswerRow": _ROLE.ListItem,
    "UserRow": _ROLE.ListItem,
    "FileChip": _ROLE.Button,
    "ContextGauge": _ROLE.ProgressBar,
    "ThinBar": _ROLE.ProgressBar,
    "MetricCard": _ROLE.Grouping,
    "PageText": _ROLE.Document,
}
"""By the name of the class. Every other scrolling page is a pane."""


def install_roles() -> None:
    """Once, before a screen reader asks."""
    QAccessible.installFactory(_make)


def _make(name: str, thing: QObject) -> QAccessibleInterface | None:
    """Qt asks for each widget the first time somebody wants to know of it; None leaves it to Qt."""
    if not isinstance(thing, QWidget):
        return None
    role = ROLES.get(name) or (_ROLE.Pane if isinstance(thing, QScrollArea) else None)
    return QAccessibleWidget(thing, role) if role is not None else None
