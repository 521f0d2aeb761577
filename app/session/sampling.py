"""How a chat is answered: the usual values for the model that is loaded, and what the chat keeps of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import msgspec

from app.core.params import Choices, Sampling
from app.session.demo import sampling_of
from app.session.desk import Desk


def usual_sampling(desk: Desk, *, thinking: bool) -> Sampling:
    """The model card's values, for thinking or for plain answers, as they hold for the model in memory."""
    return sampling_of(desk.engine.state.path, thinking=thinking)


def seeded(sampling: Sampling) -> Sampling:
    """The same with a seed drawn here when none is chosen, so that it is known what an answer was made with."""
    if sampling.seed is not None:
        return sampling
    return msgspec.structs.replace(sampling, seed=secrets.randbelow(2**32 - 1))  # llama.cpp takes the last for "any"


def instructions_of(desk: Desk, choices: Choices) -> str:
    """The instructions of every chat, then those of this one."""
    both = (desk.settings.system_prompt.strip(), choices.instructions.strip())
    return "\n\n".join(text for text in both if text)


def new_chat_choices(desk: Desk) -> Choices:
    """What a new chat begins with: the preset chosen for new chats, while there is one of that name."""
    wanted = desk.settings.default_preset
    found = desk.presets.find(wanted) if wanted else None
    return found.applied if found is not None else Choices()


def save_choices(desk: Desk, chat_id: int, choices: Choices, done: Callable[[object], object] = lambda _: None) -> None:
    """Keep how a chat is answered, from its next question on."""
    desk.store.ask(lambda store: store.set_choices(chat_id, choices), done)
