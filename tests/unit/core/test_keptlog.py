"""What a child said last is on disk, and never more than two files of it."""

from __future__ import annotations

import queue
import sys
import threading
from pathlib import Path

from app.core.child import Child, Exit
from app.core.keptlog import KeptLog


def test_lines_are_there_at_once_with_their_time(tmp_path: Path) -> None:
    log = KeptLog(tmp_path / "engine.log")
    log.add("ggml: 内存不足")
    [file] = log.files
    line = file.read_text("utf-8")
    assert line.endswith(" ggml: 内存不足\n")
    assert line[:2] == "20"


def test_it_never_grows_beyond_its_bound_and_keeps_the_last(tmp_path: Path) -> None:
    log = KeptLog(tmp_path / "engine.log", limit_bytes=1000)
    for number in range(500):
        log.add(f"line {number}")
    text = "".join(file.read_text("utf-8") for file in log.files)
    assert text.endswith("line 499\n")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 2200
    assert len(list(tmp_path.iterdir())) <= 2


def test_one_line_cannot_fill_the_disk(tmp_path: Path) -> None:
    log = KeptLog(tmp_path / "engine.log")
    log.add("x" * 10_000_000)
    assert log.file.stat().st_size < 5000


def test_threads_do_not_tear_lines(tmp_path: Path) -> None:
    log = KeptLog(tmp_path / "engine.log")

    def write() -> None:
        for _ in range(100):
            log.add("whole line")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = log.file.read_text("utf-8").splitlines()
    assert len(lines) == 400
    assert all(line.endswith(" whole line") for line in lines)


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path) -> None:
    KeptLog(tmp_path / "nowhere" / "engine.log").add("lost")


def test_what_a_child_says_before_it_dies_is_kept(tmp_path: Path) -> None:
    log = KeptLog(tmp_path / "engine.log")
    exits: queue.SimpleQueue[Exit] = queue.SimpleQueue()
    script = "import os, sys; print('CUDA error: out of memory', file=sys.stderr, flush=True); os.abort()"
    Child([sys.executable, "-c", script], lambda _: None, exits.put, on_stderr=log.add)
    assert exits.get(timeout=10).code != 0
    assert "CUDA error: out of memory" in log.file.read_text("utf-8")
