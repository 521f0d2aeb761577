"""One download: a bar, a line of numbers, pause, resume, cancel; its failure stands where it happened."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.core.units import format_bytes, format_duration
from app.core.words import say
from app.fetch.progress import Progress
from app.ui.bridge import listen
from app.ui.downloads import Download, Downloads
from app.ui.pages.page import label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import set_role

STEPS = 10_000


class DownloadCard(QFrame):
    """Shows `download` as long as it is wanted."""

    def __init__(self, downloads: Downloads, download: Download, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads, self._download = downloads, download
        self.setProperty("ground", "sheet")
        self.name = label(download.name)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("Download of {name}", name=download.name))
        self.numbers = label("", "quiet")
        self.pause = TextButton(say("Pause"), picture="pause")
        self.resume = TextButton(say("Resume"), picture="play")
        self.pause.clicked.connect(lambda: download.pull.pause())
        self.resume.clicked.connect(self._on_resume)
        self.cancel = TextButton(say("Cancel"), kind="quiet")
        self.cancel.clicked.connect(lambda: downloads.forget(download))
        self._lay_out()
        listen(self, lambda: downloads.changed.connect(self._on_changed))
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.name)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.addWidget(self.numbers, 1)
        row.addWidget(self.pause)
        row.addWidget(self.resume)
        row.addWidget(self.cancel)
        column.addLayout(row)

    def _on_changed(self, download: Download) -> None:
        if download is self._download:
            self._show()

    def _show(self) -> None:
        download, progress = self._download, self._download.progress
        total = progress.total_bytes or 0
        self.bar.setValue(STEPS if download.path else int(STEPS * progress.done_bytes / total) if total else 0)
        self.numbers.setText(str(download.error) if download.error else progress_words(progress))
        set_role(self.numbers, "failed" if download.error else "quiet")
        if download.path:
            self.numbers.setText(say("Complete and checked."))
        self.cancel.rename(say("Close") if download.path else say("Cancel"))
        halted = download.is_paused or download.error is not None
        self.pause.setVisible(download.path is None and not halted)
        self.resume.setVisible(download.path is None and halted)

    def _on_resume(self) -> None:
        if self._download.error is not None:
            self._downloads.again(self._download)
        else:
            self._download.pull.resume()


def progress_words(progress: Progress) -> str:
    """ "8.4 of 19.8 GB · 92 MB/s · 2 min 4 s left", or what it is doing instead."""
    total = format_bytes(progress.total_bytes) if progress.total_bytes else "?"
    amount = say("{done} of {total}", done=format_bytes(progress.done_bytes), total=total)
    if progress.trouble is not None:
        return say("{amount} · waiting: {trouble}", amount=amount, trouble=str(progress.trouble))
    match progress.state:
        case "queued":
            return say("Waiting to begin")
        case "checking":
            return say("Checking what is already here: {amount}", amount=amount)
        case "verifying":
            return say("Checking the whole file: {amount}", amount=amount)
        case "paused":
            paused = say("Paused")
            return f"{paused} · {amount}" if progress.done_bytes else paused
        case "downloading":
            parts = [amount]
            if progress.speed_bytes_s:
                parts.append(f"{format_bytes(progress.speed_bytes_s)}/s")
            if progress.eta_s is not None:
                parts.append(say("{time} left", time=format_duration(progress.eta_s)))
            return " · ".join(parts)
        case _:
            return amount
