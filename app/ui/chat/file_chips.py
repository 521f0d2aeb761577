"""The files that go out with a message, as chips above its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.chat.drags import DragOut, file_data
from app.ui.widgets.chip import ChipItem, FileChip
from app.ui.widgets.flow import FlowLayout


class FileChips(QWidget):
    """A row of chips by key, hidden while there are none. Tab reaches them between `before` and `after`."""

    changed = Signal()
    file_removed = Signal(str)
    file_opened = Signal(str)
    file_unlocked = Signal(str, str)

    def __init__(self, before: QWidget, after: QWidget) -> None:
        super().__init__()
        self._before, self._after = before, after
        self._chips: dict[str, FileChip] = {}
        self._flow = FlowLayout(self)
        self.hide()

    @property
    def items(self) -> list[ChipItem]:
        """What the chips show, in order."""
        return [chip.item for chip in self._chips.values()]

    @property
    def reading(self) -> bool:
        """Whether a file is still being read."""
        return any(item.state == "reading" for item in self.items)

    def set_files(self, items: Sequence[ChipItem]) -> None:
        """Show these chips and no others; chips whose key stays keep their place."""
        wanted = {item.key: item for item in items}
        for key in [key for key in self._chips if key not in wanted]:
            self._drop(key)
        for item in items:
            self._put(item)
        self._show_all()

    def set_file(self, item: ChipItem) -> None:
        """Add a chip, or show another state of it."""
        self._put(item)
        self._show_all()

    def _put(self, item: ChipItem) -> None:
        chip = self._chips.get(item.key)
        if chip is None:
            self._add(item)
        elif chip.item != item:
            chip.set_item(item)
            self._flow.invalidate()

    def set_progress(self, key: str, progress: float) -> None:
        """How far the file `key` is read, 0 to 1."""
        if key in self._chips:
            self.set_file(replace(self._chips[key].item, state="reading", progress=progress))

    def _add(self, item: ChipItem) -> None:
        chip = self._chips[item.key] = FileChip(item, self)
        DragOut(chip, lambda: file_data([Path(chip.item.key)]))
        chip.removed.connect(self.file_removed)
        chip.opened.connect(self.file_opened)
        chip.unlocked.connect(self.file_unlocked)
        self._flow.addWidget(chip)
        previous = list(self._chips.values())[-2:-1]
        QWidget.setTabOrder(previous[0] if previous else self._before, chip)
        QWidget.setTabOrder(chip, self._after)
        chip.show()

    def _drop(self, key: str) -> None:
        chip = self._chips.pop(key)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()

    def _show_all(self) -> None:
        self.setVisible(bool(self._chips))
        self.changed.emit()
