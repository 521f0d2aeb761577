"""The inspector: performance now; other tabs come when there is something to put in them."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.core.words import say
from app.session.telemetry import Telemetry
from app.ui.conversation import Conversation
from app.ui.guide import Guide
from app.ui.inspector.answer_card import AnswerCard
from app.ui.inspector.machine_cards import MachineCards
from app.ui.pages.page import label

WIDTH_PX = 340


class Inspector(QWidget):
    def __init__(
        self,
        conversation: Conversation,
        guide: Guide,
        telemetry: Telemetry,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH_PX)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(say("Performance"))
        self.answer = AnswerCard(conversation, clock)
        self.machine = MachineCards(conversation, guide, telemetry, clock)
        inner = QWidget()
        inner.setProperty("ground", "panel")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(say("Performance"), "heading"))
        column.addWidget(self.answer)
        column.addWidget(self.machine)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        scroll.setAccessibleName(say("Performance"))
        scroll.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
