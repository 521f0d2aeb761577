"""A row for something that takes minutes: what, how far, how fast, how long still; pause and resume."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.core.units import format_bytes, format_duration
from app.core.words import say
from app.ui.theme import tokens
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel


class ThinBar(QWidget):
    """A progress bar six pixels high; `set_share(None)` shows it empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("Progress"))

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return self._share

    def set_share(self, share: float | None) -> None:
        """Show `share`, 0 to 1."""
        self._share = None if share is None else min(1.0, max(0.0, share))
        self.setAccessibleDescription("" if self._share is None else f"{100 * self._share:.0f} %")
        self.update()

    def sizeHint(self) -> QSize:
        """Thin."""
        return QSize(200, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track and part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(tokens().track))
        if self._share:
            painter.fillRect(QRectF(0, 0, self.width() * self._share, self.height()), QColor(tokens().accent))
        painter.end()


class ProgressRow(QWidget):
    """A download, a load, a check. `pause_requested`, `resume_requested`, `cancel_requested` come from its buttons."""

    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, *, pausable: bool = True) -> None:
        super().__init__(parent)
        self._paused = False
        self.title = ElidedLabel(title)
        self.detail = ElidedLabel("", role="quiet")
        self.bar = ThinBar()
        self.pause_button = IconButton("pause", say("Pause"))
        self.pause_button.setVisible(pausable)
        self.cancel_button = IconButton("x", say("Cancel"))
        self.pause_button.clicked.connect(self._on_pause_clicked)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.setAccessibleName(title)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(4)
        layout.setVerticalSpacing(6)
        layout.addWidget(self.title, 0, 0)
        layout.addWidget(self.pause_button, 0, 1, 2, 1)
        layout.addWidget(self.cancel_button, 0, 2, 2, 1)
        layout.addWidget(self.bar, 1, 0)
        layout.addWidget(self.detail, 2, 0, 1, 3)
        layout.setColumnStretch(0, 1)

    @property
    def paused(self) -> bool:
        """Whether the button offers to go on."""
        return self._paused

    def set_progress(self, done_bytes: int, total_bytes: int, speed: float = 0.0, eta_s: float | None = None) -> None:
        """`speed` in bytes a second; 0 and None when not known."""
        self.bar.set_share(done_bytes / total_bytes if total_bytes else None)
        parts = [say("{done} of {total}", done=format_bytes(done_bytes), total=format_bytes(total_bytes))]
        if speed:
            parts.append(say("{speed} a second", speed=format_bytes(speed)))
        if eta_s is not None:
            parts.append(say("{time} left", time=format_duration(eta_s)))
        self.set_words(" · ".join(parts))

    def set_words(self, words: str) -> None:
        """The line under the bar."""
        self.detail.setText(words)
        self.setAccessibleDescription(words)

    def set_share(self, share: float | None) -> None:
        """For what is not counted in bytes."""
        self.bar.set_share(share)

    def set_paused(self, paused: bool) -> None:
        """Which of the two the button offers."""
        self._paused = paused
        self.pause_button.set_picture("play" if paused else "pause")
        self.pause_button.set_name(say("Resume") if paused else say("Pause"))

    def _on_pause_clicked(self) -> None:
        (self.resume_requested if self._paused else self.pause_requested).emit()
