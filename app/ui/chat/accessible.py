"""The conversation for who reads it by ear: a list of all its messages, those included that are no widgets yet.

Qt shows a screen reader the widgets alone, and a long chat has few of them. So the list gives out a stand-in for each
message that is not built: it says who wrote it, when, and what. The row itself is built when the reader goes into it,
gives it the keyboard, or stays at it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from app.core.words import say

if TYPE_CHECKING:
    from app.ui.chat.message_rows import MessageRows
    from app.ui.chat.row import MessageRow
    from app.ui.chat.view import ChatView

LONGEST = 4_000
"""So much of a message is its name; all of it is read in the row itself."""
STAYS_MS = 300
WALKS = 3
"""Who asks about more messages than this without a pause only counts them: nothing is built then."""
FOCUS = "SetFocus"  # QAccessibleActionInterface::setFocusAction, the same in every language

NOTHING = cast(QAccessibleInterface, None)
"""Qt's way to say that there is none."""

_ROLE, _TEXT = QAccessible.Role, QAccessible.Text
_MARKS = re.compile(
    r"```\w*|(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)|^[#>\s]+|\[([^\]]*)\]\([^)]*\)", re.MULTILINE
)


class ChatList(QAccessibleWidget):
    """Its children are the messages. Lives as long as Qt keeps it for the view."""

    def __init__(self, view: ChatView) -> None:
        super().__init__(view, _ROLE.List, view.accessibleName())
        self.view = view
        self._made: dict[int, tuple[int, StandIn]] = {}
        self._asked: list[int] = []
        self._timer = QTimer(view, singleShot=True, interval=STAYS_MS)
        self._timer.timeout.connect(self._on_stayed)
        view.replaced.connect(self._on_replaced)
        made = self._made
        view.destroyed.connect(lambda: forget(made))

    def childCount(self) -> int:
        return self.view.count

    def child(self, index: int) -> QAccessibleInterface:
        """The row itself where it is built, else what stands in for it."""
        if not 0 <= index < self.view.count:
            return NOTHING
        widget = self.view.live_rows.get(index)
        return self._stand_in(index) if widget is None else QAccessible.queryAccessibleInterface(widget)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, StandIn):
            return child.row
        thing = child.object()
        return next((row for row, widget in self.view.live_rows.items() if widget is thing), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        place = self.view.viewport().mapFromGlobal(QPoint(x, y))
        rows = self.view.live_rows.items()
        return next((self.child(row) for row, widget in rows if widget.geometry().contains(place)), NOTHING)

    def name_of(self, row: int) -> str:
        """Who wrote it, and when."""
        return name_words(self.view, row)

    def notice(self, row: int) -> None:
        """The reader asks about a message that is not built."""
        if row not in self._asked:
            self._asked.append(row)
        self._timer.start()

    def build(self, row: int) -> MessageRow | None:
        """The row comes into view, and so is built."""
        if row < self.view.count and row not in self.view.live_rows:
            self.view.go_to_place(row, 0)
        return self.view.live_rows.get(row)

    def _stand_in(self, row: int) -> StandIn:
        if row not in self._made:
            made = StandIn(self, self.view, row)
            self._made[row] = (QAccessible.registerAccessibleInterface(made), made)
        return self._made[row][1]

    def _on_replaced(self) -> None:
        """Another chat: what was handed out is gone."""
        for _, one in self._made.values():
            QAccessible.updateAccessibility(QAccessibleEvent(one, QAccessible.Event.ObjectDestroyed))
        forget(self._made)

    def _on_stayed(self) -> None:
        asked, self._asked = self._asked, []
        if len(asked) <= WALKS and asked[-1] < self.view.count:
            self.build(asked[-1])


class StandIn(QAccessibleWidget):
    """A message that is not built. It lends Qt's own view of the viewport for what Python cannot hand out itself."""

    def __init__(self, parent: ChatList, view: ChatView, row: int) -> None:
        super().__init__(view.viewport(), _ROLE.ListItem, "")
        self._list, self._view, self.row = parent, view, row

    def isValid(self) -> bool:
        return self.row < self._view.count

    def object(self) -> QObject:
        return cast(QObject, None)  # Qt allows it: it is no widget

    def parent(self) -> QAccessibleInterface:
        return self._list

    def childCount(self) -> int:
        row = self._row()
        if row is None:
            self._list.notice(self.row)
            return 0
        return row.childCount()

    def child(self, index: int) -> QAccessibleInterface:
        row = self._row()
        return row.child(index) if row is not None else NOTHING

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        row = self._row()
        return row.childAt(x, y) if row is not None else NOTHING

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        row = self._row()
        return row.indexOfChild(child) if row is not None else -1

    def focusChild(self) -> QAccessibleInterface:
        return NOTHING

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        if kind == _TEXT.Name:
            self._list.notice(self.row)
            return f"{self._list.name_of(self.row)}: {shown_words(self._view, self.row)}"
        return place_words(self._view, self.row) if kind == _TEXT.Description else ""

    def rect(self) -> QRect:
        row = self._row()
        return row.rect() if row is not None else QRect()

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.focusable = state.readOnly = True
        state.offscreen = state.invisible = self._row() is None
        return state

    def actionNames(self) -> list[str]:
        return [FOCUS]

    def doAction(self, name: str) -> None:
        """Give it the keyboard: that builds it."""
        widget = self._list.build(self.row) if name == FOCUS else None
        if widget is not None:
            widget.take_keyboard("")

    def _row(self) -> QAccessibleInterface | None:
        """What it stands for, once that is built."""
        widget = self._view.live_rows.get(self.row)
        return QAccessible.queryAccessibleInterface(widget) if widget is not None else None


class BuiltRow(QAccessibleWidget):
    """A message that is a widget. It lies in the list, not in the surface that Qt scrolls."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, _ROLE.ListItem)

    def parent(self) -> QAccessibleInterface:
        told = self._list()
        return told if told is not None else super().parent()

    def text(self, kind: QAccessible.Text) -> str:
        told = self._list()
        row = told.indexOfChild(self) if told is not None else -1
        if told is None or row < 0:
            return super().text(kind)
        if kind == _TEXT.Name:
            return told.name_of(row)
        return place_words(told.view, row) if kind == _TEXT.Description else super().text(kind)

    def _list(self) -> ChatList | None:
        surface = self.widget().parentWidget()
        view = surface.parentWidget() if surface is not None else None
        told = QAccessible.queryAccessibleInterface(view) if view is not None else None
        return told if isinstance(told, ChatList) else None


def forget(made: dict[int, tuple[int, StandIn]]) -> None:
    """Qt keeps what it was given until it is told."""
    for number, _ in made.values():
        QAccessible.deleteAccessibleInterface(number)
    made.clear()


def name_words(view: MessageRows, row: int) -> str:
    """Who wrote a message, and when."""
    who = say("You said") if view.head(row).role == "user" else say("Answer")
    return ", ".join(part for part in (who, view.when(row)) if part)


def heard_words(view: MessageRows, row: int) -> str:
    """All of it in one breath, for the text that has got the keyboard: readers say the name and nothing else."""
    return f"{name_words(view, row)}, {place_words(view, row)}: {shown_words(view, row)}"


def place_words(view: MessageRows, row: int) -> str:
    return say("Message {n} of {count}", n=row + 1, count=view.count)


def shown_words(view: MessageRows, row: int) -> str:
    """A question as it was typed, an answer as it reads."""
    head = view.head(row)
    text = head.text[:LONGEST]
    return " ".join(text.split()) if head.role == "user" else plain_words(text)


def plain_words(markdown: str) -> str:
    """Without the signs that only look."""
    return " ".join(_MARKS.sub(lambda found: found[1] or "", markdown).split())
