"""What one answer has in a step."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.engine.worker.job import Job
from app.engine.worker.vocab import Ids


@dataclass(slots=True)
class Share:
    """One answer's part of a step: rows from `first`, the last `outputs` of them with logits.

    It `reads` while the prompt is not in the cache, or not any more.
    """

    job: Job
    first: int
    ids: Ids
    outputs: int
    draft: list[int]
    depth: int = 0
    drawn: list[int] = field(default_factory=list)
    reads: bool = False

    @property
    def row(self) -> int:
        """The first row with logits."""
        return self.first + len(self.ids) - self.outputs
