"""One way to run one model in one place: the values that the search finds and the plan is made from."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.fit import value
from app.fit.cards import reading_speed
from app.fit.decode import KvCost, slowdown
from app.fit.estimate import Estimate
from app.fit.stretch import yarn_factor
from app.fit.weights import read_bytes
from app.gguf.model import ModelFacts
from app.gguf.reader import Tensor
from app.machine.gate import Gpu

Mode = Literal["gpu", "gpus", "partial", "ram"]


class Candidate(msgspec.Struct, frozen=True):
    """A model file that could be used. `model` is the size by name ("32B"); `path` is set when the file is here."""

    repo: str
    file: str
    model: str
    quant: str
    size_bytes: int
    facts: ModelFacts
    path: str = ""


class Adapter(msgspec.Struct, frozen=True):
    """A LoRA adapter to load with the model, and how strongly it acts; 1.0 is as trained."""

    path: str
    scale: float = 1.0
    size_bytes: int = 0


class Room(msgspec.Struct, frozen=True):
    """Where a model may go: these cards together, or RAM alone when there are none. Margins are taken off.

    `measured` is what a token was found to cost here, by KV type and depth.
    """

    gpus: tuple[Gpu, ...]
    card_bytes: tuple[int, ...]
    ram_bytes: int
    measured: tuple[KvCost, ...] = ()

    @property
    def vram_bytes(self) -> int:
        return sum(self.card_bytes)

    @property
    def bytes_per_s(self) -> float:
        """How fast the slowest of the cards reads."""
        return min((reading_speed(gpu.name) for gpu in self.gpus), default=value.RAM_BYTES_PER_S)

    def holds_on_cards(self, need: Estimate) -> bool:
        return all(card.total_bytes <= space for card, space in zip(need.cards, self.card_bytes, strict=False))

    def holds(self, need: Estimate) -> bool:
        """Whether every card and the RAM suffice."""
        return self.holds_on_cards(need) and need.ram_bytes <= self.ram_bytes


class Option(msgspec.Struct, frozen=True):
    """One way to run one model. `n_cpu_moe` layers keep their experts in RAM; what the draft model at `draft_path`
    takes is part of `need`.
    """

    candidate: Candidate
    room: Room
    n_ctx: int
    kv_type: str
    n_ubatch: int
    n_gpu_layers: int
    need: Estimate
    n_cpu_moe: int = 0
    draft_path: str = ""

    @property
    def mode(self) -> Mode:
        if not self.room.gpus or not self.n_gpu_layers:
            return "ram"
        if self.n_gpu_layers <= self.candidate.facts.n_layers or self.n_cpu_moe:
            return "partial"
        return "gpu" if len(self.room.gpus) == 1 else "gpus"

    @property
    def fits(self) -> bool:
        return self.room.holds(self.need)

    @property
    def fits_on_cards(self) -> bool:
        return self.room.holds_on_cards(self.need)

    @property
    def yarn_factor(self) -> float:
        return yarn_factor(self.candidate.facts, self.n_ctx)

    @property
    def tokens_per_s(self) -> float:
        """A guess; see `value`. Half of the cache is counted as read."""
        there, here = read_bytes(self.candidate.facts, self.n_gpu_layers if self.room.gpus else 0, self.n_cpu_moe)
        return value.guess_speed(there + self.need.kv_bytes / 2, here, self.room.bytes_per_s)

    @property
    def slowdown(self) -> float:
        """How much longer a token deep in a document takes than with an f16 cache; see `decode`."""
        return self.slowdown_of(self.kv_type) if self.mode in ("gpu", "gpus") else 1.0

    def slowdown_of(self, kv_type: str) -> float:
        """The same for another KV type."""
        return slowdown(kv_type, self.candidate.facts, self.room.bytes_per_s, self.room.measured)

    @property
    def worth(self) -> float:
        speed = round(self.tokens_per_s, 1)
        return value.worth(self.candidate.model, self.candidate.quant, self.n_ctx, self.kv_type, speed, self.slowdown)


def with_adapters(candidate: Candidate, adapters: tuple[Adapter, ...]) -> Candidate:
    """The model with what its adapters add: llama.cpp puts each of their matrices where the adapted one lies."""
    if not adapters:
        return candidate
    facts = candidate.facts
    share = -(-sum(adapter.size_bytes for adapter in adapters) // facts.n_layers)
    more = tuple(Tensor(f"blk.{index}.lora", (1,), "F16", 0, share) for index in range(facts.n_layers))
    return msgspec.structs.replace(candidate, facts=msgspec.structs.replace(facts, tensors=facts.tensors + more))
