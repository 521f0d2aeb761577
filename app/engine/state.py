"""How the engine is, as one value that can say itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from app.core.errors import CarrelError
from app.engine import messages as m


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

    `build`, `commit` and the files `libraries` name the engine; `costs` are what steps of this model were measured to
    take here.
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
    commit: str = ""
    libraries: tuple[str, ...] = ()
    costs: tuple[m.Cost, ...] = ()
    cause: CarrelError | None = None
    resting: bool = False

    @property
    def has_model(self) -> bool:
        return self.phase in (Phase.LOADED, Phase.ANSWERING)

    @property
    def can_be_asked(self) -> bool:
        """Whether a question is answered without anybody choosing a model first."""
        return self.has_model or self.resting

    @property
    def tokenizer(self) -> str:
        """Names the vocabulary in memory, "" when there is none: all of Qwen3 share one, the demo has its own."""
        return f"vocabulary of {self.n_vocab}" if self.n_vocab else ""

    def greeted(self, message: m.Ready) -> EngineState:
        """After the child said what it is."""
        phase = Phase.READY if self.phase is Phase.STARTING else self.phase
        named = replace(self, build=message.build, commit=message.commit, libraries=message.libraries)
        return replace(named, phase=phase, devices=message.devices, gpu=message.gpu)

    def with_model(self, message: m.Loaded) -> EngineState:
        return replace(
            self,
            phase=Phase.LOADED,
            n_ctx=message.n_ctx,
            load_fraction=1.0,
            load_s=message.load_s,
            description=message.description,
            n_vocab=message.n_vocab,
            can_think=message.can_think,
            costs=message.costs,
        )

    def without_model(self, phase: Phase, cause: CarrelError | None = None) -> EngineState:
        kept = EngineState(phase=phase, can_think=self.can_think, build=self.build, devices=self.devices, gpu=self.gpu)
        return replace(kept, commit=self.commit, libraries=self.libraries, cause=cause)

    def at_rest(self) -> EngineState:
        """Without its model, whose name is kept for the next question."""
        return replace(self.without_model(Phase.READY), path=self.path, n_ctx=self.n_ctx, resting=True)
