"""How an answer is sampled, and the model card's two presets."""

from __future__ import annotations

import msgspec


class Sampling(msgspec.Struct, frozen=True):
    """Sampling values. `temperature` 0 is greedy; `seed` None draws a new one; `max_tokens` 0 is up to the context.

    Penalties look back over `penalty_window` tokens of the answer and its prompt.
    """

    temperature: float = 0.6
    top_k: int = 20
    top_p: float = 0.95
    min_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repeat_penalty: float = 1.0
    penalty_window: int = 256
    seed: int | None = None
    max_tokens: int = 0


# Qwen3 model card, "Best Practices": values for thinking and for plain answers; greedy loops in thinking mode.
THINKING = Sampling(temperature=0.6, top_p=0.95, top_k=20)
PLAIN = Sampling(temperature=0.7, top_p=0.8, top_k=20)


def preset(thinking: bool) -> Sampling:
    return THINKING if thinking else PLAIN
