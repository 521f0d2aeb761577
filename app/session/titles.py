"""Names a chat after what was said in it: a side request that shares all the chat has read and leaves no trace."""

from __future__ import annotations

import logging
from collections.abc import Callable

from app.core.errors import CarrelError
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.supervisor import Event
from app.session.demo import is_demo
from app.session.desk import Desk
from app.session.opening import title_of
from app.store.store import Store

log = logging.getLogger(__name__)

# Given to the model, so it is English whatever the window speaks; it names the chat in the language of the question.
_WISH = (
    "Give this conversation a title of at most eight words, in the language of my first message. "
    "Answer with the title alone, without quotation marks."
)
_SAMPLING = Sampling(temperature=0.3, top_p=0.9, top_k=20, max_tokens=32)
_TRIMMED = " \t\"'“”‘’「」『』《》*#.。"


def suggest_title(
    desk: Desk,
    chat_id: int,
    turns: tuple[m.Turn, ...],
    answer: str,
    done: Callable[[str], object] = lambda _: None,
) -> None:
    """Ask for a title of the conversation `turns` that `answer` ended; `done(title)` when the chat bears it.

    A chat that the user has named, or a model that cannot name one (the demo), is left alone. Nothing is said when
    it fails: the first line of the first question stays.
    """
    if not answer.strip() or not desk.engine.state.has_model or is_demo(desk.engine.state.path):
        return
    said: list[str] = []

    def on_event(event: Event) -> None:
        if isinstance(event, m.Delta) and event.channel == "answer":
            said.append(event.text)
        elif isinstance(event, m.Done):
            _take(desk, chat_id, clean_title("".join(said)), done)

    asked = (*turns, m.Turn("assistant", answer), m.Turn("user", _WISH))
    try:
        desk.engine.generate(asked, _SAMPLING, on_event, thinking=False, side=True)
    except CarrelError:
        return


def clean_title(text: str) -> str:
    """The first line that says something, without quotation marks and Markdown; "" when none does."""
    lines = (line.strip(_TRIMMED) for line in text.splitlines())
    return title_of(next((line for line in lines if line), ""))


def _take(desk: Desk, chat_id: int, title: str, done: Callable[[str], object]) -> None:
    def rename(store: Store) -> bool:
        """Only while the chat bears the title that its first question gave it."""
        first = next((message.text for message in store.thread(chat_id) if message.role == "user"), "")
        if not title or store.chat(chat_id).title != title_of(first):
            return False
        store.rename_chat(chat_id, title)
        return True

    def failed(error: Exception) -> None:
        log.info("a chat could not be named", exc_info=error)

    desk.store.ask(rename, lambda taken: done(title) if taken else None, failed)
