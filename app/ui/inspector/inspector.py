"""The inspector: what the computer is doing, and how the open chat is answered, behind one tab each."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.conversation import Conversation
from app.ui.guide import Guide
from app.ui.inspector.alarm_box import AlarmBox
from app.ui.inspector.alert_card import AlertCard
from app.ui.inspector.alert_rows import AlertRows
from app.ui.inspector.answer_card import AnswerCard
from app.ui.inspector.documents import Documents
from app.ui.inspector.doors import Doors
from app.ui.inspector.machine_cards import MachineCards
from app.ui.inspector.parameters import Parameters
from app.ui.inspectors import WIDTH_PX


class Inspector(QWidget):
    """`show_tab(name)` by its name: "performance", "documents" or "parameters". `presets_wanted()`,
    `page_wanted(name)` and `loading_wanted()` ask for a page, `reload_wanted(n_ctx)` for another context.
    """

    presets_wanted = Signal()
    page_wanted = Signal(str)
    loading_wanted = Signal()
    reload_wanted = Signal(int)

    def __init__(
        self,
        conversation: Conversation,
        guide: Guide,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH_PX)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        desk = conversation.desk
        self.alarms = AlarmBox(desk.monitor)
        self.alarms.reload_wanted.connect(self.reload_wanted)
        self.alarms.loading_wanted.connect(self.loading_wanted)
        self.answer = AnswerCard(conversation, clock)
        self.machine = MachineCards(desk.monitor, guide, clock)
        self.loud, self.alerts = AlertRows(desk.monitor), AlertCard(desk)
        self.doors = Doors(desk)
        self.doors.page_wanted.connect(self.page_wanted)
        self.parameters = Parameters(conversation)
        self.parameters.presets_wanted.connect(self.presets_wanted)
        self.tabs, self.stack = QTabBar(), QStackedWidget()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.setAccessibleName(say("Inspector"))
        self._names: list[str] = []
        panel = (self.alarms, self.loud, self.answer, self.machine, self.alerts, self.doors)
        self._add("performance", say("Performance"), *panel)
        self.documents = Documents(conversation)
        self._add("documents", say("Documents"), self.documents)
        self._add("parameters", say("Parameters"), self.parameters)
        self.tabs.currentChanged.connect(self.stack.setCurrentIndex)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(4, 8, 4, 0)
        head.addWidget(self.tabs)
        outer.addLayout(head)
        outer.addWidget(self.stack)

    @property
    def tab(self) -> str:
        """The tab shown."""
        return self._names[self.tabs.currentIndex()]

    def show_tab(self, name: str) -> None:
        """A tab by its name; one that is not there is passed over."""
        if name in self._names:
            self.tabs.setCurrentIndex(self._names.index(name))

    def _add(self, name: str, words: str, *widgets: QWidget) -> None:
        self._names.append(name)
        self.tabs.addTab(words)
        self.stack.addWidget(_scrolling(words, *widgets))


def _scrolling(name: str, *widgets: QWidget) -> QScrollArea:
    inner = QWidget()
    inner.setProperty("ground", "panel")
    inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(inner)
    column.setContentsMargins(16, 14, 16, 16)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    scroll.setAccessibleName(name)
    scroll.setWidget(inner)
    return scroll
