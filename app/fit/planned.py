"""Plans as values: ready to be shown, loaded or written as JSON."""

from __future__ import annotations

import msgspec

from app.fit.option import Adapter, Mode, Option
from app.fit.search import Fixed, Reach, reach_of
from app.machine.snapshot import Machine


class PlanModel(msgspec.Struct, frozen=True):
    """The model of a plan. `exact` is False when its memory was scaled from the file's size, not read."""

    repo: str
    file: str
    quant: str
    size_bytes: int
    name: str = ""
    path: str = ""
    n_layers: int = 0
    exact: bool = True


class Vram(msgspec.Struct, frozen=True):
    """What the process takes on the cards, CUDA context included, in parts."""

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    overhead_bytes: int
    total_bytes: int


class Card(msgspec.Struct, frozen=True):
    """One card's part of a plan. `layers` counts the output head as one; `free_bytes` is before the margin."""

    name: str
    uuid: str
    index: int
    layers: int
    total_bytes: int
    free_bytes: int


class Plan(msgspec.Struct, frozen=True):
    """One way to run one model, ready to be shown, loaded or written as JSON.

    `n_gpu_layers` of `model.n_layers` + 1 is everything, of which `n_cpu_moe` layers keep their experts in RAM.
    `free_bytes` is what the cards used have free, before `margin_bytes` is kept on each; `gpu_uuids` are the cards to
    show to the engine, none for the processor. `yarn_factor` is 0 when the context needs no stretching. `reach` says
    by KV type how much context there would be room for. `n_threads` 0 leaves the number to the engine.
    """

    model: PlanModel
    n_ctx: int
    kv_type: str
    n_ubatch: int
    n_gpu_layers: int
    vram: Vram
    ram_bytes: int
    fits: bool
    reason: str
    mode: Mode
    gpu: str = ""
    gpu_uuids: tuple[str, ...] = ()
    free_bytes: int = 0
    margin_bytes: int = 0
    ram_free_bytes: int = 0
    n_cpu_moe: int = 0
    yarn_factor: float = 0.0
    yarn_orig_ctx: int = 0
    cards: tuple[Card, ...] = ()
    reach: tuple[Reach, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    n_threads: int = 0
    draft_path: str = ""
    tokens_per_s: float = 0.0


class Advice(msgspec.Struct, frozen=True):
    """What to run on this computer, and what else could be wanted."""

    recommended: Plan
    alternatives: tuple[Plan, ...]


def as_plan(
    option: Option,
    machine: Machine,
    margin_bytes: int,
    reason: str,
    fixed: Fixed = Fixed(),  # noqa: B008
) -> Plan:
    """The option as a plan for this computer."""
    need, candidate, cards = option.need, option.candidate, option.room.gpus
    stretched = option.yarn_factor
    return Plan(
        model=PlanModel(
            repo=candidate.repo,
            file=candidate.file,
            quant=candidate.quant,
            size_bytes=candidate.size_bytes,
            name=candidate.facts.name,
            path=candidate.path,
            n_layers=candidate.facts.n_layers,
            exact=candidate.facts.exact,
        ),
        n_ctx=option.n_ctx,
        kv_type=option.kv_type,
        n_ubatch=option.n_ubatch,
        n_gpu_layers=option.n_gpu_layers,
        vram=Vram(need.weights_bytes, need.kv_bytes, need.compute_bytes, need.overhead_bytes, need.total_bytes),
        ram_bytes=need.ram_bytes,
        fits=option.fits,
        reason=reason,
        mode=option.mode,
        gpu=" + ".join(gpu.name for gpu in cards),
        gpu_uuids=tuple(gpu.uuid for gpu in cards if gpu.uuid),
        free_bytes=sum(gpu.free_bytes for gpu in cards),
        margin_bytes=margin_bytes,
        ram_free_bytes=machine.ram_free_bytes,
        n_cpu_moe=option.n_cpu_moe,
        yarn_factor=stretched,
        yarn_orig_ctx=candidate.facts.yarn_orig_ctx if stretched else 0,
        cards=tuple(
            Card(gpu.name, gpu.uuid, gpu.index, part.layers, part.total_bytes, gpu.free_bytes)
            for gpu, part in zip(cards, need.cards, strict=True)
        ),
        reach=reach_of(option),
        adapters=fixed.adapters,
        n_threads=fixed.n_threads,
        draft_path=option.draft_path,
        tokens_per_s=round(option.tokens_per_s, 1),
    )
