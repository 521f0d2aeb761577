"""A reading in passes, above its answer: a bar over all pages, and what each pass noted, as it comes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.ui.chat.cited import CitedBrowser
from app.ui.chat.message import CoverageNote, PassNote
from app.ui.chat.parts import LINE_PX, SIGN_PX, FoldButton
from app.ui.icons import pixmap
from app.ui.theme import tokens

BAR_PX, INDENT_PX = 6, 20


class CoveragePart(QWidget):
    """A line that opens to the notes; while it runs the bar is under it and the notes are open."""

    changed = Signal()
    citation_wanted = Signal(object)
    reveal_wanted = Signal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.note = CoverageNote("")
        self.button = FoldButton(self)
        self.button.toggled.connect(self._on_toggled)
        self.folds: list[PassFold] = []

    def show_note(self, note: CoverageNote) -> None:
        """How far it is; notes that are shown already stay as they are, open or not."""
        begins, self.note = note.running and not self.note.running, note
        self.setAccessibleName(note.words)
        self.setAccessibleDescription(say("{share} % of the pages read", share=round(100 * note.share)))
        if begins:
            self.button.setChecked(True)
        self._fill()
        self.update()

    def fit(self, width: int) -> int:
        """Line, bar, notes."""
        self.button.set_words(self.note.words, width - SIGN_PX)
        self.button.setGeometry(SIGN_PX, 0, min(width - SIGN_PX, self.button.sizeHint().width()), LINE_PX)
        y = LINE_PX + (BAR_PX + 8 if self.note.running else 0)
        for fold in self.folds:
            height = fold.fit(width - INDENT_PX)
            fold.setGeometry(INDENT_PX, y, width - INDENT_PX, height)
            y += height
        return y

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        return [self.button, *(part for fold in self.folds for part in fold.focus_chain())]

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sign, and the pages read of all pages."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(1, (LINE_PX - 14) // 2, pixmap("book-open", "quiet", 14, self.devicePixelRatioF()))
        if self.note.running:
            whole = QRectF(0, LINE_PX + 2, self.width(), BAR_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens().track))
            painter.drawRoundedRect(whole, BAR_PX / 2, BAR_PX / 2)
            painter.setBrush(QColor(tokens().accent))
            done = max(float(BAR_PX), whole.width() * min(1.0, self.note.share))
            painter.drawRoundedRect(QRectF(whole.left(), whole.top(), done, BAR_PX), BAR_PX / 2, BAR_PX / 2)
        painter.end()

    def _fill(self) -> None:
        """A fold for each note while the line is open."""
        wanted = self.note.notes if self.button.isChecked() else ()
        if [fold.note for fold in self.folds] == list(wanted[: len(self.folds)]):
            wanted = wanted[len(self.folds) :]
        else:
            self._drop_folds()
        for note in wanted:
            fold = PassFold(self, note)
            fold.changed.connect(self.changed)
            fold.citation_wanted.connect(self.citation_wanted)
            fold.reveal_wanted.connect(lambda top, end, f=fold: self.reveal_wanted.emit(f.y() + top, f.y() + end))
            fold.show()
            self.folds.append(fold)

    def _drop_folds(self) -> None:
        for fold in self.folds:
            fold.hide()
            fold.deleteLater()
        self.folds = []

    def _on_toggled(self, opened: bool) -> None:
        if not opened:
            self._drop_folds()
        self._fill()
        self.changed.emit()


def _plain(line: str) -> str:
    """A line without the marks of lists and of emphasis."""
    return line.replace("**", "").strip(" \t-*#>|")


class PassFold(QWidget):
    """One pass: its pages and the beginning of what it noted; opens to all of it, with its citations marked."""

    changed = Signal()
    citation_wanted = Signal(object)
    reveal_wanted = Signal(int, int)

    def __init__(self, parent: QWidget, note: PassNote) -> None:
        super().__init__(parent)
        self.note = note
        self.button = FoldButton(self)
        self.button.toggled.connect(self._on_toggled)
        self.text: CitedBrowser | None = None

    def fit(self, width: int) -> int:
        """One line; the note under it when open."""
        first = " · ".join(line for line in map(_plain, self.note.text[:400].splitlines()) if line)
        title = self.note.title
        words = title if self.text is not None else say("{title}: {words}", title=title, words=first)
        self.button.set_words(words, width)
        self.button.setGeometry(0, 0, min(width, self.button.sizeHint().width()), LINE_PX)
        if self.text is None:
            return LINE_PX
        height = self.text.fit(width - INDENT_PX)
        self.text.setGeometry(INDENT_PX, LINE_PX, width - INDENT_PX, height)
        self.text.place_code_buttons()
        return LINE_PX + height + 4

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        return [self.button, *([self.text, *self.text.controls] if self.text is not None else [])]

    def _on_toggled(self, opened: bool) -> None:
        if self.text is not None:
            self.text.hide()
            self.text.deleteLater()
            self.text = None
        if opened:
            self.text = CitedBrowser(self)
            self.text.set_ground(QPalette.ColorRole.Base)
            self.text.setAccessibleName(self.note.title)
            self.text.show_text(self.note.text)
            self.text.set_citations(self.note.citations)
            self.text.citation_wanted.connect(self.citation_wanted)
            self.text.reshaped.connect(self.changed)
            self.text.reveal_wanted.connect(lambda top, end: self.reveal_wanted.emit(LINE_PX + top, LINE_PX + end))
            self.text.show()
        self.changed.emit()
