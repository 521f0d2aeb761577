"""Contexts beyond what a model was trained for: YaRN, as Qwen3's model card asks for it.

The factor follows from the context that is wanted: 65,536 tokens are 2.0 times the 32,768 of training. It is static in
llama.cpp, so it also holds for short texts and may cost them a little; therefore it is used only when the context
needs it. The card vouches for factors up to 4 (131,072 tokens).
"""

from __future__ import annotations

from app.fit.buffers import pad_context
from app.gguf.model import YARN, ModelFacts

NATIVE_CONTEXT = 40_960  # of Qwen3, for models whose header is silent
LARGEST_CONTEXT = 1 << 20
LARGEST_FACTOR = 4


def trained_context(facts: ModelFacts) -> int:
    """How many tokens the model reads without being stretched by us; some files come stretched already."""
    native = facts.n_ctx_train or NATIVE_CONTEXT
    if facts.rope_scaling == YARN:
        return max(native, int(facts.n_ctx_original * facts.rope_factor))
    return native


def longest_context(facts: ModelFacts) -> int:
    """How far the model can be stretched."""
    native = trained_context(facts)
    if facts.rope_scaling:  # its positions are scaled already: a second factor would replace that one
        return native
    return min(LARGEST_CONTEXT, max(native, LARGEST_FACTOR * (facts.yarn_orig_ctx or native)))


def yarn_factor(facts: ModelFacts, n_ctx: int) -> float:
    """The factor this context asks for; 0 when it needs none."""
    if n_ctx <= trained_context(facts):
        return 0.0
    return pad_context(n_ctx) / (facts.yarn_orig_ctx or trained_context(facts))
