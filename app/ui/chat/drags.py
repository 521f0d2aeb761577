"""What can be dragged out of the window: an answer, a file, a block of code, a table; each from its own handle.

A handle is a button or a chip that a click uses otherwise, so selecting text is never in the way.
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QMetaType, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

FILES = "text/uri-list"
_LONGEST_NAME = 48
_ENDINGS = {"python": "py", "javascript": "js", "typescript": "ts", "bash": "sh", "c++": "cpp", "markdown": "md"}
_folder: TemporaryDirectory[str] | None = None


class DragOut(QObject):
    """Lets `handle` be dragged; `make` says what is dragged, or None when there is nothing."""

    def __init__(self, handle: QWidget, make: Callable[[], QMimeData | None]) -> None:
        super().__init__(handle)
        self._handle, self._make = handle, make
        self._pressed: QPointF | None = None
        handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press that moves far enough becomes a drag, and no click."""
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed = None
        elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
            moved = (event.position() - self._pressed).manhattanLength()
            if event.buttons() & Qt.MouseButton.LeftButton and moved >= QApplication.startDragDistance():
                self._pressed = None
                return self._drag()
        return False

    def _drag(self) -> bool:
        data = self._make()
        if data is None:
            return False
        if isinstance(self._handle, QAbstractButton):
            self._handle.setDown(False)
        drag = QDrag(self._handle)
        drag.setMimeData(data)
        drag.setPixmap(self._handle.grab())
        drag.exec(Qt.DropAction.CopyAction)
        return True


class OutgoingFiles(QMimeData):
    """Besides what is set in it, files that are made and written only when somebody takes them, into a folder of this
    run. `make` gives each its name and its content.
    """

    def __init__(self, make: Callable[[], Iterable[tuple[str, bytes]]]) -> None:
        super().__init__()
        self._make = make
        self._files: list[Path] = []

    def formats(self) -> list[str]:
        return [*super().formats(), FILES]

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype == FILES or super().hasFormat(mimetype)

    def retrieveData(self, mimetype: str, preferred: Any) -> Any:
        if mimetype != FILES:
            return super().retrieveData(mimetype, preferred)
        urls = [QUrl.fromLocalFile(str(file)) for file in self._written()]
        if preferred.id() == QMetaType.Type.QByteArray.value:
            return QByteArray(b"".join(bytes(url.toEncoded().data()) + b"\r\n" for url in urls))
        return urls

    def _written(self) -> list[Path]:
        if not self._files:
            for name, content in self._make():
                self._files.append(free_path(_temporary_folder(), name))
                self._files[-1].write_bytes(content)
        return self._files


class OutgoingFile(OutgoingFiles):
    """One whose content is known."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(lambda: [(name, content)])


def message_data(markdown: str, plain: str) -> QMimeData:
    """A message: a Markdown file, Markdown, and the text as it reads."""
    data = OutgoingFile(f"{name_of(markdown)}.md", markdown.encode())
    data.setText(plain)
    data.setData("text/markdown", QByteArray(markdown.encode()))
    return data


def code_data(code: str, language: str) -> QMimeData:
    """A block of code: a source file, and its text."""
    ending = _ENDINGS.get(language.lower(), language.lower() if re.fullmatch(r"\w{1,8}", language) else "txt")
    data = OutgoingFile(f"code.{ending}", code.encode())
    data.setText(code)
    return data


def table_data(csv: str, tsv: str, html: str) -> QMimeData:
    """A table: a CSV file, CSV, HTML for word processors, and cells parted by tabs."""
    data = OutgoingFile("table.csv", csv.encode())
    data.setText(tsv)
    data.setHtml(html)
    data.setData("text/csv", QByteArray(csv.encode()))
    return data


def file_data(paths: Sequence[Path]) -> QMimeData | None:
    """Files that are there, as themselves."""
    urls = [QUrl.fromLocalFile(str(path)) for path in paths if path.exists()]
    if not urls:
        return None
    data = QMimeData()
    data.setUrls(urls)
    return data


def name_of(markdown: str) -> str:
    """A file name from the first words of a text."""
    line = next((line for line in markdown.splitlines() if re.search(r"\w", line)), "")
    words = re.sub(r"\s+", " ", re.sub(r"[^\w\s-]", " ", line)).strip()
    return words[:_LONGEST_NAME].strip() or "answer"


def free_path(folder: Path, name: str) -> Path:
    """`name` in `folder`, numbered when it is taken."""
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem} {number}{Path(name).suffix}"
        number += 1
    return path


def forget_dragged() -> None:
    """Remove what was written for other programs in this run: the vault locks."""
    global _folder
    folder, _folder = _folder, None
    if folder is not None:
        atexit.unregister(folder.cleanup)
        folder.cleanup()


def _temporary_folder() -> Path:
    """For this user alone, gone when the program ends."""
    global _folder
    if _folder is None:
        _folder = TemporaryDirectory(prefix="carrel-drag-", ignore_cleanup_errors=True)
        atexit.register(_folder.cleanup)
    return Path(_folder.name)
