"""Paper is made beside the window."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.ui.printing import make_printer


def test_a_long_chat_is_printed_in_a_thread_without_a_word_of_qt(qtbot: QtBot, tmp_path: Path, qtlog: object) -> None:
    printer = make_printer()
    html = "".join(f"<p>{number} {'word ' * 40}</p>" for number in range(250))
    with ThreadPoolExecutor(1) as thread:
        thread.submit(printer.print_pdf, html, "Long", tmp_path / "long.pdf").result(60)
    assert (tmp_path / "long.pdf").read_bytes().startswith(b"%PDF")
    assert [one.message for one in qtlog.records] == []  # type: ignore[attr-defined]
