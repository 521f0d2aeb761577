"""Pictures of the window: real widgets over a scripted engine and a sample computer, in both themes and languages."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.catalog.index import load_catalog
from app.config import language
from app.config.paths import open_home
from app.config.settings import Settings
from app.core.loop import Jobs
from app.engine import messages as m
from app.engine.supervisor import Supervisor
from app.fit.plan import Plan, advise
from app.session.desk import Desk
from app.store.store import Store
from app.store.thread import StoreThread
from app.ui.app import dress, make_application, speak_qt
from app.ui.bridge import QtPost
from app.ui.sample import Script, ScriptedEngine
from app.ui.sample_computer import SAMPLE_MACHINE, SampleTelemetry
from app.ui.sample_talk import CHINESE, ENGLISH, Talk
from app.ui.scenes import all_scenes
from app.ui.window import SIZE_PX, Window

PATIENCE_MS = 60_000


def take_screenshots(folder: Path) -> int:
    """Write one PNG for each scene, theme and language into `folder`; returns the exit code."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    make_application(["carrel"])
    missing: list[str] = []
    for tongue, talk in (("en", ENGLISH), ("zh_CN", CHINESE)):
        language.speak(tongue)
        speak_qt()
        for theme in ("light", "dark"):
            dress(theme)
            with tempfile.TemporaryDirectory(prefix="carrel-pictures-", ignore_cleanup_errors=True) as home:
                missing += Studio(Path(home), talk, tongue, theme).shoot(folder)
    for name in missing:
        print(name, file=sys.stderr)
    return 1 if missing else 0


class Studio:
    """One window in one language and one theme, led through the scenes."""

    def __init__(self, home: Path, talk: Talk, tongue: str, theme: str) -> None:
        self.talk, self.chinese = talk, tongue == "zh_CN"
        self._suffix = f"{'zh' if self.chinese else 'en'}-{theme}"
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
        self.instead: QWidget | None = None  # shown in the next picture in place of the window

    def shoot(self, folder: Path) -> list[str]:
        """All scenes, then everything is closed; returns those that did not come about, and why."""
        missing: list[str] = []
        self._prepare()
        try:
            area = ""
            for name, scene in all_scenes(self):
                try:
                    if scene.__module__ != area:
                        self.rest()
                    area = scene.__module__
                    scene()
                except Exception as error:  # the others are drawn all the same
                    missing.append(f"{name}-{self._suffix}: {error!r}")
                    continue
                self.settle(120)
                picture = self._picture()
                if not picture.save(str(folder / f"{name}-{self._suffix}.png")):
                    raise OSError(f"{folder} cannot be written")
        finally:
            self.window.finish()
            self.window.hide()
            self.window.deleteLater()
            self.desk.close()
            self.settle(50)
        return missing

    def _picture(self) -> QPixmap:
        """The window, with the menus and tool tips that are open over it; or what a scene shows `instead`."""
        ground, self.instead = self.instead or self.window, None
        picture = ground.grab()
        painter = QPainter(picture)
        over = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)
        opened = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.windowType() in over]
        for widget in sorted(opened, key=lambda one: one.pos().x()):  # a submenu lies right of its menu
            painter.drawPixmap(ground.mapFromGlobal(widget.pos()), widget.grab())
        painter.end()
        for widget in opened:
            widget.close()
        return picture

    def _prepare(self) -> None:
        guide, window = self.window.guide, self.window
        guide.machine = SAMPLE_MACHINE
        guide.advice = advise(SAMPLE_MACHINE, load_catalog(self.desk.home.catalog_facts_file).candidates())
        window.conversation.refresh_list()
        guide.changed.emit()
        window.show()
        self.wait(lambda: bool(window.conversation.chats))

    # ---- what the scenes need

    @property
    def plan(self) -> Plan:
        """The recommended plan for the sample computer."""
        assert self.window.guide.advice is not None
        return self.window.guide.advice.recommended

    def load(self) -> None:
        """The scripted engine says that the recommended model is in memory."""
        plan = self.plan
        path = str(Path("/models") / Path(plan.model.file).name)
        self.desk.engine.load(m.Load(0, path=path, n_ctx=plan.n_ctx), lambda _: None)
        self.desk.plan = plan
        self.wait(lambda: self.desk.engine.state.has_model)

    def rest(self) -> None:
        """Nothing is answered and nothing told, the engine is as at first: where the scenes of another area begin."""
        self.window.panes.stop()
        self.wait(lambda: not any(pane.conversation.is_running for pane in self.window.panes.all))
        self.window.notices.hide()
        self.window.dragged_over.emit(False)
        self.window.sidebar.search.clear()
        if self.window.seeking.palette is not None:
            self.window.seeking.palette.end()
        script, talk = self.engine.script, self.talk
        script.answer, script.thinking, script.title, script.delay_s = talk.answer, talk.thinking, talk.title, 0.008
        state = self.desk.engine.state
        if state.has_model and state.n_ctx != self.plan.n_ctx:
            self.load()
            self.wait(lambda: self.desk.engine.state.n_ctx == self.plan.n_ctx)

    def wait(self, done: Callable[[], bool]) -> None:
        """Let the window live until something has come about."""
        until = time.monotonic() + PATIENCE_MS / 1000
        while not done():
            if time.monotonic() > until:
                raise TimeoutError("a scene did not come about")
            self.settle(10)

    def settle(self, ms: int) -> None:
        """Let the window live so long."""
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
