"""How an answer is sampled: the model card's two presets, and what a chat changes of them."""

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


class Choices(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one chat changes of how it is answered; None leaves the preset's value.

    `json_schema` or `grammar` (GBNF) bind the form of the answer. `instructions` follow those of every chat.
    `thinking` None is as the settings say; `preset` is the key of the preset the values came from.
    """

    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repeat_penalty: float | None = None
    penalty_window: int | None = None
    seed: int | None = None
    max_tokens: int | None = None
    json_schema: str = ""
    grammar: str = ""
    instructions: str = ""
    thinking: bool | None = None
    preset: str = ""

    def over(self, usual: Sampling) -> Sampling:
        """`usual` with the values chosen here."""
        chosen = {name: getattr(self, name) for name in Sampling.__struct_fields__}
        return msgspec.structs.replace(usual, **{name: value for name, value in chosen.items() if value is not None})

    def joined(self, more: Choices) -> Choices:
        """These choices, with those of `more` where it has any."""
        nothing = Choices()
        chosen = {name: getattr(more, name) for name in Choices.__struct_fields__}
        return msgspec.structs.replace(
            self, **{name: value for name, value in chosen.items() if value != getattr(nothing, name)}
        )

    def changed(self, usual: Sampling) -> tuple[str, ...]:
        """The names of the sampling values that differ from `usual`."""
        mine = self.over(usual)
        return tuple(name for name in Sampling.__struct_fields__ if getattr(mine, name) != getattr(usual, name))
