"""How the engine is, as one value that can say itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from app.core.errors import CarrelError
from app.engine.messages import Cost


class Phase(Enum):
    """stopped → starting → ready → loading → loaded ⇄ answering; from any, failed."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    LOADING = "loading"
    LOADED = "loaded"
    ANSWERING = "answering"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineState:
    """`path` is the model in memory or on its way there; `cause` says why the phase is FAILED.

    `costs` are what steps of this model were measured to take here.
    """

    phase: Phase = Phase.STOPPED
    path: str = ""
    n_ctx: int = 0
    load_fraction: float = 0.0
    load_s: float = 0.0
    description: str = ""
    n_vocab: int = 0
    can_think: bool = True
    build: str = ""
    devices: tuple[str, ...] = ()
    gpu: bool = False
    costs: tuple[Cost, ...] = ()
    cause: CarrelError | None = None

    @property
    def has_model(self) -> bool:
        return self.phase in (Phase.LOADED, Phase.ANSWERING)

    @property
    def tokenizer(self) -> str:
        """Names the vocabulary in memory, "" when there is none: all of Qwen3 share one, the demo has its own."""
        return f"vocabulary of {self.n_vocab}" if self.n_vocab else ""

    def without_model(self, phase: Phase, cause: CarrelError | None = None) -> EngineState:
        return replace(
            self,
            phase=phase,
            path="",
            n_ctx=0,
            load_fraction=0.0,
            load_s=0.0,
            description="",
            n_vocab=0,
            costs=(),
            cause=cause,
        )
