"""What the conversation costs the GUI thread: streaming a long answer, opening a long chat.

Run it alone: `QT_QPA_PLATFORM=offscreen python tests/bench/gui.py [--json]`, or under Xvfb for real painting.
A cost is CPU time of this thread between two flushes: parse, edit, layout and paint. On a machine that others use it
doubles easily, so each text is told with a yardstick: what a fixed piece of the same kind of work cost meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_NO_GLIB"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication

from app.ui.chat.view import ChatView
from app.ui.fonts import install_fonts
from app.ui.formulas.maker import formulas
from app.ui.markdown.highlighter import warm_up
from app.ui.markdown.tokens import parse
from app.ui.theme import theme
from tests.bench.gui_texts import cut_tokens, write_answer, write_chat, write_hard_cases

TOKENS_A_FLUSH = 4


def measure_stream(view: ChatView, pieces: list[str]) -> dict[str, float]:
    """Stream `pieces` and report milliseconds a flush."""
    app = QApplication.instance()
    assert app is not None
    view.begin_answer()
    app.processEvents()
    costs: list[float] = []
    for start in range(0, len(pieces), TOKENS_A_FLUSH):
        began = time.thread_time()
        view.append("answer", "".join(pieces[start : start + TOKENS_A_FLUSH]), TOKENS_A_FLUSH)
        view.flush()
        app.processEvents()
        costs.append(1000 * (time.thread_time() - began))
    began = time.thread_time()
    view.finish_answer("Read nothing")
    app.processEvents()
    end_ms = 1000 * (time.thread_time() - began)
    quarter = len(costs) // 4
    first, last = costs[1:quarter], costs[-quarter:]
    return {
        "flushes": len(costs),
        "mean_ms": statistics.mean(costs),
        "p99_ms": percentile(costs, 0.99),
        "most_ms": max(costs),
        "first_quarter_mean_ms": statistics.mean(first),
        "first_quarter_p99_ms": percentile(first, 0.99),
        "last_quarter_mean_ms": statistics.mean(last),
        "first_hundred_mean_ms": statistics.mean(costs[2:102]),
        "last_hundred_mean_ms": statistics.mean(costs[-100:]),
        "last_quarter_p99_ms": percentile(last, 0.99),
        "end_ms": end_ms,
    }


def measure_scroll(view: ChatView, steps: int = 300) -> dict[str, float]:
    """Milliseconds for a step of 60 px up from the end, and for a jump to anywhere; idle time passes between.

    After a jump rows are built in several turns of the event loop, each with its own painting.
    """
    app = QApplication.instance()
    assert app is not None
    bar, rng = view.verticalScrollBar(), random.Random(3)
    walk, jumps, turns = [], [], []
    for _ in range(steps):
        walk.append(_timed(lambda: bar.setValue(bar.value() - 60)))
        wait(12)
    for _ in range(40):
        frames = _frames(view, lambda: bar.setValue(rng.randint(0, bar.maximum())))
        turns += frames
        jumps.append(sum(frames))
        wait(30)
    return {
        "step_mean_ms": statistics.mean(walk),
        "step_p99_ms": percentile(walk, 0.99),
        "step_most_ms": max(walk),
        "jump_mean_ms": statistics.mean(jumps),
        "jump_most_ms": max(jumps),
        "jump_turn_mean_ms": statistics.mean(turns),
        "jump_turn_p90_ms": percentile(turns, 0.9),
        "jump_turn_most_ms": max(turns),
    }


def _frames(view: ChatView, act: Callable[[], object]) -> list[float]:
    """CPU milliseconds of every turn until all rows in sight are there: what came, was built and was painted."""
    app = QApplication.instance()
    assert app is not None
    frames: list[float] = []
    while True:
        began = time.thread_time()
        if frames:
            app.processEvents()
        else:
            act()
        QCoreApplication.sendPostedEvents()
        cost = 1000 * (time.thread_time() - began)
        if cost > 0.2:  # an empty turn
            frames.append(cost)
        if view.is_settled:
            return frames


def measure_open(view: ChatView, count: int) -> float:
    """CPU milliseconds until a chat of `count` messages stands on the screen."""
    items = write_chat(count)
    return _timed(lambda: view.set_messages(items))


def yardstick_ms() -> float:
    """CPU milliseconds of a fixed piece of work: a page read as Markdown, laid out and painted; the middle of nine."""
    text = "".join(write_answer(900, 7))
    costs = []
    for _ in range(9):
        document = QTextDocument()
        began = time.thread_time()
        parse(text)
        document.setPlainText(text)
        document.setTextWidth(760)
        picture = QImage(760, 800, QImage.Format.Format_RGB32)
        painter = QPainter(picture)
        document.drawContents(painter)
        painter.end()
        costs.append(1000 * (time.thread_time() - began))
    return statistics.median(costs)


def _timed(act: Callable[[], object]) -> float:
    """CPU milliseconds of this thread for `act` and the painting that follows."""
    app = QApplication.instance()
    assert app is not None
    began = time.thread_time()
    act()
    app.processEvents()
    return 1000 * (time.thread_time() - began)


def wait(ms: int) -> None:
    """Let time pass, as between two frames."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def percentile(costs: list[float], share: float) -> float:
    """The cost that `share` of all stay under."""
    return sorted(costs)[min(len(costs) - 1, int(len(costs) * share))]


def make_view() -> ChatView:
    """A view on the screen, dressed, everything that is slow at first use done."""
    install_fonts()
    theme().choose("dark")
    warm_up()
    formulas().start()
    view = ChatView()
    view.resize(900, 860)
    view.show()
    measure_open(view, 12)
    measure_stream(view, write_answer(200))
    return view


def run() -> dict[str, object]:
    """All measurements."""
    app = QApplication.instance() or QApplication([])
    view = make_view()
    report: dict[str, object] = {"platform": QApplication.platformName(), "load": os.getloadavg()[0]}
    report["yardstick_ms"] = yardstick_ms()
    report["open_300_ms"] = measure_open(view, 300)
    report["stream_4000"] = measure_stream(view, write_answer(4000))
    report["open_2000_ms"] = measure_open(view, 2000)
    report["scroll_2000"] = measure_scroll(view)
    long = measure_stream(view, write_answer(8000))
    report["stream_8000"] = long
    report["ratio_end_to_start"] = long["last_quarter_mean_ms"] / long["first_quarter_mean_ms"]
    report["ratio_token_8000_to_token_10"] = long["last_hundred_mean_ms"] / long["first_hundred_mean_ms"]
    view.close()
    formulas().stop()
    app.processEvents()
    return report


def run_hard() -> dict[str, object]:
    """Each hard text in a chat of its own."""
    app = QApplication.instance() or QApplication([])
    view = make_view()
    report: dict[str, object] = {"platform": QApplication.platformName(), "load": os.getloadavg()[0]}
    for name, text in write_hard_cases().items():
        measure_open(view, 12)
        before = yardstick_ms()
        costs = measure_stream(view, cut_tokens(text))
        report[name] = costs | {"yardstick_ms": (before + yardstick_ms()) / 2}
    view.close()
    formulas().stop()
    app.processEvents()
    return report


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hard", action="store_true", help="the texts that are hard to lay out")
    arguments.add_argument("--json", action="store_true", help="one JSON object")
    wanted = arguments.parse_args()
    report = run_hard() if wanted.hard else run()
    if wanted.json:
        print(json.dumps(report))
        return
    for name, value in report.items():
        shown = ", ".join(f"{k} {v:.2f}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"{name}: {shown}")


if __name__ == "__main__":
    main()
