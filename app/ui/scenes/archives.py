"""Chats as files, and the record of an answer made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.core.params import Sampling
from app.core.record import AdapterUsed, EngineUsed, ModelUsed, Origin
from app.session.record.comparing import Comparison, find_parting
from app.session.record.differing import differences
from app.session.record.report import Record
from app.store.rows import Chat, Message
from app.store.store import Store

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio


def scenes(studio: Studio) -> list[Scene]:
    return [("40-archives", lambda: archives(studio)), ("41-record", lambda: record(studio))]


def archives(studio: Studio) -> None:
    chats = studio.desk.store.call(lambda store: store.list_chats())
    studio.window.archives.export([chat.id for chat in chats[:1]])


def record(studio: Studio) -> None:
    """An answer of the sample with what it could have been made with."""
    window = studio.window
    store = studio.desk.store
    chat, answer = store.call(_last_answer)
    window.recordings.record = Record(chat.title, None, answer, ORIGIN)
    words = answer.text
    other = words[:40] + words[90:]
    parting = find_parting(("", words), ("", other), cut_then=False)
    now = msgspec.structs.replace(ORIGIN, engine=msgspec.structs.replace(ORIGIN.engine, driver="580.65"))
    window.recordings.comparison = Comparison(parting, other, "", words, "", differences(ORIGIN, now))
    window.show_page("record")
    window.recordings.changed.emit()


def _last_answer(store: Store) -> tuple[Chat, Message]:
    """The newest chat that holds an answer, with it."""
    threads = ((chat, store.thread(chat.id)) for chat in store.list_chats())
    return next((chat, one) for chat, thread in threads for one in reversed(thread) if one.role == "assistant")


ORIGIN = Origin(
    app_version="0.1.0",
    asked_at=1_795_000_000.0,
    ended_at=1_795_000_021.0,
    model=ModelUsed("/m/Qwen3-32B-Q4_K_M.gguf", 19_762_149_024, "5d9e" * 16, "Q4_K_M", "qwen3 32B", "a1b2" * 16),
    engine=EngineUsed(
        "llama-cpp-python 0.3.36 | CUDA",
        ("CUDA0: NVIDIA GeForce RTX 4090",),
        "570.86",
        35_840,
        512,
        -1,
        kv_type="q8_0",
        adapters=(AdapterUsed("/m/contracts.gguf", 0.8),),
        n_draft=16,
    ),
    sampling=Sampling(seed=2_718_281_828),
    prompt_sha256="77c0" * 16,
)
