"""The performance panel, well and in trouble; the answers in figures; the benchmark."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.perf.meter import Figures
from app.session.benchbook import BenchPoint, BenchResult
from app.session.demo import demo_document_path
from app.store.figures import AnswerFigures
from app.ui.pages.performance import PerformancePage

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio

HOUR_S, LAST_S = 3600, 180
_DAY_S = 86_400.0


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("5-performance", lambda: performance(studio)),
        ("5b-alarms", lambda: alarms(studio)),
        ("5c-answers-in-figures", lambda: answers(studio)),
        ("5d-benchmark", lambda: benchmark(studio)),
        ("5e-documents", lambda: documents(studio)),
    ]


def performance(studio: Studio) -> None:
    """An hour has passed; an answer is being written."""
    window, desk = studio.window, studio.desk
    if not desk.engine.state.has_model:
        studio.load()
    window.show_page("chat")
    first = window.conversation.chats[0].id
    window.conversation.open_chat(first)
    window.inspector.show_tab("performance")
    desk.monitor.flow = studio.telemetry.flow
    studio.telemetry.play(seconds=HOUR_S, step_s=5)
    window.modelbar.inspector.setChecked(True)
    studio.telemetry.play(seconds=LAST_S)
    window.inspector.answer.show_figures(
        Figures(8.2, 0.81, 46.8, 326, 1_912, 1_912, 1_024, 1.0, 2_410.0, 0.0, 96, 71, 1.4)
    )
    studio.wait(lambda: window.conversation.chat_id == first)


def alarms(studio: Studio) -> None:
    """The card is full and hot, and answers are slow."""
    studio.telemetry.gpu = {
        "throttle": ("heat", "power"),
        "temperature_c": 88.0,
        "used_bytes": 25_500_000_000,
        "shared_bytes": 2 << 30,
        "clock_mhz": 1410.0,
        "process_bytes": 22 << 30,
    }
    studio.telemetry.flow.slowness = 0.4
    studio.telemetry.play(seconds=50)


def answers(studio: Studio) -> None:
    """Some answers of these days."""
    studio.telemetry.gpu, studio.telemetry.flow.slowness = {}, 1.0
    studio.telemetry.play(seconds=40)
    window = studio.window
    window.modelbar.inspector.setChecked(False)
    window.show_page("performance")
    page = window.pages["performance"]
    assert isinstance(page, PerformancePage)
    studio.wait(lambda: bool(page.table.answers))  # those of the pictures are read first
    titles, now_s = [chat.title for chat in window.conversation.chats], time.time()
    page.show_answers([_answer(number, titles[number % len(titles)], now_s - 400 * number) for number in range(40)])


def benchmark(studio: Studio) -> None:
    """Two runs, a driver apart."""
    now_s, benching = time.time(), studio.window.figuring.benching
    for at_s, driver, share in ((now_s - 9 * _DAY_S, "565.57.01", 0.93), (now_s - 3600, "570.86.15", 1.0)):
        benching.restore(_result(at_s, driver, share, studio.desk.engine.state.path))
    studio.wait(lambda: len(benching.results) == 2)
    studio.window.show_page("benchmark")


def documents(studio: Studio) -> None:
    """One in the message, one sent before."""
    window = studio.window
    window.new_chat()
    window.show_page("chat")
    window.conversation.add_files([demo_document_path()])
    studio.wait(lambda: bool(window.conversation.documents))
    window.conversation.ask(studio.talk.file_question, thinking=False)
    studio.wait(lambda: not window.conversation.is_running)
    window.conversation.add_files([demo_document_path()])
    studio.wait(lambda: bool(window.conversation.documents))
    window.inspector.show_tab("documents")
    window.modelbar.inspector.setChecked(True)


def _result(at_s: float, driver: str, share: float, path: str) -> BenchResult:
    depths = (512, 2_048, 4_096, 8_192, 16_384, 24_576, 32_768)
    points = tuple(
        BenchPoint(depth, depth, 64, 2600 * share / (1 + depth / 40_000), speed, 0.4, 1.0, speed / share * 1.02)
        for depth in depths
        for speed in (1000 * share / (21.4 + depth * 0.00021),)
    )
    return BenchResult(
        at_s, path, "qwen3 32B", 35_840, "q8_0", "GeForce RTX 4090", driver, "llama.cpp b6700", "0.6.0", points
    )


def _answer(number: int, title: str, at_s: float) -> AnswerFigures:
    """The deeper the context, the slower."""
    depth = 600 + 731 * (number * 7 % 40)
    drafted = 0 if number % 3 else 40 + 31 * (number % 11)
    first_s, read, write = 0.3 + depth / 2_400, 2_410 - depth / 60, 46.5 - depth / 3_000
    path, tokens = "/models/Qwen3-32B-Q4_K_M.gguf", 180 + 37 * (number % 9)
    drafts = (drafted, int(drafted * 0.8), 1.7 if drafted else 1.0)
    return AnswerFigures(
        number, 1, title, at_s, "complete", path, first_s, read, write, tokens, depth // 2, depth, *drafts
    )
