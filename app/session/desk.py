"""Everything one running Carrel holds, built once by `boot` and handed to the window or the terminal.

Touched by the main thread alone. Slow work goes to `jobs`, the database has its own thread, and results come home
through `post`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from app.config import language
from app.config.paths import Home
from app.config.settings import Settings, save_settings
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.loop import Jobs, Post
from app.engine import messages as m
from app.engine.supervisor import Connect, Supervisor
from app.fit.plan import Plan
from app.session.indexing import Indexer
from app.session.monitor import Monitor
from app.session.presets import Presets
from app.session.printer import MakePrinter
from app.session.record.hashing import Hashing
from app.session.rest import Rest
from app.session.resume import Resume
from app.session.sealedpresets import SealedShelf
from app.session.stepdown import as_loaded
from app.session.strongbox import Strongbox
from app.store.thread import StoreThread


@dataclass(slots=True)
class Desk:
    """The parts a wish may need."""

    home: Home
    settings: Settings
    post: Post
    jobs: Jobs
    store: StoreThread
    engine: Supervisor
    connect: Connect  # starts engine children; a second one counts tokens while no model is loaded
    plan: Plan | None = None  # of the model loaded last
    make_printer: MakePrinter | None = None  # where there is Qt: it draws what is exported
    at_close: list[Callable[[], object]] = field(default_factory=list)  # what must come to rest before the end
    settings_changed: Emitter[[Settings]] = field(default_factory=Emitter)
    noticed: Emitter[[str]] = field(default_factory=Emitter)  # a sentence about what Carrel did by itself
    answering: set[int] = field(default_factory=set)  # chats that a turn or a reading in passes is writing in
    vault: Strongbox = field(init=False)
    resume: Resume = field(init=False)
    rest: Rest = field(init=False)
    monitor: Monitor = field(init=False)
    index: Indexer = field(init=False)
    presets: Presets = field(init=False)
    hashing: Hashing = field(init=False)

    def __post_init__(self) -> None:
        self.vault = Strongbox(self)
        self.resume, self.rest, self.index = Resume(self), Rest(self), Indexer(self)
        self.presets = Presets(self.home.presets, SealedShelf(self.vault.files), lambda: self.vault.is_on)
        self.vault.changed.connect(self.presets.refresh)
        self.monitor = Monitor(self)
        self.hashing = Hashing(self)

    @property
    def is_temporary(self) -> bool:
        """Whether what is said at this desk must never touch the disk."""
        return False

    def adopt(self, spec: m.Load) -> None:
        """The model was loaded otherwise than planned."""
        if self.plan is not None:
            self.plan = as_loaded(self.plan, spec)

    def claim_chat(self, chat_id: int) -> None:
        """From now on the caller alone answers in this chat; raises CarrelError while another does."""
        if chat_id in self.answering:
            raise CarrelError(
                "chat_is_answering", "This chat is being answered.", "Wait for the end of the answer, or stop it first."
            )
        self.answering.add(chat_id)

    def release_chat(self, chat_id: int) -> None:
        """The answer has ended."""
        self.answering.discard(chat_id)

    def change_settings(self, **changes: object) -> None:
        """Save the changed choices, then announce them."""
        self.settings = msgspec.structs.replace(self.settings, **changes)
        save_settings(self.home.settings_file, self.vault.public(self.settings))
        if "language" in changes:
            language.speak(self.settings.language)
        self.settings_changed.emit(self.settings)

    def beat(self) -> None:
        """What is looked after once a second: an engine that is stuck, readings to keep, what is idle, the index."""
        now_s = time.monotonic()
        self.engine.watch(now_s)
        self.resume.go_on(now_s)
        self.rest.look(now_s)
        self.vault.look(now_s)
        self.index.look()

    def close(self) -> None:
        """End the engine, wait for the jobs and the last write."""
        for come_to_rest in self.at_close:
            come_to_rest()
        self.engine.stop()
        self.jobs.close()
        self.store.close()
