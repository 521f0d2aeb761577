"""The preview beside the chat: what is ticked there is what is sent, and what is known before it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.units import format_gib
from app.ui.preview.leaf_list import LeafList
from app.ui.preview.panel import PreviewPanel
from app.ui.sample_computer import SAMPLE_MACHINE
from app.ui.sample_documents import sample_documents
from app.ui.widgets.chip import FileChip
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio, drop
from tests.unit.ingest.locking import locked_pdf

Open = Callable[..., Studio]
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    monkeypatch.setattr("app.session.planning.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one(script: Script | None = None, *, load: bool = True) -> Studio:
        studios.append(Studio(tmp_path / "home", qtbot, script))
        if load:
            studios[-1].load()
        return studios[-1]

    yield open_one
    for studio in studios:
        studio.close()


def document(name: str, pages: int, tokens: int = 10) -> Document:
    text = tuple(Page(number, f"{name} page {number}", tokens) for number in range(1, pages + 1))
    return Document(f"/files/{name}", name, "text", name, text)


def preview_of(studio: Studio, *documents: Document) -> PreviewPanel:
    studio.window.conversation.rearrange(documents)
    studio.window.toggle_preview()
    return studio.window.frame.preview


def click_box(studio: Studio, leaves: LeafList, row: int, keys: Qt.KeyboardModifier | None = None) -> None:
    place = leaves.visualRect(leaves.rows.index(row))
    point = QPoint(20, place.center().y())
    studio.qtbot.mouseClick(leaves.viewport(), Qt.MouseButton.LeftButton, keys or Qt.KeyboardModifier(0), point)


def sent_pages(studio: Studio) -> list[list[int]]:
    return [[page.number for page in one.sent] for one in studio.window.conversation.documents]


def test_chip_opens_its_document_by_click_and_by_enter(open_studio: Open) -> None:
    studio = open_studio()
    studio.window.conversation.rearrange([document("a.txt", 2), document("b.txt", 3)])
    chips = studio.window.chat.composer.findChildren(FileChip)
    studio.qtbot.mouseClick(chips[1], Qt.MouseButton.LeftButton)
    panel = studio.window.frame.preview
    assert panel.isVisible()
    assert panel.page_text.text.toPlainText() == "[D2 p.1]\nb.txt page 1"
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    chips[0].setFocus()
    studio.qtbot.keyClick(chips[0], Qt.Key.Key_Return)
    assert panel.page_text.text.toPlainText() == "[D1 p.1]\na.txt page 1"


def test_pages_ticked_off_are_not_sent_and_the_chip_says_so(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    panel = preview_of(studio, document("a.txt", 12))
    click_box(studio, panel.pages, 2)
    click_box(studio, panel.pages, 6, SHIFT)
    assert sent_pages(studio) == [[1, 2, 8, 9, 10, 11, 12]]
    assert panel.leafing.number == 1, "ticking does not turn the page"
    assert studio.window.chat.composer.files[0].sent_pages == 7
    chip = studio.window.chat.composer.findChildren(FileChip)[0]
    assert "7 of 12 pages" in chip.accessibleName()
    studio.ask("Which?")
    sent = studio.engine.links[0].generated[-1].turns[-1].content
    assert "pages 1-2, 8-12 of 12" in sent
    assert "a.txt page 3" not in sent
    assert panel.isVisible()
    assert not panel.leafing.is_editable, "what was sent is only to be read"
    assert not panel.all.isVisible()


def test_space_ticks_and_alt_moves_by_the_keys_alone(open_studio: Open) -> None:
    studio = open_studio()
    panel = preview_of(studio, document("a.txt", 3), document("b.txt", 2))
    panel.documents.setFocus()
    studio.qtbot.keyClick(panel.documents, Qt.Key.Key_Down, ALT)
    assert [one.name for one in studio.window.conversation.documents] == ["b.txt", "a.txt"]
    assert panel.leafing.document is not None
    assert panel.leafing.document.name == "a.txt", "the document moved stays shown"
    panel.pages.setFocus()
    studio.qtbot.keyClick(panel.pages, Qt.Key.Key_Down, ALT)
    assert sent_pages(studio) == [[1, 2], [2, 1, 3]]
    studio.qtbot.keyClick(panel.pages, Qt.Key.Key_Space)
    assert sent_pages(studio) == [[1, 2], [2, 3]]
    panel.documents.setFocus()
    studio.qtbot.keyClick(panel.documents, Qt.Key.Key_Space)
    assert sent_pages(studio) == [[1, 2], [1, 2, 3]], "a part becomes the whole"
    studio.qtbot.keyClick(panel.documents, Qt.Key.Key_Space)
    assert sent_pages(studio) == [[1, 2], []]


def test_document_is_dragged_to_another_place(open_studio: Open) -> None:
    studio = open_studio()
    panel = preview_of(studio, document("a.txt", 1), document("b.txt", 1), document("c.txt", 1))
    view, left = panel.documents.viewport(), Qt.MouseButton.LeftButton
    start = panel.documents.visualRect(panel.documents.rows.index(0)).center()
    end = panel.documents.visualRect(panel.documents.rows.index(2)).bottomLeft() + QPoint(80, -3)
    studio.qtbot.mousePress(view, left, pos=start)
    studio.qtbot.mouseMove(view, (start + end) / 2)
    studio.qtbot.mouseMove(view, end)
    studio.qtbot.mouseRelease(view, left, pos=end)
    assert [one.name for one in studio.window.conversation.documents] == ["b.txt", "c.txt", "a.txt"]


def test_too_long_is_said_before_sending_with_what_would_fit(open_studio: Open) -> None:
    studio = open_studio(Script(n_ctx=512))
    panel = preview_of(studio, *(document(name, 40) for name in ("a.txt", "b.txt")))
    leafing, words = panel.leafing, panel.budget.verdict
    studio.wait(lambda: leafing.weight is not None and leafing.weight.exact)
    assert leafing.weight is not None
    assert f"{leafing.weight.over_tokens:,} tokens too many" in words.text()
    assert "context of" in words.text()
    panel.budget.keep.click()
    for _ in range(5):  # the counts of pages are those of the sample, the exact ones are the engine's
        studio.wait(lambda: leafing.weight is not None and leafing.weight.exact)
        if leafing.weight.fits:
            break
        leafing.keep_what_fits()
    studio.wait(lambda: "Fits" in words.text())
    assert sum(len(pages) for pages in sent_pages(studio)) < 80
    assert not panel.budget.acts.isVisible()


def test_question_weighs_too(open_studio: Open) -> None:
    studio = open_studio()
    panel = preview_of(studio, document("a.txt", 2))
    studio.wait(lambda: panel.leafing.weight is not None and panel.leafing.weight.exact)
    assert panel.leafing.weight is not None
    before = panel.leafing.weight.prompt_tokens
    studio.window.chat.composer.set_text("word " * 50)
    studio.wait(lambda: panel.leafing.weight is not None and panel.leafing.weight.prompt_tokens > before + 40)


def test_memory_and_time_are_told(open_studio: Open) -> None:
    studio = open_studio()
    panel = preview_of(studio, document("a.txt", 2))
    studio.wait(lambda: "memory" in panel.budget.cost.text())
    assert panel.leafing.memory is not None
    assert format_gib(panel.leafing.memory.vram_bytes or panel.leafing.memory.ram_bytes) in panel.budget.cost.text()
    print(panel.budget.cost.text())


def test_flags_and_warnings_are_said_in_words(open_studio: Open) -> None:
    studio = open_studio()
    panel = preview_of(studio, *sample_documents(chinese=False))
    assert panel.documents.leaf(0).note == "2 to check"
    assert panel.documents.leaf(0).ticked is None
    spoken = [panel.pages.leaf(row).spoken() for row in (3, 4, 7, 10)]
    assert [words.split(", ")[1] for words in spoken[1:]] == ["scanned", "garbled", "empty"]
    assert spoken[0].endswith("sent")
    assert spoken[1].endswith("left out")
    panel.leafing.turn_to(0, 5)
    assert "holds no text" in panel.page_text.flaw.text()
    panel.leafing.turn_to(1)
    assert panel.page_text.warnings.words.text() == "Contains macros. They are never run."


def test_refused_file_stands_in_the_list_with_its_reason(open_studio: Open) -> None:
    studio = open_studio()
    panel = preview_of(studio, document("a.txt", 1))
    studio.window.conversation.refusals[Path("/files/b.pdf")] = CarrelError("damaged", "The file is damaged.")
    studio.window.conversation.files_changed.emit()
    assert panel.documents.leaf(1).note == "not read"
    panel.documents.setCurrentIndex(panel.documents.rows.index(1))
    assert "The file is damaged." in panel.page_text.text.toPlainText()


def test_page_of_an_earlier_message_is_shown_with_its_passage_lit(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    page = Page(1, "𝄞 Notice: four months 通知期.", 9)
    studio.window.conversation.rearrange([document("a.txt", 1), Document("/f/b", "b", "text", "b", (page,))])
    studio.ask("Which?")
    studio.wait(lambda: bool(studio.window.conversation.messages[0].documents))
    start = page.text.index("four")
    studio.window.conversation.page_wanted.emit(2, 1, start, start + 11)
    panel = studio.window.frame.preview
    studio.wait(panel.isVisible)
    assert panel.page_text.text.toPlainText().startswith("[D2 p.1]\n")
    lit = [mark.cursor.selectedText() for mark in panel.page_text.text.extraSelections()]
    assert lit == ["[D2 p.1]", "four months"]
    assert not panel.leafing.is_editable
    assert panel.budget.verdict.text().startswith("Sent with a message: all 2 pages")
    studio.window.new_chat()
    assert not panel.isVisible()


def test_narrow_window_shows_the_preview_alone_and_the_chat_again(open_studio: Open) -> None:
    studio = open_studio()
    studio.window.modelbar.inspector.setChecked(True)
    panel = preview_of(studio, document("a.txt", 1))
    assert not studio.window.inspector.isVisible(), "the inspector gives way"
    studio.window.resize(900, 700)
    studio.wait(lambda: not studio.window.chat.isVisible())
    assert panel.isVisible()
    studio.window.resize(1300, 700)
    studio.wait(studio.window.chat.isVisible)
    studio.qtbot.keyClick(panel.pages, Qt.Key.Key_Escape)
    assert studio.window.inspector.isVisible()
    assert studio.window.chat.composer.edit.hasFocus()


def test_two_thousand_pages_cost_the_window_little(open_studio: Open) -> None:
    studio = open_studio()
    pages = tuple(Page(number, f"Page {number} " + "words " * 200, 201) for number in range(1, 2_001))
    studio.window.conversation.rearrange([Document("/f/long.pdf", "long.pdf", "pdf", "l", pages)])
    before = time.thread_time()
    studio.window.toggle_preview()
    studio.window.repaint()
    opened_s = time.thread_time() - before
    panel = studio.window.frame.preview
    before = time.thread_time()
    for row in range(0, 200, 10):
        panel.leafing.turn_to(0, row + 1)
        panel.pages.repaint()
    turned_s = (time.thread_time() - before) / 20
    before = time.thread_time()
    panel.leafing.tick_pages(range(1, 1_000), ticked=False)
    ticked_s = time.thread_time() - before
    print(f"opened {1000 * opened_s:.0f} ms, turned {1000 * turned_s:.1f} ms, ticked {1000 * ticked_s:.0f} ms")
    assert opened_s < 0.5
    assert turned_s < 0.05
    assert ticked_s < 0.25


def test_locked_file_is_opened_with_a_password_typed_in_its_chip(open_studio: Open, tmp_path: Path) -> None:
    paper = tmp_path / "locked.pdf"
    paper.write_bytes(locked_pdf(b"BT /F1 24 Tf 72 700 Td (The rent is 900.) Tj ET", "open sesame"))
    studio = open_studio()
    conversation, composer = studio.window.conversation, studio.window.chat.composer
    conversation.add_files([paper])
    studio.wait(lambda: not conversation.reading, 20_000)
    chip = next(c for c in composer.findChildren(FileChip) if c.isVisible())
    assert (chip.item.state, chip.item.reason) == ("locked", "protected by a password")
    assert chip.password is not None
    for typed, state in (("wrong", "locked"), ("open sesame", "ready")):
        chip.password.setFocus()
        studio.qtbot.keyClicks(chip.password, typed)
        assert typed not in chip.password.displayText()
        studio.qtbot.keyClick(chip.password, Qt.Key.Key_Return)
        studio.wait(lambda: not conversation.reading, 20_000)
        assert chip.item.state == state
        assert (chip.password is None) == (state == "ready")
        if state == "locked":
            assert chip.item.reason == "this password does not open it"
            assert chip.password is not None
            assert chip.password.hasFocus()
    assert "The rent is 900." in conversation.documents[0].pages[0].text


@pytest.mark.parametrize("saving", [False, True])
def test_every_control_has_a_name_and_is_reached_by_tab(open_studio: Open, saving: bool) -> None:
    studio = open_studio(Script(n_ctx=512))
    panel = preview_of(studio, *sample_documents(chinese=False))
    studio.wait(panel.budget.keep.isVisible)
    if saving:
        panel.save.click()
    kinds = (QAbstractButton, QLineEdit, QTextEdit, LeafList)
    controls = [one for one in panel.findChildren(QWidget) if isinstance(one, kinds) and one.isVisible()]
    assert len(controls) > 8
    named = [one.accessibleName() or (one.text() if isinstance(one, QAbstractButton) else "") for one in controls]
    assert all(named), list(zip(controls, named, strict=True))
    assert all(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in controls)


def test_files_dropped_on_the_preview_go_into_the_message(open_studio: Open, tmp_path: Path) -> None:
    paper = tmp_path / "b.md"
    paper.write_text("# B\n", "utf-8")
    studio = open_studio()
    panel = preview_of(studio, document("a.txt", 1))
    assert drop(panel, paper)
    studio.wait(lambda: len(panel.leafing.documents) == 2, 20_000)
    assert panel.documents.leaf(1).words == "b.md"
    studio.wait(lambda: not studio.window.conversation.is_reading, 20_000)


def test_preview_speaks_the_language_chosen_while_it_is_open(open_studio: Open) -> None:
    studio = open_studio()
    preview_of(studio, document("a.txt", 3))
    studio.desk.change_settings(language="zh_CN")
    panel = studio.window.frame.preview
    studio.wait(lambda: panel.isVisible() and studio.window.chat.isVisible())
    assert panel.title.text() == "模型将读到的内容"
    assert panel.count.text() == "3 页"
    studio.desk.change_settings(language="en")
    assert studio.window.frame.preview.count.text() == "3 pages"
    studio.wait(studio.window.frame.preview.isVisible)


def test_file_under_a_question_opens_what_was_sent_of_it(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    studio.window.conversation.rearrange([document("a.txt", 1)])
    studio.ask("First?")
    part = Document("/f/b", "b.txt", "text", "b", document("b.txt", 4).pages, chosen=(3, 4))
    studio.window.conversation.rearrange([part])
    studio.ask("Second?")
    studio.wait(lambda: len(studio.window.conversation.messages) == 4)
    tags = [one for one in studio.window.findChildren(QWidget) if type(one).__name__ == "_FileTag"]
    tag = next(one for one in tags if "b.txt" in one.accessibleName())
    assert "2 of 4 pages" in tag.accessibleName()
    tag.setFocus()
    studio.qtbot.keyClick(tag, Qt.Key.Key_Return)
    panel = studio.window.frame.preview
    studio.wait(panel.isVisible)
    assert panel.page_text.text.toPlainText() == "[D2 p.3]\nb.txt page 3"
    assert [panel.pages.leaf(row).ticked for row in range(4)] == [False, False, True, True]
    assert [panel.pages.leaf(row).note for row in range(4)] == ["left out", "left out", "", ""]
    studio.window.toggle_preview()
    studio.wait(lambda: not panel.isVisible())
    studio.window.toggle_preview()
    studio.wait(panel.isVisible)
    assert panel.page_text.text.toPlainText() == "[D2 p.3]\nb.txt page 3", "nothing is attached: what was sent last"


def test_many_chips_leave_room_for_the_conversation(open_studio: Open) -> None:
    studio = open_studio()
    composer = studio.window.chat.composer
    studio.window.conversation.rearrange([document(f"{number}.txt", 1) for number in range(60)])
    chips = composer.findChildren(FileChip)
    assert len(chips) == 60
    studio.wait(lambda: composer.height() < 400)
    assert composer.edit.isVisible()
    chips[-1].setFocus(Qt.FocusReason.TabFocusReason)
    studio.window.conversation.drop_files()
    studio.wait(lambda: composer.height() < 160)
