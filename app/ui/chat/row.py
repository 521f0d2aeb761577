"""What every row of the conversation is: a widget laid out by hand in the reading column, so that it costs little."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication, QPalette, QTextCursor
from PySide6.QtWidgets import QWidget

from app.ui.chat.actions import ActionBar
from app.ui.chat.drags import DragOut, message_data
from app.ui.chat.message import COPY, COPY_PLAIN, EARLIER, LATER, Standing
from app.ui.chat.parts import LINE_PX
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.markdown.copying import read_selection

COLUMN_PX = 760
SIDE_PX = 24
SLACK_PX = 6000
"""How much taller than its text a streaming row is kept: every resize would repaint all of it."""


def column(width: int) -> tuple[int, int]:
    """(left, width) of the reading column in a view `width` wide."""
    inner = max(120, min(COLUMN_PX, width - 2 * SIDE_PX))
    return (width - inner) // 2, inner


class MessageRow(QWidget):
    """What both kinds share. `needs_layout` asks the view to `fit` the row again, `reveal_wanted(top, bottom)` to
    scroll to a stretch of it; `resized` says that its text grew or shrank by itself, `parts_made` that Tab reaches
    more than before.
    """

    needs_layout = Signal()
    resized = Signal()
    action_requested = Signal(str)
    link_activated = Signal(str)
    reveal_wanted = Signal(int, int)
    parts_made = Signal()
    is_answer = False

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.browser: MarkdownBrowser

        self.acts: ActionBar | None = None
        self._standing = Standing()
        self._actions_at = (0, 0, 0)
        self._hovered = self._focused = False

    # ---- what can be done with it

    def set_standing(self, standing: Standing) -> None:
        """Where the message stands in the tree."""
        self._standing = standing
        if self.acts is not None or standing != Standing():
            self._need_actions().set_standing(standing)
            self._fit_actions()

    def set_focused(self, focused: bool) -> None:
        """Whether the keyboard is somewhere in the row."""
        self._focused = focused
        self._show_actions()

    @property
    def held_arrow(self) -> str:
        """The action of the arrow between versions that has the keyboard, if one has."""
        arrows = {EARLIER: self.acts.earlier, LATER: self.acts.later} if self.acts is not None else {}
        return next((action for action, arrow in arrows.items() if arrow is not None and arrow.hasFocus()), "")

    def take_keyboard(self, arrow: str) -> None:
        """This row came in the place of one that had it: the same arrow, or the text, has it now."""
        arrows = {EARLIER: self.acts.earlier, LATER: self.acts.later} if self.acts is not None else {}
        button = arrows.get(arrow)
        wanted: QWidget = button if button is not None and button.isEnabled() else self.browser
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The mouse has come."""
        super().enterEvent(event)
        self._hovered = True
        self._show_actions()

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse has gone."""
        super().leaveEvent(event)
        self._hovered = False
        self._show_actions()

    @property
    def has_actions(self) -> bool:
        """Whether anything can be done with it: not with an answer that still comes."""
        return True

    def _show_actions(self) -> None:
        awake = self.has_actions and (self._hovered or self._focused)
        if awake:
            self._need_actions()
        if self.acts is not None:
            self.acts.set_awake(awake)

    def _need_actions(self) -> ActionBar:
        if self.acts is None:
            self.acts = ActionBar(self, is_answer=self.is_answer)
            self.acts.wanted.connect(self.do)
            self.acts.made.connect(self.parts_made)
            self.acts.made.connect(self._let_be_dragged)
            self._fit_actions()
            self.acts.setVisible(self.has_actions)
        return self.acts

    def _place_actions(self, left: int, y: int, width: int) -> int:
        """Their line is kept free whether they are made or not."""
        self._actions_at = (left, y, width)
        self._fit_actions()
        return LINE_PX

    def _fit_actions(self) -> None:
        if self.acts is not None:
            left, y, width = self._actions_at
            self.acts.move(left, y)
            self.acts.fit(width)

    def _action_chain(self) -> list[QWidget]:
        return self.acts.focus_chain() if self.acts is not None else []

    def do(self, action: str) -> None:
        """What its line of icons, its menu or a key wants."""
        if action in (COPY, COPY_PLAIN):
            self.copy_text(plain=action == COPY_PLAIN)
        else:
            self.action_requested.emit(action)

    def _let_be_dragged(self) -> None:
        """Its copy button is also the handle to drag it out by."""
        if self.acts is not None:
            DragOut(self.acts.icons[0], lambda: message_data(self.browser.markdown_text, self._plain_text()))

    def _plain_text(self) -> str:
        cursor = QTextCursor(self.browser.document())
        cursor.select(QTextCursor.SelectionType.Document)
        return read_selection(cursor)

    def copy_text(self, *, plain: bool = False) -> None:
        """The message to the clipboard, as Markdown or as it reads."""
        QGuiApplication.clipboard().setText(self._plain_text() if plain else self.browser.markdown_text)
        if self.acts is not None:
            self.acts.show_copied()

    def _reveal(self, part: QWidget | None, top: int, bottom: int) -> None:
        """A stretch of `part` should be seen."""
        y = part.y() if part is not None else 0
        self.reveal_wanted.emit(y + top, y + bottom)

    # ---- layout

    def fit(self, width: int) -> int:
        """Lay out for a view `width` wide; the row's height."""
        raise NotImplementedError

    def focus_chain(self) -> list[QWidget]:
        """What Tab reaches, in reading order."""
        raise NotImplementedError

    def take_paint_s(self) -> float:
        """Seconds spent painting the text since the last call."""
        return self.browser.take_paint_s()
