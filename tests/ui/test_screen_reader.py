"""What a screen reader says of every page: a role and a name for each control, in both languages, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.chat.parts import FoldButton
from app.ui.roles import install_roles
from app.ui.sample_computer import SAMPLE_MACHINE
from app.ui.widgets.chip import ChipItem, FileChip
from app.ui.window import Window
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

PAGES = ("chat", "start", "library", "sets", "computer", "settings", "about", "keys", "crash", "presets", "bin")
ANSWER = "The rent is **900**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n"
SAID_BY_THE_ROLE = {
    QAccessible.Role.Button: ("button", "按钮"),
    QAccessible.Role.CheckBox: ("checkbox", "check box", "复选框"),
    QAccessible.Role.EditableText: ("field", "text box", "edit", "编辑框", "文本框"),
    QAccessible.Role.List: ("list", "列表"),
    QAccessible.Role.ComboBox: ("combo box", "drop-down", "下拉框"),
}
SILENT = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Window}
ROW_PX = 14  # controls whose middles are nearer stand in one row


@pytest.fixture(autouse=True)
def roles() -> None:
    install_roles()


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script(ANSWER, "Let me see."))
    made.load()
    made.ask("What is the rent?")
    made.window.modelbar.inspector.setChecked(True)
    made.window.resize(1440, 900)
    yield made
    made.close()


def reachable(window: QWidget) -> list[QWidget]:
    """Everything that Tab goes to, in its order."""
    chain, one = [window], window.nextInFocusChain()
    while one is not None and one is not window:
        chain.append(one)
        one = one.nextInFocusChain()
    tab = Qt.FocusPolicy.TabFocus
    taken = [one for one in chain if one.focusPolicy() & tab and one.focusProxy() is None]
    return [one for one in taken if one.isVisibleTo(window) and one.isEnabled()]


def spoken(widget: QWidget) -> tuple[QAccessible.Role, str]:
    told = QAccessible.queryAccessibleInterface(widget)
    assert told is not None, widget
    return told.role(), told.text(QAccessible.Text.Name)


def unspoken(window: QWidget, where: str) -> list[str]:
    """What Tab reaches and nobody could tell apart by ear."""
    wrong = []
    for widget in reachable(window):
        role, name = spoken(widget)
        if role in SILENT or not name.strip():
            wrong.append(f"{where}: {widget.metaObject().className()} is {role.name}, {name!r}")
        elif name.lower().endswith(SAID_BY_THE_ROLE.get(role, ("\0",))):
            wrong.append(f"{where}: {name!r} says its role twice")
    return wrong


def test_every_control_is_spoken_of_in_both_languages_and_in_reading_order(studio: Studio) -> None:
    """One walk through all pages a language: making them is what costs."""
    window, wrong = studio.window, []
    for language in ("en", "zh_CN"):
        studio.desk.change_settings(language=language)
        for page in PAGES:
            window.show_page(page)
            QApplication.processEvents()
            wrong += [*unspoken(window, page), *out_of_order(window, page)]
        window.show_page("chat")
        window.inspector.show_tab("parameters")
        wrong += unspoken(window, "parameters")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_preview_and_second_pane_are_spoken_of(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("The first page.")
    window = studio.window
    window.conversation.add_files([file])
    studio.wait(lambda: bool(window.conversation.documents), 20_000)
    wrong = unspoken(window, "chips")
    window.toggle_preview()
    studio.wait(lambda: window.leafing.is_open and window.frame.preview.isVisible())
    wrong += unspoken(window, "preview")
    window.leafing.close()
    window.open_beside()
    wrong += unspoken(window, "pane")
    assert not wrong, "\n".join(sorted(set(wrong)))


def out_of_order(window: Window, page: str) -> list[str]:
    """Where Tab jumps back."""
    wrong, order = [], reachable(window)
    for region in (window.sidebar, window.pages[page], window.inspector):
        inside = [one for one in order if region.isAncestorOf(one) and not isinstance(one, QAbstractScrollArea)]
        for before, after in pairwise(inside):
            if not _follows(before, after, window):
                wrong.append(f"{page}: {spoken(before)[1]!r} goes before {spoken(after)[1]!r}")
    return wrong


def _follows(before: QWidget, after: QWidget, window: QWidget) -> bool:
    """Below, or to the right in the same row, or the top of a column further right."""
    one, other = _middle(before, window), _middle(after, window)
    below, same_row = other.y() > one.y() + ROW_PX, abs(other.y() - one.y()) <= ROW_PX
    return below or (same_row and other.x() >= one.x()) or other.x() > one.x() + before.width() / 2


def _middle(widget: QWidget, window: QWidget) -> QPoint:
    return widget.mapTo(window, widget.rect().center())


def test_a_fold_is_open_or_closed_and_a_chip_can_be_pressed(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    fold, chip = FoldButton(holder), FileChip(ChipItem("a.txt", "a.txt"), holder)
    opened: list[str] = []
    chip.opened.connect(opened.append)
    for widget in (fold, chip):
        told = QAccessible.queryAccessibleInterface(widget)
        assert told is not None
        assert told.role() is QAccessible.Role.Button
        assert fold.isChecked() or told.state().collapsed or widget is chip
        actions = told.actionInterface()
        assert actions is not None
        actions.doAction(actions.actionNames()[0])
    told = QAccessible.queryAccessibleInterface(fold)
    assert told is not None
    assert told.state().expanded
    assert not told.state().collapsed
    assert opened == ["a.txt"]
