"""A preset: how a kind of work is answered, under a name. A chat takes its choices over and may change them after."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.core.params import Choices

Origin = Literal["carrel", "changed", "own"]

# What can be kept of a preset; a file written by hand may say more than can be meant.
LIMITS: dict[str, tuple[float, float]] = {
    "temperature": (0, 100),
    "top_k": (0, 2**31 - 1),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
    "repeat_penalty": (0.01, 10),
    "penalty_window": (0, 2**31 - 1),
    "seed": (0, 2**32 - 1),
    "max_tokens": (0, 2**31 - 1),
}


class Preset(msgspec.Struct, frozen=True):
    """`key` is its name for Carrel and of its file, `starters` are first messages to begin with.

    `origin` "carrel" came with the program, "changed" did too and was edited, "own" the user made.
    """

    key: str
    name: str
    purpose: str = ""
    choices: Choices = Choices()
    starters: tuple[str, ...] = ()
    picture: str = "sliders-horizontal"
    place: int = 0
    origin: Origin = "own"

    @property
    def applied(self) -> Choices:
        """What a chat takes over: the choices, and whose they are."""
        return msgspec.structs.replace(self.choices, preset=self.key)

    def says_the_same(self, other: Preset) -> bool:
        """Whether both would be answered and shown alike."""
        return (self.name, self.purpose, self.choices, self.starters) == (
            other.name,
            other.purpose,
            other.choices,
            other.starters,
        )
