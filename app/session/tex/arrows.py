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


@cache
def stretch_arrows() -> None:
    """From now on an arrow that carries words reaches a little further than they do."""
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
        set_up(self, **words)

    Moperator._setup = set_up_long  # type: ignore[method-assign]
