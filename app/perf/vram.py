"""What fills the graphics memory, in parts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VramParts:
    """Bytes of each part; free is what remains of `total_bytes`. `is_measured`: the driver said what the engine takes,
    so that what other programs take is true; else it is what the plan leaves over."""

    weights_bytes: int = 0
    kv_bytes: int = 0
    compute_bytes: int = 0
    other_bytes: int = 0
    total_bytes: int = 0
    is_measured: bool = False

    @property
    def used_bytes(self) -> int:
        """Everything but the free part."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes + self.other_bytes

    @property
    def free_bytes(self) -> int:
        """What is left, never below 0."""
        return max(0, self.total_bytes - self.used_bytes)
