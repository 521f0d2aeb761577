"""The first run, the models, a chat, its figures and parameters, how a model is loaded, the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.catalog.index import load_catalog
from app.fetch.progress import Progress
from app.fit.plan import plan
from app.fit.search import Fixed
from app.fit.stretch import longest_context, trained_context
from app.session.decided import Foresight
from app.session.demo import demo_document_path
from app.ui.downloads import Download
from app.ui.sample_computer import SAMPLE_MACHINE

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio


def scenes(studio: Studio) -> list[Scene]:
    window = studio.window
    return [
        ("1-first-run", lambda: window.show_page("start")),
        ("2-library", lambda: library(studio)),
        ("3-chat", lambda: chat(studio)),
        ("4-dropped-file", lambda: dropped_file(studio)),
        ("6-parameters", lambda: parameters(studio)),
        ("7-loading", lambda: loading(studio)),
        ("8-settings", lambda: settings(studio)),
    ]


def settings(studio: Studio) -> None:
    studio.desk.change_settings(default_preset="")
    studio.window.show_page("settings")


def library(studio: Studio) -> None:
    size = studio.plan.model.size_bytes
    progress = Progress("downloading", int(size * 0.42), size, 92e6, size * 0.58 / 92e6)
    stand_in: Any = None
    studio.window.downloads.all.append(Download(studio.plan.model.file, stand_in, progress))
    studio.window.downloads.listed.emit()
    studio.window.show_page("library")


def chat(studio: Studio) -> None:
    window = studio.window
    window.downloads.all.clear()  # a picture of a download has nothing that could be paused
    window.downloads.listed.emit()
    studio.load()
    window.show_page("chat")
    window.conversation.ask(studio.talk.question, thinking=True)
    studio.wait(lambda: not window.conversation.is_running)
    studio.wait(lambda: bool(window.conversation.messages[-1].text))
    window.chat.view.verticalScrollBar().setValue(0)


def dropped_file(studio: Studio) -> None:
    window = studio.window
    window.new_chat()
    window.chat.composer.set_text(studio.talk.file_question)
    window.conversation.add_files([demo_document_path()])
    studio.wait(lambda: bool(window.conversation.documents))
    studio.settle(600)


def parameters(studio: Studio) -> None:
    studio.window.conversation.manner.choose(temperature=0.2, seed=7, grammar='root ::= "yes" | "no"')
    studio.window.inspector.show_tab("parameters")


def loading(studio: Studio) -> None:
    """A context beyond what the model was trained for. The file is not here, so the plan is shown by hand."""
    studio.window.modelbar.inspector.setChecked(False)
    studio.window.show_page("computer")
    page: Any = studio.window.pages["computer"]
    card = page.loading
    studio.wait(card.problem.isVisible)
    file = Path(studio.plan.model.file).name
    candidates = load_catalog(studio.desk.home.catalog_facts_file).candidates()
    candidate = next(one for one in candidates if Path(one.file).name == file)
    card.fixed = Fixed(n_ctx=49_152, kv_type="q4_0")
    card.show_foresight(
        Foresight(
            plan(SAMPLE_MACHINE, [candidate], card.fixed),
            trained_context(candidate.facts),
            longest_context(candidate.facts),
        )
    )
    card.more.setChecked(True)
