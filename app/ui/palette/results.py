"""The rows of the palette: a list that Qt shows, and how each of them is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.words import say
from app.store.query import Span
from app.ui import fonts
from app.ui.icons import pixmap
from app.ui.palette.entries import Entry, spoken
from app.ui.theme import tokens

ENTRY = int(Qt.ItemDataRole.UserRole)
HEADING_PX, ROW_PX, LINE_PX, ICON_PX = 30, 36, 20, 16
MOST_LINES = 2

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ResultList(QListView):
    """Shows entries; one of them is always chosen, headings never."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries = _Entries(self)
        self.setModel(self.entries)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(say("Results"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.entered.connect(self.choose)

    @property
    def chosen(self) -> Entry | None:
        return self.entries.entry(self.currentIndex())

    @property
    def content_px(self) -> int:
        """How high all rows are together."""
        return sum(_height(entry, self.viewport().width()) for entry in self.entries.all)

    def show_entries(self, entries: Sequence[Entry], *, keep: bool = False) -> None:
        """Other rows, the first of them chosen; with `keep` the one that was, if it is still there."""
        before, place = self.chosen, self.verticalScrollBar().value()
        self.entries.show(entries)
        self.scrollToTop()
        self.step(0)
        if keep and before is not None and before in entries:
            self.choose(self.entries.index(entries.index(before)))
            self.verticalScrollBar().setValue(place)

    def step(self, count: int) -> None:
        """Choose the entry so many further; from the last on to the first, one at a time."""
        places = [number for number, entry in enumerate(self.entries.all) if entry.kind != "heading"]
        if not places:
            return
        now = self.currentIndex().row()
        at = places.index(now) if now in places else 0
        wanted = (at + count) % len(places) if abs(count) == 1 else min(max(0, at + count), len(places) - 1)
        self.choose(self.entries.index(places[wanted] if now in places else places[0]))
        top = places[wanted] == places[0]
        self.scrollToTop() if top else self.scrollTo(self.currentIndex())

    def choose(self, index: QModelIndex) -> None:
        entry = self.entries.entry(index)
        if entry is not None and entry.kind != "heading":
            self.setCurrentIndex(index)


class _Entries(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.all: list[Entry] = []

    def show(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.all = list(entries)
        self.endResetModel()

    def entry(self, index: Index) -> Entry | None:
        return self.all[index.row()] if index.isValid() and index.row() < len(self.all) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.all)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        entry = self.entry(index)
        if entry is None:
            return None
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        return spoken(entry) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        entry = self.entry(index)
        if entry is None or entry.kind == "heading":
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: ResultList) -> None:
        super().__init__(parent)
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ENTRY)
        return QSize(0, _height(entry, self._list.viewport().width()) if isinstance(entry, Entry) else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(8, 0, -8, 0)
        if entry.kind == "heading":
            _draw(painter, box.adjusted(8, 10, -8, 0), entry.title, (), "quiet", 11, QFont.Weight.Medium)
        else:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tokens().hover))
                painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 6, 6)
            _paint_entry(painter, box.adjusted(10, 0, -10, 0), entry)
        painter.restore()


def _paint_entry(painter: QPainter, box: QRectF, entry: Entry) -> None:
    """The picture, the title with its hits, what stands at the right, and the line below."""
    ratio = painter.device().devicePixelRatioF()
    middle = box.top() + ROW_PX / 2
    painter.drawPixmap(QPointF(box.left(), middle - ICON_PX / 2), pixmap(entry.picture, "quiet", ICON_PX, ratio))
    words = QRectF(box.left() + ICON_PX + 10, box.top(), box.width() - ICON_PX - 10, ROW_PX)
    side = _width(entry.side, 12)
    if entry.side:
        side = min(side, words.width() * 0.4)
        place = QRectF(words.right() - side, words.top(), side, ROW_PX)
        _draw(painter, place, entry.side, (), "quiet", 12, QFont.Weight.Normal)
    title = words.adjusted(0, 0, -side - 16 if entry.side else 0, 0)
    _draw(painter, title, entry.title, entry.title_spans, "text", 13, QFont.Weight.Medium)
    if entry.line:
        below = QRectF(words.left(), box.top() + ROW_PX - 6, words.width(), MOST_LINES * LINE_PX)
        _draw(painter, below, entry.line, entry.spans, "quiet", 12, QFont.Weight.Normal, lines=MOST_LINES)


def _draw(
    painter: QPainter,
    box: QRectF,
    text: str,
    spans: Sequence[Span],
    role: str,
    px: int,
    weight: QFont.Weight,
    *,
    lines: int = 1,
) -> None:
    """Text with its hits lit: on the ground of a selection, in the colour of text."""
    font = fonts.ui_font(px, weight)
    painter.setFont(font)
    if lines == 1:
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) + 1)
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap if lines == 1 else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats([_lit(text, span) for span in spans if span[1] <= len(text)])
    height = _lay_out(layout, box.width(), lines)
    painter.setPen(QColor(getattr(tokens(), role)))
    layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - height) / 2 if lines == 1 else box.top()))


def _lay_out(layout: QTextLayout, width: float, lines: int) -> float:
    """At most so many lines; their height."""
    layout.beginLayout()
    height = 0.0
    for _ in range(lines):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += LINE_PX if lines > 1 else line.height()
    layout.endLayout()
    return height


def _lit(text: str, span: Span) -> QTextLayout.FormatRange:
    made, style = QTextLayout.FormatRange(), QTextCharFormat()
    style.setBackground(QColor(tokens().selection))
    style.setForeground(QColor(tokens().text))
    first, last = (len(text[:place].encode("utf-16-le", "surrogatepass")) // 2 for place in span)
    made.start, made.length, made.format = first, last - first, style
    return made


def _height(entry: Entry, width: int) -> int:
    """In a list `width` wide: the line below the title may need two lines."""
    if entry.kind == "heading":
        return HEADING_PX
    if not entry.line:
        return ROW_PX
    lines = 1 if _width(entry.line, 12) <= width - 2 * 18 - ICON_PX - 10 else MOST_LINES
    return ROW_PX + lines * LINE_PX - 2


def _width(text: str, px: int) -> float:
    return QFontMetricsF(fonts.ui_font(px)).horizontalAdvance(text) + 1
