"""A menu of some of the window's wishes, each with its key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.commands import Commands


def open_command_menu(commands: Commands, names: Sequence[str], button: QWidget) -> QMenu:
    """Under `button`, in this order; "" parts them. What cannot be done now is shown and cannot be chosen."""
    menu = QMenu(button)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(button.accessibleName())
    for name in names:
        if not name:
            menu.addSeparator()
            continue
        command = commands.get(name)
        made = menu.addAction(f"{command.title}\t{command.key_words}" if command.keys else command.title)
        made.setEnabled(command.enabled())
        made.triggered.connect(lambda _=False, name=name: commands.run(name))
    menu.popup(button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height() + 4)))
    return menu
