"""How long from a click on a long chat until it is read: the store, the window and the first painted frame.

`QT_QPA_PLATFORM=offscreen python tests/bench/opening.py [--messages 2000]`: wall-clock and CPU time of the GUI thread,
through the real window over a scripted engine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEventLoop, QTimer

from app.ui.app import make_application
from app.ui.bridge import QtPost
from app.ui.sample_computer import SampleTelemetry
from app.ui.window import Window, warm_up
from tests.bench.gui_texts import write_chat
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

PATIENTLY = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
"""As the program waits. Asking over and over would keep the database's thread from running."""


def write_into(store: Any, count: int) -> int:
    """A chat of `count` messages, one after another; its id."""
    chat = store.create_chat("A long chat")
    parent = None
    for item in write_chat(count):
        parent = store.add_message(chat.id, parent, item.role, item.text).id
    return int(chat.id)


def spin(ms: int) -> None:
    """Let the window work."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def open_through_window(count: int, times: int) -> list[tuple[float, float]]:
    """(wall milliseconds, GUI thread's CPU milliseconds) of each opening."""
    app = make_application(["bench"])
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        post = QtPost()
        desk = make_desk(Path(folder), post.post, ScriptedEngine(Script()))
        ids: list[int] = []
        desk.store.ask(lambda store: write_into(store, count), ids.append)
        while not ids:
            spin(50)
        stand_in: Any = SampleTelemetry()
        window = Window(desk, stand_in)
        window.resize(1300, 860)
        window.show()
        spin(800)
        found = []
        for _ in range(times):
            window.conversation.new_chat()
            spin(400)
            began, cpu = time.perf_counter(), time.thread_time()
            window.conversation.open_chat(ids[0])
            while window.chat.view.count < count:
                app.processEvents(PATIENTLY)
            app.processEvents()
            found.append((1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - cpu)))
        window.close()
        desk.close()
    return found


def main() -> None:
    """Print every opening."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=2000)
    arguments.add_argument("--times", type=int, default=4)
    wanted = arguments.parse_args()
    print(f"load: {os.getloadavg()[0]:.1f}")
    for wall_ms, cpu_ms in open_through_window(wanted.messages, wanted.times):
        print(f"{wanted.messages} messages: {wall_ms:.0f} ms, of which the GUI thread worked {cpu_ms:.0f} ms")


if __name__ == "__main__":
    main()
