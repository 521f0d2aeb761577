"""What was done in the list of chats, so that it can be taken back step by step, and done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MOST = 100


@dataclass(frozen=True, eq=False)
class Step:
    """One change, in words, with the way back and the way forward again."""

    words: str
    undo: Callable[[], object]
    redo: Callable[[], object]


class Undoing:
    """The last steps. It outlives the widgets, which another language makes anew."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def push(self, step: Step) -> None:
        """Something new was done; what was taken back before cannot be done again."""
        self._done = [*self._done, step][-MOST:]
        self._undone.clear()

    def undo(self, step: Step | None = None) -> Step | None:
        """Take back the last step, or this one if it is still there; which it was."""
        chosen = step or (self._done[-1] if self._done else None)
        if chosen is None or chosen not in self._done:
            return None
        self._done.remove(chosen)
        self._undone.append(chosen)
        chosen.undo()
        return chosen

    def redo(self) -> Step | None:
        """Do again what was taken back last."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        step.redo()
        return step
