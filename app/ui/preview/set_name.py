"""The line on which the attached documents get a name as a set."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.core.words import say
from app.ui.widgets.buttons import TextButton


class SetName(QWidget):
    """Hidden until `ask`. `wanted(name)` once a name is given; a set of that name is replaced."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setAccessibleName(say("Name of the set"))
        self.field.setPlaceholderText(say("Name of the set"))
        self.field.setMaxLength(120)
        self.save = TextButton(say("Save"), kind="primary")
        self.cancel = TextButton(say("Cancel"), kind="quiet")
        self.field.returnPressed.connect(self._on_save)
        self.field.textChanged.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.save)
        row.addWidget(self.cancel)
        self.hide()

    def ask(self, suggested: str) -> None:
        """Show the line with a name to take or to change."""
        self.field.setText(suggested)
        self.show()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_save(self) -> None:
        name = self.field.text().strip()
        if name:
            self.hide()
            self.wanted.emit(name)
