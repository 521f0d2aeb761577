"""The first run in its states, the empty chat with a preset, the page of presets, the settings further down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.core.errors import CarrelError
from app.fetch.progress import Progress
from app.ui.downloads import Download
from app.ui.sample_computer import SAMPLE_MACHINE

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("1b-first-run-explained", lambda: explained(studio)),
        ("1c-first-run-too-small", lambda: too_small(studio)),
        ("1d-first-run-download", lambda: download(studio)),
        ("3a-welcome", lambda: welcome(studio)),
        ("6a-welcome-with-a-preset", lambda: welcome_with_preset(studio)),
        ("6b-presets", lambda: presets(studio)),
        ("8b-settings-below", lambda: settings_below(studio)),
    ]


def _start(studio: Studio) -> Any:
    studio.window.show_page("start")
    return studio.window.pages["start"]


def explained(studio: Studio) -> None:
    """Why this plan, and what the words mean."""
    page = _start(studio)
    page.choice.details.setChecked(True)
    page.choice.words.fold.setChecked(True)
    studio.settle(100)
    page.verticalScrollBar().setValue(220)


def too_small(studio: Studio) -> None:
    """A computer on which nothing of the catalog runs, and no network."""
    guide, page = studio.window.guide, _start(studio)
    kept = guide.machine, guide.advice
    small = msgspec.structs.replace(SAMPLE_MACHINE, gpus=(), ram_total_bytes=2 << 30, ram_free_bytes=700 << 20)
    guide.machine, guide.advice = small, None
    guide.advice_error = CarrelError(
        "nothing_fits",
        "No model of the catalog runs here: the smallest needs {need} of memory and {free} are free.",
        "Close other programs, or use a computer with 16 GB of RAM.",
        need="1.1 GB",
        free="0.7 GB",
    )
    guide.changed.emit()
    page.offline.fold.setChecked(True)
    studio.settle(200)
    page.verticalScrollBar().setValue(0)
    guide.machine, guide.advice, guide.advice_error = *kept, None  # shown again with the next change


def download(studio: Studio) -> None:
    """On its way, where it was begun."""
    page = _start(studio)
    studio.window.guide.changed.emit()
    page.offline.fold.setChecked(False)
    size = studio.plan.model.size_bytes
    stand_in: Any = None
    progress = Progress("downloading", int(size * 0.42), size, 92e6, size * 0.58 / 92e6)
    studio.window.downloads.all.append(Download(studio.plan.model.file, stand_in, progress))
    studio.window.downloads.listed.emit()
    studio.settle(200)
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())
    studio.window.downloads.all.clear()


def welcome(studio: Studio) -> None:
    """An empty chat."""
    studio.window.new_chat()


def welcome_with_preset(studio: Studio) -> None:
    """One that uses a preset, and how it is answered beside it."""
    studio.window.new_chat()
    manner = studio.window.conversation.manner
    manner.use(studio.desk.presets.get("contract"))
    studio.window.modelbar.inspector.setChecked(True)
    studio.window.inspector.show_tab("parameters")
    studio.settle(800)


def presets(studio: Studio) -> None:
    """One of them unfolded, one changed, one for new chats."""
    kept, window = studio.desk.presets, studio.window
    window.conversation.manner.use(None)
    window.modelbar.inspector.setChecked(False)
    contract = kept.get("contract")
    kept.keep(msgspec.structs.replace(contract, choices=msgspec.structs.replace(contract.choices, top_p=0.9)))
    studio.desk.change_settings(default_preset="support")
    window.show_page("presets")
    page: Any = window.pages["presets"]
    page.open("contract")
    window.notices.hide()
    studio.settle(800)


def settings_below(studio: Studio) -> None:
    """What stands under the fold."""
    studio.window.show_page("settings")
    page: Any = studio.window.pages["settings"]
    page.show_section(page.sections[2])
    studio.settle(300)
