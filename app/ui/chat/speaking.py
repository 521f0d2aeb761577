"""Tells a screen reader what streams in, sentence by sentence, so that nobody has to look for it. No Qt here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from app.core.words import say

PAUSE_S = 1.2
"""What comes sooner is told together with the next: speech takes longer than text."""

_END = re.compile(r"[.!?…][\"”’)\]*_]*(?=\s)|[。！？][”’」』）】]*|\n")
_FENCE = re.compile(r"^\s*(?:```|~~~)\s*(\w*)", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"(?m)^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+)|\*\*|__|~~|`|^\s*\|?[\s|:-]+\|?\s*$")


class Speaker:
    """`tell(words)` is called with what is to be spoken; nothing is kept while `is_heard()` is false."""

    def __init__(
        self,
        tell: Callable[[str], None],
        is_heard: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._is_heard, self._clock = tell, is_heard, clock
        self._waiting: list[str] = []
        self._open = ""
        self._in_code = False
        self._last_s = 0.0

    def begin(self) -> None:
        """An answer is on its way."""
        self._waiting, self._open, self._in_code = [], "", False
        self._say(say("Answering…"))

    def add(self, text: str) -> None:
        """More of the answer, in Markdown."""
        if not self._is_heard():
            return
        self._open += text
        end = max((found.end() for found in _END.finditer(self._open)), default=0)
        if end:
            self._waiting.append(self._open[:end])
            self._open = self._open[end:]
        if self._waiting and self._clock() - self._last_s >= PAUSE_S:
            self._say_waiting()

    def finish(self, words: str) -> None:
        """The rest, and how it ended."""
        self._waiting.append(self._open)
        self._open = ""
        self._say_waiting(words)

    def _say_waiting(self, last: str = "") -> None:
        words = " ".join(part for part in (self._plain("".join(self._waiting)), last) if part)
        self._waiting = []
        if words:
            self._say(words)

    def _say(self, words: str) -> None:
        self._last_s = self._clock()
        if self._is_heard():
            self._tell(words)

    def _plain(self, markdown: str) -> str:
        """Without marks; of code only that it is there."""
        parts = []
        for line in markdown.split("\n"):
            fence = _FENCE.match(line)
            if fence:
                self._in_code = not self._in_code
                if self._in_code:
                    parts.append(say("Code: {language}.", language=fence[1] or say("code")))
            elif not self._in_code:
                parts.append(_MARKS.sub("", _LINK.sub(r"\1", line)).replace("|", ", ").strip(" ,"))
        return " ".join(part for part in parts if part)
