"""What to do with memory that a plan leaves over: a draft model, then larger steps of reading."""

from __future__ import annotations

import msgspec

from app.fit.buffers import Serving
from app.fit.estimate import CardNeed, Estimate, estimate
from app.fit.option import Candidate, Option
from app.fit.search import try_option

LARGER_UBATCHES = (2048, 1024)  # one H200, 32B: 2,365 tokens a second at 512, some percent more at 2,048
DRAFT_CONTEXT, DRAFT_KV_TYPE, DRAFT_UBATCH = 8_192, "q8_0", 512
DRAFT_SERVING = Serving(n_outputs=65, n_seqs=2)
SMALLEST_RATIO = 8  # a draft model must be this much smaller to win anything


def spend_spare(option: Option, draft: Candidate | None = None, *, ubatch: bool = True) -> Option:
    """The option with the draft model if there is room, then with the largest ubatch; neither costs any context."""
    if not option.room.gpus or not option.n_gpu_layers:
        return option
    attempts = (_with_ubatch(option, size) for size in (LARGER_UBATCHES if ubatch else ()))
    drafting = _with_draft(option, draft) if draft else None
    if drafting is None:
        return next((larger for larger in attempts if larger.fits), option)
    assert draft
    both = (_with_draft(larger, draft) for larger in attempts)
    return next((larger for larger in both if larger), drafting)


def _with_ubatch(option: Option, n_ubatch: int) -> Option:
    return try_option(
        option.candidate,
        option.room,
        option.n_ctx,
        option.kv_type,
        n_ubatch,
        option.n_gpu_layers,
        option.n_cpu_moe,
    )


def _with_draft(option: Option, draft: Candidate) -> Option | None:
    """The option with the draft model beside it on its one card; None where it does not fit or makes no sense."""
    facts, mine = option.candidate.facts, draft.facts
    if option.mode != "gpu" or facts.size_bytes < SMALLEST_RATIO * mine.size_bytes or not speaks_alike(option, draft):
        return None
    need = estimate(mine, DRAFT_CONTEXT, DRAFT_KV_TYPE, DRAFT_UBATCH, -1, serving=DRAFT_SERVING)
    together = msgspec.structs.replace(option, need=_add(option.need, need), draft_path=draft.path)
    return together if together.fits else None


def speaks_alike(option: Option, draft: Candidate) -> bool:
    """Whether both were made for the same tokens, as far as their headers say."""
    facts, mine = option.candidate.facts, draft.facts
    return facts.architecture.startswith("qwen3") and mine.architecture == "qwen3" and facts.n_vocab == mine.n_vocab


def _add(need: Estimate, more: Estimate) -> Estimate:
    """Both in one process: CUDA's own part is there already."""
    card = need.cards[0]
    joined = CardNeed(
        card.layers,
        card.weights_bytes + more.weights_bytes,
        card.kv_bytes + more.kv_bytes,
        card.compute_bytes + more.compute_bytes,
        card.overhead_bytes,
    )
    return Estimate(
        joined.weights_bytes,
        joined.kv_bytes,
        joined.compute_bytes,
        joined.overhead_bytes,
        joined.total_bytes,
        need.ram_bytes + more.ram_bytes,
        (joined,),
    )
