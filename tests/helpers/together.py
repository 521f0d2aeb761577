"""The scripted engine that answers several at once, as the real one does."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.core.child import Exit
from app.engine import messages as m
from app.ui.sample import ScriptedEngine, ScriptedLink


class TogetherLink(ScriptedLink):
    """Every answer is spoken by a thread of its own."""

    def _generate(self, wish: m.Generate) -> None:
        threading.Thread(target=super()._generate, args=(wish,), daemon=True).start()


class TogetherEngine(ScriptedEngine):
    """A `Connect` whose children answer several at once."""

    def __call__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> ScriptedLink:
        self.links.append(TogetherLink(self.script, on_line, on_exit))
        return self.links[-1]
