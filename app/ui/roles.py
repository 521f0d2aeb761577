"""What screen readers call the widgets that Qt knows no name for: pages, the conversation, chips, bars, folds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QApplication, QScrollArea, QWidget

_ROLE = QAccessible.Role
ROLES = {
    "ContextGauge": _ROLE.ProgressBar,
    "ThinBar": _ROLE.ProgressBar,
    "MetricCard": _ROLE.Grouping,
    "PageText": _ROLE.Document,
}
"""By the name of the class. Every other scrolling page is a pane."""

CHIPS = ("FileChip", "_FileTag")
"""Drawn by hand, and opened by a click or by Enter: a screen reader presses them."""
FOLD = "FoldButton"
CONVERSATION = ("ChatView", "AnswerRow", "UserRow")
PRESS = "Press"  # QAccessibleActionInterface::pressAction, the same in every language


def install_roles() -> None:
    """Once, before a screen reader asks."""
    QAccessible.installFactory(_make)


class Pressed(QAccessibleWidget):
    """A button that Qt takes for a plain surface."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, _ROLE.Button)

    def actionNames(self) -> list[str]:
        return [PRESS, *super().actionNames()]

    def doAction(self, name: str) -> None:
        if name == PRESS:
            self.press(self.widget())
        else:
            super().doAction(name)

    def press(self, widget: QWidget) -> None:
        """As by the keyboard."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier))


class Fold(Pressed):
    """A line that opens what is below it: open or closed, where Qt would say checked or not."""

    def state(self) -> QAccessible.State:
        state, widget = super().state(), self.widget()
        is_open = isinstance(widget, QAbstractButton) and widget.isChecked()
        state.expandable, state.expanded, state.collapsed = True, is_open, not is_open
        return state

    def press(self, widget: QWidget) -> None:
        if isinstance(widget, QAbstractButton):
            widget.click()


def _make(name: str, thing: QObject) -> QAccessibleInterface | None:
    """Qt asks for each widget the first time somebody wants to know of it; None leaves it to Qt."""
    if not isinstance(thing, QWidget):
        return None
    if name in CHIPS:
        return Pressed(thing)
    if name == FOLD:
        return Fold(thing)
    if name in CONVERSATION:
        from app.ui.chat.accessible import BuiltRow, ChatList

        return ChatList(thing) if name == "ChatView" else BuiltRow(thing)  # type: ignore[arg-type]
    role = ROLES.get(name) or (_ROLE.Pane if isinstance(thing, QScrollArea) else None)
    return QAccessibleWidget(thing, role) if role is not None else None
