"""The last answers as a table that can be sorted by every column; Enter or a double click opens the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from app.core.dates import clock_words, date_words
from app.core.units import format_duration, format_tokens
from app.core.words import say
from app.session.receipt import speed_words
from app.store.figures import AnswerFigures
from app.ui.words import model_name

SORTED = int(Qt.ItemDataRole.UserRole)
ROW_PX = 30
HEIGHT_PX = 420
CHAT, LEAST_NAME_PX = 1, 140
_LOOK = """
QTableView::item { padding: 0 5px; }
QHeaderView::section { padding: 6px 8px; }
QHeaderView::down-arrow, QHeaderView::up-arrow { width: 0; height: 0; image: none; }
"""
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    """`words` is what is shown, `value` what is sorted by."""

    name: str
    words: Callable[[AnswerFigures], str]
    value: Callable[[AnswerFigures], Any]
    meaning: str = ""
    is_text: bool = False


def columns() -> tuple[Column, ...]:
    """In the language spoken now."""
    return (
        Column(say("Time"), lambda one: _moment(one.at_s), lambda one: one.at_s),
        Column(say("Chat"), lambda one: one.title or "–", lambda one: one.title.lower(), is_text=True),
        Column(say("First token"), lambda one: _or_dash(one.ttft_s, format_duration), lambda one: one.ttft_s),
        Column(
            say("Read/s"),
            lambda one: _or_dash(one.prefill_tok_s, speed_words),
            lambda one: one.prefill_tok_s,
            say("Tokens of the prompt read a second"),
        ),
        Column(
            say("Written/s"),
            lambda one: _or_dash(one.decode_tok_s, speed_words),
            lambda one: one.decode_tok_s,
            say("Tokens of the answer written a second"),
        ),
        Column(
            say("Drafts"),
            _draft_words,
            lambda one: one.accepted_tokens / one.drafted_tokens if one.drafted_tokens else -1.0,
            say("Drafted tokens that were accepted, and how much faster that made the answer"),
        ),
        Column(
            say("Context"),
            lambda one: format_tokens(one.depth_tokens),
            lambda one: one.depth_tokens,
            say("Tokens in the context at the end of the answer"),
        ),
        Column(say("Model"), lambda one: model_name(one.model), lambda one: one.model.lower(), is_text=True),
    )


class _Rows(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = columns()
        self.answers: list[AnswerFigures] = []

    def show(self, answers: Sequence[AnswerFigures]) -> None:
        self.beginResetModel()
        self.answers = list(answers)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.answers)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        answer, column = self.answers[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.words(answer)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{column.name}: {column.words(answer)}"
            case Qt.ItemDataRole.ToolTipRole:
                return column.words(answer) if column.is_text else ""
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignLeft if column.is_text else Qt.AlignmentFlag.AlignRight
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return column.value(answer) if role == SORTED else None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.name
            case Qt.ItemDataRole.ToolTipRole:
                return column.meaning
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignLeft if column.is_text else Qt.AlignmentFlag.AlignRight
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class _Sorted(QSortFilterProxyModel):
    """The arrow stands in the words: where figures are aligned right, the header's own lies on them."""

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = super().headerData(section, way, role)
        if role == Qt.ItemDataRole.DisplayRole and section == self.sortColumn():
            return f"{found} {'↓' if self.sortOrder() == Qt.SortOrder.DescendingOrder else '↑'}"
        return found


class AnswerTable(QTableView):
    """`answer_wanted(chat_id, message_id)` asks for an answer to be opened."""

    answer_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _Rows(self)
        sorted_rows = _Sorted(self)
        sorted_rows.setSourceModel(self._rows)
        sorted_rows.setSortRole(SORTED)
        self.setModel(sorted_rows)
        self.setAccessibleName(say("The last answers"))
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMinimumHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setStyleSheet(_LOOK)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(CHAT, QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(48)
        self.doubleClicked.connect(self._open)

    @property
    def answers(self) -> list[AnswerFigures]:
        return self._rows.answers

    def show_answers(self, answers: Sequence[AnswerFigures]) -> None:
        self._rows.show(answers)
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """The names of the chats take what the figures leave, and never so little that they say nothing."""
        header = self.horizontalHeader()
        others = sum(header.sectionSizeHint(one) for one in range(header.count()) if one != CHAT)
        others = max(others, sum(self.columnWidth(one) for one in range(header.count()) if one != CHAT))
        header.resizeSection(CHAT, max(LEAST_NAME_PX, self.viewport().width() - others))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens what is chosen."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        model = self.model()
        assert isinstance(model, QSortFilterProxyModel)
        answer = self._rows.answers[model.mapToSource(index).row()]
        self.answer_wanted.emit(answer.chat_id, answer.message_id)


def _moment(at_s: float) -> str:
    """Today the time is enough."""
    then, now = time.localtime(at_s), time.localtime()
    return clock_words(at_s) if then[:3] == now[:3] else date_words(at_s)


def _or_dash(value: float, words: Callable[[float], str]) -> str:
    return words(value) if value > 0 else "–"


def _draft_words(one: AnswerFigures) -> str:
    if not one.drafted_tokens:
        return "–"
    gain = f" · {one.gain:.1f}×" if one.gain >= 1.05 else ""
    return f"{one.accepted_tokens:,}/{one.drafted_tokens:,}{gain}"
