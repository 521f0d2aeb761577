"""The right edge: the inspector of the active pane. Each pane has one of its own, made when it is first active."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.ui.bridge import listen
from app.ui.guide import Guide
from app.ui.inspector.inspector import WIDTH_PX, Inspector
from app.ui.panes import Panes


class Inspectors(QStackedWidget):
    """All show the same tab. `presets_wanted()`, `page_wanted(name)` and `loading_wanted()` ask for a page,
    `reload_wanted(n_ctx)` for the model with another context."""

    presets_wanted = Signal()
    page_wanted = Signal(str)
    loading_wanted = Signal()
    reload_wanted = Signal(int)

    def __init__(
        self,
        panes: Panes,
        guide: Guide,
        clock: Callable[[], float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH_PX)
        self._panes = panes
        self._guide, self._clock = guide, clock
        self._made: dict[int, Inspector] = {}
        listen(self, lambda: panes.activated.connect(self._show_active))
        self._show_active()

    @property
    def active(self) -> Inspector:
        pane = self._panes.active
        if pane.number not in self._made:
            made = Inspector(pane.conversation, self._guide, self._clock)
            made.presets_wanted.connect(self.presets_wanted)
            made.documents.preview_wanted.connect(pane.leafing.show_attached)
            made.page_wanted.connect(self.page_wanted)
            made.loading_wanted.connect(self.loading_wanted)
            made.reload_wanted.connect(self.reload_wanted)
            self._made[pane.number] = made
            self.addWidget(made)
        return self._made[pane.number]

    def _show_active(self) -> None:
        before, now = self.currentWidget(), self.active
        if isinstance(before, Inspector):
            now.show_tab(before.tab)
        self.setCurrentWidget(now)
