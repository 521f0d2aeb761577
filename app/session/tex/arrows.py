"""Arrows as long as the words over and under them; ziamath 0.13 draws them at their usual length."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

ARROWS = frozenset("→←↔⇒⇐⇔⇌⇋↦↠↞⟶⟵⟷")
SCRIPT = 0.72
"""Words at an arrow are as small as an index."""
BESIDE_EM = 0.7
SHORTEST_EM = 1.5
HARPOONS = {"⇌": "⇀↽", "⇋": "↼⇁"}
"""The font has no long form of these: each is two that have one, so far from the middle:"""
APART_EM = 0.085


@cache
def stretch_arrows() -> None:
    """From now on an arrow that carries words reaches a little further than they do."""
    from ziafont.fonttypes import BBox
    from ziamath.drawable import Glyph
    from ziamath.nodes.mnode import Mnode
    from ziamath.nodes.moperator import Moperator

    set_up: Any = Moperator._setup

    def set_up_long(self: Any, **words: Any) -> None:
        parent = self.parent
        if (
            self.string in ARROWS
            and self.width is None
            and getattr(parent, "mtag", "") in ("munder", "mover", "munderover")
            and parent.element[0] is self.element
        ):
            carried = [Mnode.fromelement(copy.deepcopy(one), parent=parent) for one in parent.element[1:]]
            widest = max(one.bbox.xmax - one.bbox.xmin for one in carried)
            self.width = max(SCRIPT * widest + BESIDE_EM * self.glyphsize, SHORTEST_EM * self.glyphsize)
            if self.string in HARPOONS:
                set_up_pair(self, *HARPOONS[self.string], **words)
                return
        set_up(self, **words)

    def set_up_pair(self: Any, upper: str, lower: str, **words: Any) -> None:
        whole, apart = self.string, APART_EM * self.glyphsize
        self.string = upper
        set_up(self, **words)
        self.string = whole
        (x, y), box = self.nodexy[0], self.bbox
        found = self.font.findglyph(lower, self.style.mathvariant)
        long = self.font.math.variant(found.index, self.points_to_units(self.width), vert=False)
        self.nodes.append(Glyph(long, lower, self.glyphsize, self.style))
        self.nodexy = [(x, y - apart), (x, y + apart)]
        self.bbox = BBox(box.xmin, box.xmax, min(box.ymin, self.nodes[1].bbox.ymin) - apart, box.ymax + apart)

    Moperator._setup = set_up_long  # type: ignore[method-assign]
