"""The widgets of the window and how they lie: sidebar, middle, inspector, with an edge at each side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.session.telemetry import Telemetry
from app.ui.conversation import Conversation
from app.ui.edges import Edge
from app.ui.guide import Guide
from app.ui.inspector.inspector import Inspector
from app.ui.leafing import Leafing
from app.ui.loader import Loader
from app.ui.modelbar import ModelBar
from app.ui.notices import Notices
from app.ui.pages.chat import ChatPage
from app.ui.preview.beside import Beside
from app.ui.preview.panel import PreviewPanel
from app.ui.sidebar import Sidebar


class Frame:
    """Made in the language spoken now; another language takes another frame. `body` holds every widget of it.

    What was open at the edges is kept in `place_file`.
    """

    def __init__(
        self,
        conversation: Conversation,
        loader: Loader,
        guide: Guide,
        telemetry: Telemetry,
        clock: Callable[[], float],
        place_file: Path,
        leafing: Leafing,
    ) -> None:
        self.notices = Notices()
        self.modelbar = ModelBar(conversation.desk)
        self.sidebar = Sidebar(conversation, self.notices)
        self.inspector = Inspector(conversation, guide, telemetry, clock)
        self.stack = QStackedWidget()
        self.chat = ChatPage(conversation, loader)
        bar = self.modelbar
        self.left = Edge("sidebar", self.sidebar, bar.sidebar, place_file, shown=True, narrow_px=900)
        self.right = Edge("inspector", self.inspector, bar.inspector, place_file, shown=False, narrow_px=1160)
        self.preview = PreviewPanel(leafing)
        self.beside = Beside(self.stack, self.preview, self.right, self.chat.composer)
        self.chat.preview_wanted.connect(leafing.show_attached)
        self.preview.files_dropped.connect(conversation.add_files)
        self.chat.parameters_wanted.connect(self.toggle_parameters)
        self.body = self._lay_out()

    def toggle_parameters(self) -> None:
        """Show how the open chat is answered; again hides it."""
        shown = self.inspector.isVisible() and self.inspector.tab == "parameters"
        self.inspector.show_tab("parameters")
        self.right.button.setChecked(not shown)
        if not shown:
            self.inspector.tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        row.addWidget(self.inspector)
        return body

    def _middle(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.modelbar)
        column.addWidget(self.beside, 1)
        column.addWidget(self.notices)
        return column
