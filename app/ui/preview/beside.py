"""The page and the preview side by side; where there is no room for both, the preview stands alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.edges import Edge
from app.ui.panes import Share
from app.ui.preview.panel import PreviewPanel

LEAST_CHAT_PX, LEAST_PREVIEW_PX = 400, 500
PAUSE_MS = 400


class Beside(QSplitter):
    """Opens and closes `panel` beside `page` as its leafing says; `edge` gives way meanwhile."""

    def __init__(self, page: QWidget, panel: PreviewPanel, edge: Edge, composer: Composer, share: Share) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._part = share
        self.splitterMoved.connect(self._on_moved)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.page, self.panel, self._edge, self._composer = page, panel, edge, composer
        self.addWidget(page)
        self.addWidget(panel)
        panel.setMinimumWidth(1)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._on_paused)
        composer.text_changed.connect(self._on_typed)
        leafing = panel.leafing
        listen(self, lambda: leafing.opened.connect(self.open))
        listen(self, lambda: leafing.closed.connect(self.shut))
        self._count_timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._count_timer.timeout.connect(leafing.count)
        listen(self, lambda: leafing.rechosen.connect(self._count_timer.start))
        if leafing.is_open:
            self.open()

    def open(self) -> None:
        """Show the preview and put the keyboard into its pages."""
        leafing = self.panel.leafing
        leafing.type(self._composer.text)
        self.panel.show_now()
        if not self.panel.isVisibleTo(self):
            self._edge.give_way()
            self.panel.show()
            self._share()
        self._make_room()
        self.panel.pages.setFocus(Qt.FocusReason.OtherFocusReason)

    def shut(self) -> None:
        self.panel.hide()
        self.page.show()
        self._edge.come_back()
        self._composer.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def holds_keyboard(self) -> bool:
        """Whether the keyboard is in the preview."""
        focus = QApplication.focusWidget()
        return isinstance(focus, QWidget) and self.panel.isAncestorOf(focus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.panel.isVisibleTo(self):
            self._make_room()

    def event(self, event: QEvent) -> bool:
        """The first size comes with the first picture."""
        if event.type() == QEvent.Type.Show and self.panel.isVisibleTo(self):
            self._share()
        return super().event(event)

    def _share(self) -> None:
        wide = round(self.width() * self._part.value)
        self.setSizes([self.width() - wide, wide])

    def _make_room(self) -> None:
        """Both where both have room."""
        both = self.width() >= LEAST_CHAT_PX + LEAST_PREVIEW_PX
        if both and not self.page.isVisibleTo(self):
            self.page.show()
            self._share()
        elif not both:
            self.page.hide()

    def _on_moved(self) -> None:
        chat, preview = self.sizes()
        if chat and preview:
            self._part.value = preview / (chat + preview)

    def _on_typed(self) -> None:
        if self.panel.leafing.is_open:
            self._timer.start()

    def _on_paused(self) -> None:
        self.panel.leafing.type(self._composer.text)
