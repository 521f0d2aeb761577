"""Pictures of the window: real widgets over a scripted engine and a sample computer, in both themes and languages."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer

from app.catalog.index import load_catalog
from app.config import language
from app.config.paths import open_home
from app.config.settings import Settings
from app.core.loop import Jobs
from app.engine import messages as m
from app.engine.supervisor import Supervisor
from app.fetch.progress import Progress
from app.fit.plan import Plan, advise, plan
from app.fit.search import Fixed
from app.fit.stretch import longest_context, trained_context
from app.perf.meter import Figures
from app.session.decided import Foresight
from app.session.demo import demo_document_path
from app.session.desk import Desk
from app.store.store import Store
from app.store.thread import StoreThread
from app.ui.app import dress, make_application, speak_qt
from app.ui.bridge import QtPost
from app.ui.document_scenes import DocumentScenes
from app.ui.downloads import Download
from app.ui.sample import Script, ScriptedEngine
from app.ui.sample_computer import SAMPLE_MACHINE, SampleTelemetry
from app.ui.sample_scenes import ReadingScenes
from app.ui.sample_talk import CHINESE, ENGLISH, Talk
from app.ui.window import SIZE_PX, Window

PATIENCE_MS = 60_000


def take_screenshots(folder: Path) -> int:
    """Write one PNG for each scene, theme and language into `folder`; returns the exit code."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    make_application(["carrel"])
    for tongue, talk in (("en", ENGLISH), ("zh_CN", CHINESE)):
        language.speak(tongue)
        speak_qt()
        for theme in ("light", "dark"):
            dress(theme)
            with tempfile.TemporaryDirectory(prefix="carrel-pictures-", ignore_cleanup_errors=True) as home:
                Studio(Path(home), talk, tongue, theme).shoot(folder)
    return 0


class Studio(DocumentScenes, ReadingScenes):
    """One window in one language and one theme, led through the scenes."""

    def __init__(self, home: Path, talk: Talk, tongue: str, theme: str) -> None:
        self._talk, self._suffix = talk, f"{'zh' if tongue == 'zh_CN' else 'en'}-{theme}"
        self._post = QtPost()
        costs = (m.Cost(1, 512, 21.6), m.Cost(1, 32_768, 28.4))
        drafts = (96, 71, 1.4)
        script = Script(talk.answer, talk.thinking, delay_s=0.008, decode_tok_s=60.8, drafts=drafts, costs=costs)
        script.title = talk.title
        self.engine = ScriptedEngine(script)
        place, post = open_home(home), self._post.post
        _write_chats(place.database_file, talk)
        self.desk = Desk(
            home=place,
            settings=Settings(language=tongue, theme=theme),
            post=post,
            jobs=Jobs(post),
            store=StoreThread(place.database_file, post),
            engine=Supervisor(self.engine, post),
            connect=self.engine,
        )
        self.telemetry = SampleTelemetry()
        stand_in: Any = self.telemetry
        self.window = Window(self.desk, stand_in, lambda: self.telemetry.now_s)
        self.window.resize(*SIZE_PX)

    def shoot(self, folder: Path) -> None:
        """All scenes, then everything is closed."""
        self._prepare()
        try:
            for name, scene in (
                ("1-first-run", self._first_run),
                ("2-library", self._library),
                ("3-chat", self._chat),
                ("4-dropped-file", self._dropped_file),
                ("4b-preview", self.preview),
                ("4c-preview-too-long", self.preview_too_long),
                ("4d-locked-and-folder", self.locked_and_folder),
                ("4e-sets", self.sets),
                ("5-performance", self._performance),
                ("6-parameters", self._parameters),
                ("7-loading", self._loading),
                ("8-settings", lambda: self.window.show_page("settings")),
                ("9-checked-quotes", self.checked_quotes),
                ("9b-receipt", self.receipt),
                ("9c-tasks", self.tasks),
                ("9d-coverage", self.coverage),
            ):
                scene()
                self._settle(120)
                picture = self.window.grab()
                if not picture.save(str(folder / f"{name}-{self._suffix}.png")):
                    raise OSError(f"{folder} cannot be written")
        finally:
            self.window.finish()
            self.window.hide()
            self.window.deleteLater()
            self.desk.close()
            self._settle(50)

    # ---- scenes

    def _prepare(self) -> None:
        guide, window = self.window.guide, self.window
        guide.machine = SAMPLE_MACHINE
        guide.advice = advise(SAMPLE_MACHINE, load_catalog(self.desk.home.catalog_facts_file).candidates())
        window.conversation.refresh_list()
        guide.changed.emit()
        window.show()
        self._wait(lambda: bool(window.conversation.chats))

    @property
    def _plan(self) -> Plan:
        assert self.window.guide.advice is not None
        return self.window.guide.advice.recommended

    def _first_run(self) -> None:
        self.window.show_page("start")

    def _library(self) -> None:
        size = self._plan.model.size_bytes
        progress = Progress("downloading", int(size * 0.42), size, 92e6, size * 0.58 / 92e6)
        stand_in: Any = None
        self.window.downloads.all.append(Download(self._plan.model.file, stand_in, progress))
        self.window.downloads.listed.emit()
        self.window.show_page("library")

    def _chat(self) -> None:
        self.window.downloads.all.clear()  # a picture of a download has nothing that could be paused
        self.window.downloads.listed.emit()
        self._load()
        self.window.show_page("chat")
        self.window.conversation.ask(self._talk.question, thinking=True)
        self._wait(lambda: not self.window.conversation.is_running)
        self._wait(lambda: bool(self.window.conversation.messages[-1].text))
        self.window.chat.view.verticalScrollBar().setValue(0)

    def _dropped_file(self) -> None:
        self.window.new_chat()
        self.window.chat.composer.set_text(self._talk.file_question)
        self.window.conversation.add_files([demo_document_path()])
        self._wait(lambda: bool(self.window.conversation.documents))
        self._settle(600)

    def _performance(self) -> None:
        self.window.show_page("chat")
        first = self.window.conversation.chats[0].id
        self.window.conversation.open_chat(first)
        self.window.modelbar.inspector.setChecked(True)
        figures = Figures(
            elapsed_s=8.2,
            ttft_s=0.81,
            tok_s=60.8,
            answer_tokens=326,
            prefill_done=1_912,
            prefill_total=1_912,
            prefill_cached=1_024,
            prefill_fraction=1.0,
            prefill_tok_s=2_410.0,
            drafted=96,
            accepted=71,
            gain=1.4,
        )
        self.window.inspector.answer.show_figures(figures)
        self.window.inspector.answer.speed.set_ghost(46.0)
        self.window.inspector.answer.speed.clear()
        self.telemetry.play(self.window.inspector.answer.speed.add)
        self._wait(lambda: self.window.conversation.chat_id == first)

    def _parameters(self) -> None:
        self.window.conversation.manner.choose(temperature=0.2, seed=7, grammar='root ::= "yes" | "no"')
        self.window.inspector.show_tab("parameters")

    def _loading(self) -> None:
        """A context beyond what the model was trained for. The file is not here, so the plan is shown by hand."""
        self.window.modelbar.inspector.setChecked(False)
        self.window.show_page("computer")
        page: Any = self.window.pages["computer"]
        card = page.loading
        self._wait(card.problem.isVisible)
        file = Path(self._plan.model.file).name
        candidates = load_catalog(self.desk.home.catalog_facts_file).candidates()
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

    def _load(self) -> None:
        plan = self._plan
        path = str(Path("/models") / Path(plan.model.file).name)
        self.desk.engine.load(m.Load(0, path=path, n_ctx=plan.n_ctx), lambda _: None)
        self.desk.plan = plan
        self._wait(lambda: self.desk.engine.state.has_model)

    # ---- time

    def _wait(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_MS / 1000
        while not done():
            if time.monotonic() > until:
                raise TimeoutError("a scene did not come about")
            self._settle(10)

    def _settle(self, ms: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()


def _write_chats(file: Path, talk: Talk) -> None:
    """Chats of today and of earlier days."""
    now_s = time.time()
    clock = iter([now_s - hours * 3600 for hours in (24 * 40, 50, 26, 1.2, 0.2)])
    at_s = now_s
    store = Store(file, lambda: at_s)
    for title, moment in zip(reversed(talk.titles), clock, strict=True):
        at_s = moment
        store.create_chat(title)
    store.close()
