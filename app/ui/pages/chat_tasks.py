"""What one asks of several documents again and again: compare them, build a table over them."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.pages.page import buttons, label
from app.ui.widgets.buttons import IconButton, TextButton

_BETWEEN = re.compile(r"[,，、;；\n]+")


class TaskCard(QFrame):
    """Two quiet buttons over the composer; each opens to one field. There when two documents are.

    `compare_wanted(points)` and `table_wanted(columns)` with tuples of words.
    """

    compare_wanted = Signal(tuple)
    table_wanted = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._task = ""
        self.compare = TextButton(say("Compare these documents"), kind="quiet")
        self.table = TextButton(say("Build a table"), kind="quiet")
        self.compare.clicked.connect(lambda: self.open("compare"))
        self.table.clicked.connect(lambda: self.open("table"))
        self._offers = QWidget()
        offers = buttons(self.compare, self.table)
        offers.setContentsMargins(0, 0, 0, 0)
        self._offers.setLayout(offers)
        self.form = self._make_form()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._offers)
        column.addWidget(self.form)
        self.form.hide()
        self.hide()

    def _make_form(self) -> QFrame:
        form = QFrame()
        form.setProperty("ground", "card")
        self.words = label("")
        self.field = QLineEdit()
        self.field.returnPressed.connect(self._on_start)
        self.start = TextButton("", kind="primary")
        self.start.clicked.connect(self._on_start)
        close = IconButton("x", say("Close"))
        close.clicked.connect(self.close_form)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.start)
        head = QHBoxLayout()
        head.addWidget(self.words, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(form)
        column.setContentsMargins(16, 10, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(row)
        return form

    def show_for(self, ready: int, *, running: bool) -> None:
        """`ready` documents are attached."""
        if ready < 2:
            self.close_form()
        self.setVisible(ready >= 2 and not running)

    def open(self, task: str) -> None:
        """The field for `task`, "compare" or "table"."""
        self._task = task
        if task == "compare":
            self.words.setText(say("Point by point. Name the points, or leave it empty for the model to choose."))
            self.field.setPlaceholderText(say("rent, notice period, deposit"))
            self.start.rename(say("Compare"))
        else:
            self.words.setText(say("One row for each document. What should be looked up in each?"))
            self.field.setPlaceholderText(say("revenue, profit, number of employees"))
            self.start.rename(say("Build"))
        self.field.setAccessibleName(self.words.text())
        self._offers.hide()
        self.form.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_form(self) -> None:
        """Back to the two buttons; what was typed stays."""
        self.form.hide()
        self._offers.show()

    def _on_start(self) -> None:
        named = tuple(part.strip() for part in _BETWEEN.split(self.field.text()) if part.strip())
        if self._task == "compare":
            self.compare_wanted.emit(named)
        else:
            self.table_wanted.emit(named)
