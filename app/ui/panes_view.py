"""One chat, or two side by side; where there is no room for both, the active one stands alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from app.ui.bridge import listen
from app.ui.edges import Edge
from app.ui.loader import Loader
from app.ui.pane_view import PaneView
from app.ui.panes import Pane, Panes
from app.ui.preview.beside import LEAST_CHAT_PX, LEAST_PREVIEW_PX


class PanesView(QSplitter):
    """Shows the open panes; the one that has the keyboard is the active one. `made(view)` comes with every new one."""

    made = Signal(PaneView)

    def __init__(self, panes: Panes, loader: Loader, edge: Edge, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._panes, self._loader, self._edge = panes, loader, edge
        self._views: dict[int, PaneView] = {}
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)
        self.splitterMoved.connect(self._on_moved)
        listen(self, lambda: panes.changed.connect(self._show_open))
        listen(self, lambda: panes.activated.connect(self._on_activated))
        for pane in panes.all:
            self._hear(pane)

    def begin(self) -> None:
        """Show what is open, once `made` is heard."""
        self._show_open()

    @property
    def active(self) -> PaneView:
        return self._view(self._panes.active)

    @property
    def views(self) -> list[PaneView]:
        """Those of the open panes, from the left."""
        return [self._view(pane) for pane in self._panes.open]

    def keep_drafts(self) -> None:
        """What is typed goes to the disk."""
        for view in self.views:
            view.chat.keep_draft()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def event(self, event: QEvent) -> bool:
        """The first size comes with the first picture."""
        if event.type() == QEvent.Type.Show:
            self._divide()
            self._make_room()
        return super().event(event)

    def _hear(self, pane: Pane) -> None:
        listen(self, lambda: pane.leafing.opened.connect(self._make_room))
        listen(self, lambda: pane.leafing.closed.connect(self._make_room))

    def _view(self, pane: Pane) -> PaneView:
        """Made at its first use."""
        if pane.number not in self._views:
            view = self._views[pane.number] = PaneView(self._panes, pane, self._loader, self._edge)
            self.made.emit(view)
            after = [one for one in self._views.values() if one.pane.number < pane.number]
            self.insertWidget(len(after), view)
            if self.isVisible():
                view.show()
        return self._views[pane.number]

    def _show_open(self) -> None:
        shown = self.views
        for gone in [view for view in self._views.values() if view not in shown]:
            del self._views[gone.pane.number]
            gone.hide()
            gone.deleteLater()
        self._divide()
        self._make_room()

    def _divide(self) -> None:
        if self._panes.is_split:
            right = round(self.width() * self._panes.shares["chats"].value)
            self.setSizes([self.width() - right, right])

    def _on_moved(self) -> None:
        sizes = self.sizes()
        if len(sizes) == 2 and all(sizes):
            self._panes.shares["chats"].value = sizes[1] / sum(sizes)

    def _make_room(self) -> None:
        """Both where both have room; a preview takes the room of the pane beside its own."""
        needed = LEAST_CHAT_PX + (LEAST_PREVIEW_PX if self._panes.active.leafing.is_open else 0)
        both = self.width() >= needed + LEAST_CHAT_PX
        for view in self.views:
            view.setVisible(both or view.pane is self._panes.active)

    def _on_activated(self) -> None:
        self._make_room()
        self.keep_drafts()  # the same chat may be written on in the other pane
        if not self._holds_keyboard(self.active):
            self.active.chat.focus_message()

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        for view in list(self._views.values()):
            if now is not None and view.isAncestorOf(now):
                self._panes.activate(view.pane)

    def _holds_keyboard(self, view: PaneView) -> bool:
        focus = QApplication.focusWidget()
        return isinstance(focus, QWidget) and view.isAncestorOf(focus)
