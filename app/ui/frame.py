"""The widgets of the window and how they lie: sidebar, middle, inspector, with an edge at each side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.ui.bridge import listen
from app.ui.edges import Edge
from app.ui.guide import Guide
from app.ui.inspectors import Inspectors
from app.ui.loader import Loader
from app.ui.modelbar import ModelBar
from app.ui.notices import Notices
from app.ui.panes import Front, Panes
from app.ui.panes_view import PanesView
from app.ui.preview.beside import Beside
from app.ui.sidebar import Sidebar

if TYPE_CHECKING:
    from app.ui.preview.panel import PreviewPanel


class Frame:
    """Made in the language spoken now; another language takes another frame. `body` holds every widget of it.

    What was open at the edges is kept in `place_file`.
    """

    def __init__(
        self,
        panes: Panes,
        front: Front,
        loader: Loader,
        guide: Guide,
        clock: Callable[[], float],
        place_file: Path,
    ) -> None:
        self.notices = Notices()
        self.modelbar = ModelBar(front.desk)
        self.sidebar = Sidebar(front, self.notices)
        self.inspectors = Inspectors(panes, guide, clock)
        self.stack = QStackedWidget()
        bar = self.modelbar
        self.left = Edge("sidebar", self.sidebar, bar.sidebar, place_file, shown=True, narrow_px=900)
        self.right = Edge("inspector", self.inspectors, bar.inspector, place_file, shown=False, narrow_px=1160)
        self.panes = PanesView(panes, loader, self.right)
        listen(self.panes, lambda: panes.changed.connect(lambda: bar.beside.setChecked(panes.is_split)))
        bar.beside.setChecked(panes.is_split)
        self.body = self._lay_out()

    @property
    def preview(self) -> PreviewPanel:
        """That of the active pane."""
        return self.panes.active.preview

    @property
    def beside(self) -> Beside:
        """The active pane's chat and its preview."""
        return self.panes.active.beside

    def toggle_parameters(self) -> None:
        """Show how the open chat is answered; again hides it."""
        inspector = self.inspectors.active
        shown = inspector.isVisible() and inspector.tab == "parameters"
        inspector.show_tab("parameters")
        self.right.button.setChecked(not shown)
        if not shown:
            inspector.tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def fit(self, width_px: int, before_px: int) -> None:
        """In a narrow window the edges give way to the page; they come back with the room."""
        self.left.fit(width_px, before_px)
        self.right.fit(width_px, before_px)

    def _lay_out(self) -> QWidget:
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.left.line)
        row.addLayout(self._middle(), 1)
        row.addWidget(self.right.line)
        row.addWidget(self.inspectors)
        return body

    def _middle(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.modelbar)
        column.addWidget(self.stack, 1)
        column.addWidget(self.notices)
        return column
