"""What the files inside one file share: a number for each, how much they may unpack to, and which to leave alone.

The numbers follow the order of reading, which is the same each time. So when a part takes its child process down,
the parent can ask a new child to read that part plainly, or to leave it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MAX_DEPTH = 2  # an archive in an archive is opened, one inside that is named
MAX_UNPACKED_BYTES = 512 << 20


@dataclass
class Trace:
    """`on_enter(number)` hears of each part before its bytes are touched."""

    skip: frozenset[int] = frozenset()
    plain: frozenset[int] = frozenset()
    on_enter: Callable[[int], object] = field(default=lambda _: None)
    part: int = 0
    left_bytes: int = MAX_UNPACKED_BYTES

    def enter(self) -> bool:
        """Begin the next part; False when it is to be left out."""
        self.part += 1
        self.on_enter(self.part)
        return self.part not in self.skip

    @property
    def is_plain(self) -> bool:
        return self.part in self.plain
