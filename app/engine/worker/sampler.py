"""The native sampler chain of one answer."""

from __future__ import annotations

import secrets
from typing import Any

from llama_cpp import llama_cpp as C

from app.core.params import Sampling

_PENALTY_WINDOW = 256  # tokens looked back for repetition and presence


def make_chain(sampling: Sampling, n_vocab: int) -> Any:
    """penalties → top-k → top-p → min-p → temperature → draw, the order of the model card.

    Free it with llama_sampler_free.
    """
    chain = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
    if sampling.repeat_penalty != 1.0 or sampling.presence_penalty != 0.0:
        penalties = C.llama_sampler_init_penalties(
            n_vocab, _PENALTY_WINDOW, sampling.repeat_penalty, 0.0, sampling.presence_penalty
        )
        C.llama_sampler_chain_add(chain, penalties)
    if sampling.temperature <= 0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_greedy())
        return chain
    if sampling.top_k > 0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_top_k(sampling.top_k))
    if sampling.top_p < 1.0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_top_p(sampling.top_p, 1))
    if sampling.min_p > 0.0:
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_min_p(sampling.min_p, 1))
    C.llama_sampler_chain_add(chain, C.llama_sampler_init_temp(sampling.temperature))
    seed = secrets.randbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
    C.llama_sampler_chain_add(chain, C.llama_sampler_init_dist(seed))
    return chain
