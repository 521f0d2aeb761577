"""The recommended plan and two alternatives, each a line one can take, with its sentence; what it takes in a fold."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from app.core.units import format_bytes
from app.core.words import say
from app.fit.plan import Advice, Plan
from app.ui.chat.parts import FoldButton
from app.ui.pages.glossary import Glossary, meaning
from app.ui.pages.page import label
from app.ui.pages.plan_card import PlanView, plan_title
from app.ui.plan_words import other_sentence, plan_sentence


class PlanChoice(QWidget):
    """`chosen(plan)` when another is taken; `plan` is the one taken now."""

    chosen = Signal(object)

    def __init__(self, advice: Advice, total_bytes: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._total_bytes = total_bytes
        self.plan = advice.recommended
        best = advice.recommended
        self.rows = [PlanRow(best, best)]
        self.rows += [PlanRow(plan, best) for plan in advice.alternatives[:2]]
        self._group = QButtonGroup(self)
        self.details = FoldButton(self)
        self.details.set_words(say("Why this one, and what it takes"), 600)
        self.details.toggled.connect(self._show_details)
        self.words = Glossary()
        self._view: PlanView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        for row in self.rows:
            self._group.addButton(row.radio)
            row.radio.toggled.connect(lambda on, plan=row.plan: self._on_chosen(plan) if on else None)
            self._column.addWidget(row)
        for widget in (self.details, self.words):
            self._column.addWidget(widget)
        self.rows[0].radio.setChecked(True)

    def _on_chosen(self, plan: Plan) -> None:
        self.plan = plan
        for row in self.rows:
            row.show_chosen()
        if self.details.isChecked():
            self._show_details(True)
        self.chosen.emit(plan)

    def _show_details(self, on: bool) -> None:
        if self._view is not None:
            self._view.hide()
            self._view.deleteLater()
            self._view = None
        if on:
            self._view = PlanView(self.plan, self._total_bytes, inside=True)
            self._column.insertWidget(self._column.indexOf(self.details) + 1, self._view)


class PlanRow(QFrame):
    """One plan: a press anywhere takes it."""

    def __init__(self, plan: Plan, best: Plan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan, recommended = plan, plan is best
        self.setProperty("ground", "option")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        title = plan_title(plan)
        self.radio = QRadioButton(title)
        name = say("Recommended") if recommended else say("Alternative")
        self.radio.setAccessibleName(f"{name}: {title}")
        self.sentence = label(plan_sentence(plan) if recommended else other_sentence(plan, best), "quiet")
        self.radio.setAccessibleDescription(self.sentence.text())
        self.setToolTip(f"{meaning('4-bit')}\n{meaning('tokens')}")
        size = format_bytes(plan.model.size_bytes)
        self.note = label(size, "quiet", wrap=False)
        if recommended:
            self.radio.setProperty("weight", "strong")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.radio)
        if recommended:
            head.addWidget(label(name, "badge", wrap=False), 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(self.note)
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 0, 0, 0)
        inner.addWidget(self.sentence)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(inner)

    def show_chosen(self) -> None:
        """The frame says it too, for those who look at the line and not at the button."""
        self.setProperty("chosen", "true" if self.radio.isChecked() else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.radio.setChecked(True)
