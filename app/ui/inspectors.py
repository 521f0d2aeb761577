"""The right edge: the inspector of the active pane. Each pane has one of its own, made when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.engine.state import EngineState
from app.ui.bridge import listen
from app.ui.guide import Guide
from app.ui.panes import Panes

if TYPE_CHECKING:
    from app.ui.inspector.inspector import Inspector

WIDTH_PX = 340
FIRST_TAB = "performance"


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
        self._tab = FIRST_TAB  # until there is an inspector that knows
        listen(self, lambda: panes.activated.connect(self._on_activated))
        listen(self, lambda: panes.active.conversation.desk.engine.changed.connect(self._on_engine))

    @property
    def active(self) -> Inspector:
        pane = self._panes.active
        if pane.number not in self._made:
            from app.ui.inspector.inspector import Inspector

            made = Inspector(pane.conversation, self._guide, self._clock)
            made.presets_wanted.connect(self.presets_wanted)
            made.documents.preview_wanted.connect(pane.leafing.show_attached)
            made.page_wanted.connect(self.page_wanted)
            made.loading_wanted.connect(self.loading_wanted)
            made.reload_wanted.connect(self.reload_wanted)
            made.show_tab(self.tab)
            self._made[pane.number] = made
            self.addWidget(made)
        return self._made[pane.number]

    @property
    def tab(self) -> str:
        """The tab shown, or that will be."""
        shown = self._shown
        return shown.tab if shown is not None else self._tab

    def show_tab(self, name: str) -> None:
        """A tab by its name, as `Inspector.show_tab`; an inspector that is not made yet will begin with it."""
        self._tab = name or self._tab
        if self._shown is not None:
            self._shown.show_tab(name)

    def make(self) -> None:
        """Make the one of the active pane now, seen or not: it hears of figures only from then on."""
        now, tab = self.active, self.tab
        now.show_tab(tab)
        self.setCurrentWidget(now)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.make()

    @property
    def _shown(self) -> Inspector | None:
        shown = self.currentWidget()
        return next((one for one in self._made.values() if one is shown), None)

    def _on_engine(self, state: EngineState) -> None:
        if state.has_model and not self._made:
            self.make()

    def _on_activated(self) -> None:
        if self._made:
            self.make()
