"""Formulas drawn as SVG, without a browser and without the network, by the same child that draws the window's."""

from __future__ import annotations

import contextlib
import json
import queue
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import msgspec

from app.core.child import Child, own_command
from app.session.tex.fitness import is_hopeless
from app.session.tex.signs import FACE
from app.session.tex.typesetting import COLOUR

PATIENCE_S = 15.0  # the child ends by itself when one formula takes two seconds; its start may take some
FACES = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
FAILURES = 5  # a child that dies so often is not started again


class Drawn(msgspec.Struct, frozen=True):
    """An SVG picture; sizes in em, `depth_em` below the line of the text."""

    svg: str
    width_em: float
    height_em: float
    depth_em: float

    def picture(self, em_px: float, colour: str) -> str:
        """The SVG for text of that size, in that colour."""
        start, end = self.svg.index("<svg"), self.svg.index(">")
        head = self.svg[start:end]
        box = head[head.index("viewBox") :]
        size = f'width="{self.width_em * em_px:.2f}" height="{self.height_em * em_px:.2f}"'
        made = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}{self.svg[end:]}'
        return made.replace(COLOUR, colour).replace(FACE, FACES)


class Formulas:
    """Draws while it is open; used by one thread at a time. What cannot be drawn stays TeX source."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], Drawn | None] = {}
        self._child: Child | None = None
        self._heard: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._failures = 0

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """Within, in this thread, `draw_formula` draws."""
        token = _open.set(self)
        try:
            yield
        finally:
            _open.reset(token)

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def draw(self, tex: str, *, inline: bool) -> Drawn | None:
        wish = (tex, inline)
        if wish not in self._known:
            self._known[wish] = self._ask(tex, inline=inline)
        return self._known[wish]

    def _ask(self, tex: str, *, inline: bool) -> Drawn | None:
        if self._failures >= FAILURES:
            return None
        try:
            if self._child is None:
                heard = self._heard = queue.SimpleQueue()
                self._child = Child(own_command("formula-child"), heard.put, lambda _: heard.put(None))
            self._child.send(json.dumps({"number": 0, "tex": tex, "display": not inline}).encode())
            line = self._heard.get(timeout=PATIENCE_S)
        except (OSError, queue.Empty):
            line = None
        if line is None:  # it was too much for the child, or there is none
            self._failures += 1
            if self._child is not None:
                self._child.kill()
            self.close()
            return None
        return _drawn(json.loads(line))


_open: ContextVar[Formulas | None] = ContextVar("formulas", default=None)


def draw_formula(tex: str, *, inline: bool = True) -> Drawn | None:
    """The picture of a formula; None where its source is to stand in its place."""
    formulas = _open.get()
    if formulas is None or is_hopeless(tex):
        return None
    return formulas.draw(tex, inline=inline)


def _drawn(answer: dict[str, Any]) -> Drawn | None:
    svg = answer.get("svg")
    if not isinstance(svg, str) or "viewBox" not in svg:
        return None
    width, ascent, depth = (float(answer[name]) for name in ("width", "ascent", "depth"))
    return Drawn(svg, width, ascent + depth, depth)
