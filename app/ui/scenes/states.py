"""What is seen between the steps: no card, no model yet, downloads in every state, answers that failed, empty pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.catalog.index import load_catalog
from app.catalog.local import LocalModel
from app.core.errors import CarrelError
from app.engine import messages as m
from app.fetch.progress import Progress
from app.fit.plan import advise
from app.ui.downloads import Download
from app.ui.sample_computer import SAMPLE_MACHINE

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio

_SIZE = 19_762_149_024
MODELS = (
    LocalModel(Path("/models/Qwen3-32B-Q4_K_M.gguf"), "Qwen3-32B-Q4_K_M", "Q4_K_M", _SIZE),
    LocalModel(Path("/models/Qwen3-32B-Q5_K_M.gguf"), "Qwen3-32B-Q5_K_M", "Q5_K_M", 23_214_831_232),
    LocalModel(Path("/models/Qwen3-8B-Q4_K_M.gguf"), "Qwen3-8B-Q4_K_M", "Q4_K_M", 5_027_783_488),
)
_BROKEN = LocalModel(Path("/models/Qwen3-14B-Q4_K_M.gguf"), "Qwen3-14B-Q4_K_M", "Q4_K_M", 9_001_752_960)


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("1e-first-run-no-card", lambda: no_card(studio)),
        ("2b-models-here", lambda: models_here(studio)),
        ("2c-no-model-yet", lambda: no_model(studio)),
        ("3b-model-menu", lambda: model_menu(studio)),
        ("5da-benchmark-running", lambda: benchmark_running(studio)),
        ("66-answer-failed", lambda: answer_failed(studio)),
        ("67-loading-a-model", lambda: loading(studio)),
        ("68-dragged-over", lambda: studio.window.dragged_over.emit(True)),
        ("73b-empty-bin", lambda: empty_bin(studio)),
        ("74-nothing-found", lambda: nothing_found(studio)),
    ]


def no_card(studio: Studio) -> None:
    """A laptop without a graphics card: smaller models, on the processor."""
    guide = studio.window.guide
    studio.window.downloads.listed.emit()
    guide.machine = msgspec.structs.replace(SAMPLE_MACHINE, gpus=(), ram_total_bytes=16 << 30, ram_free_bytes=12 << 30)
    guide.advice = advise(guide.machine, load_catalog(studio.desk.home.catalog_facts_file).candidates())
    guide.changed.emit()
    page: Any = studio.window.pages["start"]
    studio.window.show_page("start")
    studio.settle(200)
    page.verticalScrollBar().setValue(0)


def models_here(studio: Studio) -> None:
    """Models on this computer, one of them damaged; a download in each state."""
    window = studio.window
    stand_in: Any = None
    window.guide.machine = SAMPLE_MACHINE
    window.guide.advice = advise(SAMPLE_MACHINE, load_catalog(studio.desk.home.catalog_facts_file).candidates())
    window.guide.models = [*MODELS, msgspec.structs.replace(_BROKEN, problem=_damaged())]
    broken = CarrelError(
        "stalled",
        "{host} has stopped sending.",
        "Resume when the network is back. The part that has arrived is kept.",
        host="huggingface.co",
    )
    size = studio.plan.model.size_bytes
    window.downloads.all[:] = [
        Download("Qwen3-32B-Q5_K_M.gguf", stand_in, Progress("paused", int(size * 0.6), size)),
        Download("Qwen3-14B-Q4_K_M.gguf", stand_in, Progress("verifying", int(size * 0.9), size)),
        Download("Qwen3-8B-Q8_0.gguf", stand_in, Progress("downloading", int(size * 0.2), size), error=broken),
        Download("Qwen3-8B-Q4_K_M.gguf", stand_in, Progress("done", size, size), path=MODELS[2].path),
    ]
    window.downloads.listed.emit()
    window.guide.changed.emit()
    window.show_page("library")
    studio.settle(200)
    page: Any = window.pages["library"]
    page.verticalScrollBar().setValue(0)


def no_model(studio: Studio) -> None:
    """The chat before any model was chosen."""
    window = studio.window
    window.downloads.all.clear()
    window.downloads.listed.emit()
    window.guide.models = []
    window.guide.changed.emit()
    window.new_chat()


def model_menu(studio: Studio) -> None:
    """The models that are here, under the name of the one loaded."""
    window = studio.window
    window.guide.models = list(MODELS)
    window.offer_models(window.modelbar.model)


def benchmark_running(studio: Studio) -> None:
    """Under way, the first depths measured."""
    benching = studio.window.figuring.benching
    studio.engine.script.delay_s = 0.004
    benching.start((512, 2_048, 8_192))
    studio.wait(lambda: len(benching.points) > 0 or not benching.is_running)
    studio.settle(100)


def answer_failed(studio: Studio) -> None:
    """The engine ended in the middle of a sentence."""
    window, script = studio.window, studio.engine.script
    script.die_after, script.delay_s = 60, 0.0
    window.new_chat()
    window.conversation.ask(studio.talk.question, thinking=False)
    studio.wait(lambda: not window.conversation.is_running)
    script.die_after = None
    window.chat.view.scroll_to_end()


def loading(studio: Studio) -> None:
    """A model on its way into memory."""
    studio.window.loader.is_busy = True
    script = studio.engine.script
    script.load_step_s, script.load_steps = 0.5, 4
    studio.window.new_chat()
    studio.desk.engine.load(m.Load(0, path=str(MODELS[0].path), n_ctx=studio.plan.n_ctx), lambda _: None)
    studio.settle(1_200)
    script.load_step_s, script.load_steps = 0.0, 3
    studio.window.loader.is_busy = False


def empty_bin(studio: Studio) -> None:
    page: Any = studio.window.pages["bin"]
    page.clear.sure.click()
    studio.wait(lambda: not page.chats)
    studio.window.notices.hide()


def nothing_found(studio: Studio) -> None:
    """No chat of that name, and nothing in everything."""
    studio.window.show_page("chat")
    studio.window.sidebar.search.setText("zzz")


def _damaged() -> str:
    return str(
        CarrelError(
            "gguf_truncated",
            "{file} is cut short: it has {have} bytes and needs at least {need}.",
            "Download or copy it again.",
            file=_BROKEN.path.name,
            have="4,200,000,000",
            need="9,001,752,960",
        )
    )
