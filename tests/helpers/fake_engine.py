"""A desk over the scripted engine: everything real but the child process."""

from __future__ import annotations

from pathlib import Path

from app.config.paths import open_home
from app.config.settings import load_settings
from app.core.loop import Jobs, Post
from app.engine.supervisor import Supervisor
from app.session.desk import Desk
from app.session.strongbox import begin_vault
from app.store.thread import StoreThread
from app.ui.sample import Script, ScriptedEngine, ScriptedLink

__all__ = ["Script", "ScriptedEngine", "ScriptedLink", "make_desk"]


def make_desk(folder: Path, post: Post, engine: ScriptedEngine) -> Desk:
    """A desk in `folder` whose engine follows the script."""
    home = open_home(folder)
    return Desk(
        home=home,
        settings=load_settings(home.settings_file),
        post=post,
        jobs=Jobs(post),
        store=StoreThread(home.database_file, post, is_locked=begin_vault(home)),
        engine=Supervisor(engine, post),
        connect=engine,
    )
