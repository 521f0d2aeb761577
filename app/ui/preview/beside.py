"""The page and the preview side by side; where there is no room for both, the preview stands alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.edges import Edge
from app.ui.leafing import Leafing
from app.ui.panes import Share

if TYPE_CHECKING:
    from app.ui.preview.panel import PreviewPanel

LEAST_CHAT_PX, LEAST_PREVIEW_PX = 400, 500
PAUSE_MS = 400


class Beside(QSplitter):
    """Opens and closes the preview beside `page` as `leafing` says; `edge` gives way meanwhile.

    The preview is made by `make_panel` when it is wanted first: the start of the window goes without.
    """

    def __init__(
        self,
        page: QWidget,
        make_panel: Callable[[], PreviewPanel],
        leafing: Leafing,
        edge: Edge,
        composer: Composer,
        share: Share,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._part, self._leafing = share, leafing
        self._make_panel = make_panel
        self._made: PreviewPanel | None = None
        self.splitterMoved.connect(self._on_moved)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.page, self._edge, self._composer = page, edge, composer
        self.addWidget(page)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._on_paused)
        composer.text_changed.connect(self._on_typed)
        listen(self, lambda: leafing.opened.connect(self.open))
        listen(self, lambda: leafing.closed.connect(self.shut))
        self._count_timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._count_timer.timeout.connect(leafing.count)
        listen(self, lambda: leafing.rechosen.connect(self._count_timer.start))
        if leafing.is_open:
            self.open()

    @property
    def panel(self) -> PreviewPanel:
        """The preview, hidden until it is opened."""
        if self._made is None:
            self._made = self._make_panel()
            self.addWidget(self._made)
            self._made.setMinimumWidth(1)
        return self._made

    def open(self) -> None:
        """Show the preview and put the keyboard into its pages."""
        self._leafing.type(self._composer.text)
        self.panel.show_now()
        if not self.is_open:
            self._edge.give_way()
            self.panel.show()
            self._share()
        self._make_room()
        self.panel.pages.setFocus(Qt.FocusReason.OtherFocusReason)

    def shut(self) -> None:
        if self._made is not None:
            self._made.hide()
        self.page.show()
        self._edge.come_back()
        self._composer.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def holds_keyboard(self) -> bool:
        """Whether the keyboard is in the preview."""
        focus = QApplication.focusWidget()
        return self._made is not None and isinstance(focus, QWidget) and self._made.isAncestorOf(focus)

    @property
    def is_open(self) -> bool:
        """Whether the preview is there to be seen."""
        return self._made is not None and self._made.isVisibleTo(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.is_open:
            self._make_room()

    def event(self, event: QEvent) -> bool:
        """The first size comes with the first picture."""
        if event.type() == QEvent.Type.Show and self.is_open:
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
        chat, preview = self.sizes()  # only the two have a handle between them
        if chat and preview:
            self._part.value = preview / (chat + preview)

    def _on_typed(self) -> None:
        if self._leafing.is_open:
            self._timer.start()

    def _on_paused(self) -> None:
        self._leafing.type(self._composer.text)
