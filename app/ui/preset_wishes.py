"""The presets among the wishes of the window: one for each, so that a preset is found by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.words import mark
from app.session.presets import Presets
from app.ui.commands import Command, Commands

if TYPE_CHECKING:
    from app.ui.window import Window

GROUP = mark("Presets")


@dataclass(frozen=True, slots=True)
class PresetCommand(Command):
    """Called by the name its preset has now."""

    presets: Presets | None = None

    @property
    def title(self) -> str:
        found = self.presets.find(self.words) if self.presets is not None else None
        return found.name if found is not None else self.words


def offer_presets(commands: Commands, window: Window) -> None:
    """Offer every preset there is, and those that are made later."""
    presets = window.desk.presets

    def offer() -> None:
        for preset in presets.all:
            commands.add(_command(window, presets, preset.key))

    presets.changed.connect(offer)
    offer()


def _command(window: Window, presets: Presets, key: str) -> PresetCommand:
    def use() -> None:
        window.show_page("chat")
        window.conversation.manner.use(presets.find(key))

    return PresetCommand(
        f"preset.{key}",
        key,
        use,
        GROUP,
        icon="sliders-horizontal",
        enabled=lambda: presets.find(key) is not None,
        presets=presets,
    )
