"""No word is cut off: every page, in both languages, in a window as small as a screen at 150 % leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QSizePolicy, QWidget
from pytestqt.qtbot import QtBot

from app.catalog.index import load_catalog
from app.config import language
from app.fit.plan import advise
from app.ui.pages.page import Page
from app.ui.sample_computer import SAMPLE_MACHINE
from app.ui.widgets.labels import ElidedLabel
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

PAGES = (
    *("start", "chat", "library", "settings", "computer", "sets", "presets", "keys", "about"),
    *("vault", "bin", "performance", "benchmark"),
)
SIZE = (900, 640)  # a window on a laptop at 150 %; where it fits here it fits in a larger one
SLACK_PX = 1


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script("Yes."))
    guide = made.window.guide
    guide.machine = SAMPLE_MACHINE
    monkeypatch.setattr(guide, "ask", lambda: None)
    monkeypatch.setattr(guide, "look", lambda: None)
    yield made
    made.close()
    language.speak("en")


def cut_off(window: QWidget) -> list[str]:
    """The words of buttons and labels that are seen and have too little room."""
    found = []
    for button in window.findChildren(QAbstractButton):
        free = button.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored  # it shortens itself
        if button.text() and button.isVisible() and not free:
            needed = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
            if needed > button.width() + SLACK_PX or button.minimumSizeHint().height() > button.height() + SLACK_PX:
                found.append(f"button {button.text()!r}: {needed} in {button.width()}")
    for words in window.findChildren(QLabel):
        if not words.text() or not words.isVisible() or isinstance(words, ElidedLabel):
            continue
        if words.wordWrap():
            needed, room = words.heightForWidth(words.width()), words.height()
        else:
            needed, room = words.sizeHint().width(), words.width()
        if needed > room + SLACK_PX:
            found.append(f"label {words.text()!r}: {needed} in {room}")
    return found


@pytest.mark.parametrize("tongue", ["en", "zh_CN"])
def test_no_word_is_cut_off(studio: Studio, tongue: str) -> None:
    window, found = studio.window, []
    studio.desk.change_settings(language=tongue)
    window.guide.advice = advise(SAMPLE_MACHINE, load_catalog(Path("nowhere")).candidates())
    window.guide.changed.emit()
    window.resize(*SIZE)
    for page in PAGES:
        window.show_page(page)
        for _ in range(3):
            QApplication.processEvents()
        found += [f"{tongue} {page}: {what}" for what in cut_off(window)]
        shown = window.pages[page]
        if isinstance(shown, Page) and shown.widget().width() > shown.viewport().width():  # type: ignore[union-attr]
            found.append(f"{tongue} {page}: wider than its place")
    window.resize(1440, 900)
    window.show_page("chat")
    window.modelbar.inspector.setChecked(True)
    for tab in ("performance", "parameters"):
        window.inspector.show_tab(tab)
        QApplication.processEvents()
        found += [f"{tongue} {tab}: {what}" for what in cut_off(window.inspector)]
    assert not found, "\n".join(found)


def test_a_word_that_is_cut_off_would_be_found(qtbot: QtBot) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    words = QLabel("A sentence that is longer than its place", ground)
    words.setGeometry(0, 0, 40, 20)
    words.setAlignment(Qt.AlignmentFlag.AlignLeft)
    ground.show()
    assert len(cut_off(ground)) == 1
