"""Everything that can go wrong in words a person can use.

An error carries an English template and its parameters, never a finished sentence: the window and the
terminal translate the template (`core.words.say`) at the moment of showing it.
"""

from __future__ import annotations

from typing import Any

from app.core.words import language, say


class CarrelError(Exception):
    """Something failed and the user is told: what happened, then what to do.

    `code` is stable and machine-readable (`"no_space"`); `template` is the English sentence with
    `{named}` places; `remedy` says what to do next and may be empty.
    """

    def __init__(self, code: str, template: str, remedy: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code, self.template, self.remedy, self.params = code, template, remedy, params

    def __str__(self) -> str:
        """The sentence in the current language, remedy included."""
        parts = (say(self.template, **self.params), say(self.remedy, **self.params) if self.remedy else "")
        space = "" if language() == "zh_CN" else " "  # Chinese sentences follow each other without one
        return space.join(part.strip() for part in parts if part)  # a place at the end may be empty


class Cancelled(CarrelError):
    """The user stopped it. Unwind quietly: this is not a failure."""

    def __init__(self) -> None:
        super().__init__("cancelled", "Stopped.")
