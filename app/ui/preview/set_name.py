"""The line on which something gets a name: the attached documents as a set, the choices of a chat as a preset."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.core.words import say
from app.ui.widgets.buttons import TextButton


class SetName(QWidget):
    """Hidden until `ask`. `wanted(name)` once a name is given; a set of that name is replaced. `what` is asked for."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, what: str = "", sides_px: tuple[int, int] = (16, 12)) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setAccessibleName(what or say("Name of the set"))
        self.field.setPlaceholderText(what or say("Name of the set"))
        self.field.setMaxLength(120)
        self.save = TextButton(say("Save"), kind="primary")
        self.cancel = TextButton(say("Cancel"), kind="quiet")
        self.field.returnPressed.connect(self._on_save)
        self.field.textChanged.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(sides_px[0], 0, sides_px[1], 8)
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
