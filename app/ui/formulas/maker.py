"""Has formulas typeset, each once for all themes and sizes, and keeps what came out."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from app.core.child import Child, Exit, own_command
from app.session.tex.fitness import guess_size, is_hopeless
from app.session.tex.spans import find_formulas

AHEAD = 4
"""How many the child is given at a time: what is wanted later may be wanted no longer."""
KEPT_BYTES = 24_000_000
FAILURES = 12
"""A child that dies so often is not started again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A formula as it is written. `display` stands on a line of its own."""

    tex: str
    display: bool


@dataclass(frozen=True, slots=True)
class Formula:
    """What is known of a formula: sizes in em, guessed while it is "waiting"; "source" is shown as TeX.

    `tags` are the numbers that stand at the side, `line` is how far below the formula's line each has its own.
    """

    state: Literal["waiting", "ready", "source"]
    width: float = 0.0
    ascent: float = 0.0
    depth: float = 0.0
    svg: bytes = b""
    tags: tuple[Formula, ...] = ()
    line: float = 0.0

    @property
    def tags_width(self) -> float:
        """The widest of them; 0 without any."""
        return max((tag.width for tag in self.tags), default=0.0)


SOURCE = Formula("source")


class FormulaMaker(QObject):
    """`look_up` answers at once; `made(wish)` says that a waiting one is known now. GUI thread only.

    Until `start` every formula is shown as its source. The child is started by the first formula.
    """

    made = Signal(object)
    _heard = Signal(object, bytes)
    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: OrderedDict[Wish, Formula] = OrderedDict()
        self._bytes = 0
        self._queue: OrderedDict[Wish, None] = OrderedDict()
        self._awaited: dict[Wish, Formula] = {}
        self._sent: dict[int, Wish] = {}
        self._number = self._failures = 0
        self._child: Child | None = None
        self._started = False
        self._heard.connect(self._on_heard)
        self._ended.connect(self._on_ended)

    @property
    def is_busy(self) -> bool:
        """Whether something is being typeset."""
        return bool(self._sent or self._queue)

    def start(self) -> None:
        """Typeset from now on."""
        self._started = True

    def stop(self) -> None:
        """End the child; what waits stays waiting."""
        self._started = False
        self._queue.clear()
        self._awaited.clear()
        self._sent.clear()
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.close()

    def look_up(self, wish: Wish) -> Formula:
        """The formula as far as it is known; asks for it when it is not."""
        known = self._known.get(wish)
        if known is not None:
            self._known.move_to_end(wish)
            return known
        if not self._started or self._failures >= FAILURES:
            return SOURCE
        if wish not in self._awaited:
            if is_hopeless(wish.tex):
                return SOURCE
            self._awaited[wish] = Formula("waiting", *guess_size(wish.tex, display=wish.display))
            self._queue[wish] = None
            self._send()
        return self._awaited.get(wish, SOURCE)

    def _send(self) -> None:
        while self._queue and len(self._sent) < AHEAD:
            wish, _ = self._queue.popitem(last=False)
            self._number += 1
            self._sent[self._number] = wish
            message = {"number": self._number, "tex": wish.tex, "display": wish.display, "apart": True}
            self._need_child().send(json.dumps(message).encode())

    def _need_child(self) -> Child:
        if self._child is None:
            self._child = _start_child(self._heard.emit, self._ended.emit)
        return self._child

    def _on_heard(self, child: object, line: bytes) -> None:
        if child is not self._child:
            return
        answer = json.loads(line)
        wish = self._sent.pop(answer["number"], None)
        if wish is not None:
            self._keep(wish, _formula_of(answer))
        self._send()

    def _on_ended(self, child: object) -> None:
        """What it had in hand was too much for it; the others are asked for again."""
        if child is not self._child:
            return
        self._child = None
        waiting, self._sent = list(self._sent.values()), {}
        if not waiting:
            return  # it had nothing to do for a while
        self._failures += 1
        for wish in reversed(waiting[1:]):
            self._queue[wish] = None
            self._queue.move_to_end(wish, last=False)
        self._keep(waiting[0], SOURCE)
        if self._failures < FAILURES:
            self._send()
            return
        for wish in list(self._queue):
            self._keep(wish, SOURCE)
        self._queue.clear()

    def _keep(self, wish: Wish, formula: Formula) -> None:
        self._awaited.pop(wish, None)
        self._known[wish] = formula
        self._bytes += len(formula.svg) + len(wish.tex) + 200
        while self._bytes > KEPT_BYTES:
            old, gone = self._known.popitem(last=False)
            self._bytes -= len(gone.svg) + len(old.tex) + 200
        self.made.emit(wish)


def _start_child(heard: Callable[[object, bytes], None], ended: Callable[[object], None]) -> Child:
    """Its callbacks come on its own threads; signals carry them over."""
    box: list[Child] = []

    def on_line(line: bytes) -> None:
        if box:
            heard(box[0], line)

    def on_exit(_: Exit) -> None:
        if box:
            ended(box[0])

    box.append(Child(own_command("formula-child"), on_line, on_exit))
    return box[0]


def _formula_of(answer: dict[str, Any]) -> Formula:
    svg = answer.get("svg")
    if not isinstance(svg, str):
        return SOURCE
    tags = tuple(_formula_of(tag) for tag in answer.get("tags", ()))
    if SOURCE in tags:
        return SOURCE  # its number would be missing
    width, ascent, depth = (float(answer[name]) for name in ("width", "ascent", "depth"))
    return Formula("ready", width, ascent, depth, svg.encode(), tags, float(answer.get("line", 0.0)))


def without_formulas(markdown: str) -> str:
    """`markdown` with spaces where a typeset formula is: its letters are not among those of the page."""
    pieces, place = [], 0
    for paragraph in re.finditer(r"(?:[^\n]+\n?)+", markdown):
        for span in find_formulas(paragraph[0]):
            wish = Wish(span.tex.strip(), span.mark in ("$$", "\\[", ""))
            if formulas().look_up(wish).state != "source":
                start = paragraph.start() + span.start
                pieces += [markdown[place:start], " " * (span.end - span.start)]
                place = paragraph.start() + span.end
    return "".join([*pieces, markdown[place:]])


@cache
def formulas() -> FormulaMaker:
    """The one maker, shared by all pages."""
    return FormulaMaker()
