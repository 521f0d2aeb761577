"""Wrong passphrases: after a few of them the next ones must wait, longer each time."""

from __future__ import annotations

import time

from app.core.errors import CarrelError

FREE, LONGEST_WAIT_S = 3, 60.0


class Guesses:
    """Counts while the program runs."""

    def __init__(self) -> None:
        self._wrong, self._next_s = 0, 0.0

    def refuse_haste(self) -> None:
        """Raise while a new guess comes too soon after wrong ones."""
        left_s = self._next_s - time.monotonic()
        if left_s > 0:
            raise CarrelError(
                "too_many_guesses",
                "There were several wrong passphrases.",
                "Wait {seconds} seconds, then try again.",
                seconds=int(left_s) + 1,
            )

    def count(self, error: CarrelError) -> None:
        """A wrong passphrase makes the next ones wait."""
        if error.code == "wrong_passphrase":
            self._wrong += 1
            wait_s = 2.0 ** (self._wrong - FREE) if self._wrong >= FREE else 0.0
            self._next_s = time.monotonic() + min(LONGEST_WAIT_S, wait_s)

    def forget(self) -> None:
        """The right one was said."""
        self._wrong = 0
