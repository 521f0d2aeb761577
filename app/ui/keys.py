"""The keys of the window, bound from its commands."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.ui.commands import Command, Commands


class Keys:
    """Binds those that are there and those that are added later. What a key does is looked up at every press."""

    def __init__(self, window: QWidget, commands: Commands) -> None:
        self._window, self._commands = window, commands
        self._bound: set[tuple[str, str]] = set()
        for command in commands.all:
            self._bind(command)
        commands.added.connect(self._bind)

    def _bind(self, command: Command) -> None:
        for keys in command.keys if command.act is not None else ():
            if (command.id, keys) not in self._bound:
                self._bound.add((command.id, keys))
                shortcut = QShortcut(QKeySequence(keys), self._window)
                shortcut.activated.connect(lambda: self._commands.run(command.id))
