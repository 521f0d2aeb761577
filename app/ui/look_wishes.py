"""The colours and the language among the wishes of the window, so that they are found by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import mark
from app.ui.commands import VIEW, Command

if TYPE_CHECKING:
    from app.ui.window import Window

LOOKS = (
    ("theme", "system", mark("Colours of the system"), "monitor"),
    ("theme", "light", mark("Light colours"), "sun"),
    ("theme", "dark", mark("Dark colours"), "moon"),
    ("language", "system", mark("Language of the system"), "languages"),
    ("language", "en", mark("Language: English"), "languages"),
    ("language", "zh_CN", mark("Language: 简体中文"), "languages"),
)


def look_commands(window: Window) -> tuple[Command, ...]:
    """One for each that is not chosen already."""
    return tuple(_command(window, *look) for look in LOOKS)


def _command(window: Window, name: str, value: str, words: str, icon: str) -> Command:
    desk = window.desk
    return Command(
        f"{name}.{value}",
        words,
        lambda: desk.change_settings(**{name: value}),
        VIEW,
        icon=icon,
        enabled=lambda: getattr(desk.settings, name) != value,
    )
