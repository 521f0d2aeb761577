"""What the conversation costs the GUI thread: streaming a long answer, opening a long chat.

Run it alone: `QT_QPA_PLATFORM=offscreen python tests/bench/gui.py [--json]`, or under Xvfb for real painting.
A cost is CPU time of this thread between two flushes: parse, edit, layout and paint. Trust ratios before milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_NO_GLIB"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QApplication

from app.ui.chat.message import MessageItem
from app.ui.chat.view import ChatView
from app.ui.fonts import install_fonts
from app.ui.markdown.highlighter import warm_up
from app.ui.theme import theme

TOKENS_A_FLUSH = 4
_TOKEN = re.compile(r"[一-鿿]{1,2}|\n+| ?[A-Za-z]{1,6}| ?\d{1,3}| +|[^\sA-Za-z0-9一-鿿]{1,2}")
_ENGLISH = (
    "The scheduler hands the GPU one batch at a time. When the **key-value cache** grows past its limit, the oldest "
    "sequences are *evicted* and computed again later, which costs `prefill` time but never correctness. "
)
_CHINESE = "本地模型的速度主要受显存带宽限制，而不是算力。每生成一个 token，都要把权重从显存读一遍。**量化** 可以提速。"
_CODE = """```python
def scale(x: float, *, eps: float = 1e-5) -> float:
    # keep it finite
    return x / (x + eps)
```"""
_TABLE = """| Quantization | GB | tok/s |
|:--|--:|--:|
| Q8_0 | 34.8 | 41.2 |
| Q4_K_M | 19.8 | 62.0 |
| Q3_K_M | 16.0 | 70.1 |"""
_LIST = """1. Load the weights
2. Allocate the cache:
   - one slab a layer
   - see [the paper](https://example.org)
3. 预热一次"""
_QUOTE = "> Figures from a shared machine are only good for ratios.\n> 共享机器只能看比例。"


def write_answer(count: int, seed: int = 1) -> list[str]:
    """An answer of `count` tokens with every kind of block, always the same for a seed."""
    rng = random.Random(seed)
    pieces: list[str] = []
    section = 0
    while len(pieces) < count:
        kinds = (_CODE, _TABLE, _LIST, _QUOTE, "$$\nE = mc^2\n$$")
        prose = rng.choice((_ENGLISH, _CHINESE)) * rng.randint(1, 3)
        text = f"## {section}. Memory and speed\n\n{prose}\n\n{kinds[section % len(kinds)]}\n\n{_ENGLISH}\n\n"
        pieces += _TOKEN.findall(text)
        section += 1
    return pieces[:count]


def write_chat(count: int) -> list[MessageItem]:
    """A conversation of `count` messages."""
    rng = random.Random(2)
    answers = ["".join(write_answer(rng.randint(80, 400), seed)) for seed in range(12)]
    return [
        MessageItem("assistant", rng.choice(answers)) if i % 2 else MessageItem("user", "请解释一下量化的影响。")
        for i in range(count)
    ]


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
    view.finish_answer("Read nothing")
    app.processEvents()
    quarter = len(costs) // 4
    first, last = costs[1:quarter], costs[-quarter:]
    return {
        "flushes": len(costs),
        "mean_ms": statistics.mean(costs),
        "p99_ms": sorted(costs)[int(len(costs) * 0.99)],
        "first_quarter_mean_ms": statistics.mean(first),
        "first_quarter_p99_ms": sorted(first)[int(len(first) * 0.99)],
        "last_quarter_mean_ms": statistics.mean(last),
        "first_hundred_mean_ms": statistics.mean(costs[2:102]),
        "last_hundred_mean_ms": statistics.mean(costs[-100:]),
        "last_quarter_p99_ms": sorted(last)[int(len(last) * 0.99)],
    }


def measure_open(view: ChatView, count: int) -> float:
    """CPU milliseconds until a chat of `count` messages stands on the screen."""
    app = QApplication.instance()
    assert app is not None
    items = write_chat(count)
    began = time.thread_time()
    view.set_messages(items)
    app.processEvents()
    return 1000 * (time.thread_time() - began)


def make_view() -> ChatView:
    """A view on the screen, dressed, everything that is slow at first use done."""
    install_fonts()
    theme().choose("dark")
    warm_up()
    view = ChatView()
    view.resize(900, 860)
    view.show()
    measure_open(view, 12)
    measure_stream(view, write_answer(200))
    return view


def run() -> dict[str, object]:
    """All measurements."""
    _app = QApplication.instance() or QApplication([])
    view = make_view()
    report: dict[str, object] = {"platform": QApplication.platformName(), "load": os.getloadavg()[0]}
    report["open_300_ms"] = measure_open(view, 300)
    report["stream_4000"] = measure_stream(view, write_answer(4000))
    report["open_2000_ms"] = measure_open(view, 2000)
    long = measure_stream(view, write_answer(8000))
    report["stream_8000"] = long
    report["ratio_end_to_start"] = long["last_quarter_mean_ms"] / long["first_quarter_mean_ms"]
    report["ratio_token_8000_to_token_10"] = long["last_hundred_mean_ms"] / long["first_hundred_mean_ms"]
    view.close()
    return report


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object")
    wanted = arguments.parse_args()
    report = run()
    if wanted.json:
        print(json.dumps(report))
        return
    for name, value in report.items():
        shown = ", ".join(f"{k} {v:.2f}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"{name}: {shown}")


if __name__ == "__main__":
    main()
