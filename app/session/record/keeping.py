"""Keeps what an answer is made with, beside the answer, without holding it up."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.core.chat import Document
from app.core.emitter import Emitter
from app.core.record import EngineUsed, LibraryUsed, ModelUsed, Origin
from app.engine import messages as m
from app.session.desk import Desk
from app.session.record.origin import (
    adapter_hash,
    adapters_of,
    driver_version,
    engine_used,
    libraries_used,
    model_used,
    origin_of,
)
from app.session.wish import Outcome

log = logging.getLogger(__name__)


def keep_origin(
    desk: Desk,
    message_id: int,
    sent: m.Generate,
    instructions: str,
    documents: Sequence[Document],
    ended: Emitter[[Outcome]],
    *,
    passes: int = 0,
    run_id: int = 0,
    asked_at: float = 0.0,
) -> None:
    """Remember now what the answer begins with; when it has `ended`, keep it. A failure goes to the log.

    An answer put together from `passes` names their run, which began at `asked_at`. What files and the driver tell is
    read while the answer is written; what comes late is added.
    """
    state, spec, asked_at = desk.engine.state, desk.engine.spec, asked_at or time.time()
    begun = origin_of(sent, instructions, documents, state, others=max(0, len(desk.answering) - 1))
    looked: list[Looked] = []
    ends: list[Origin] = []

    def on_looked(found: Looked) -> None:
        looked.append(found)
        if ends:
            _keep(desk, message_id, with_looked(ends[0], found))

    def on_ended(_outcome: Outcome) -> None:
        disconnect()
        changed = desk.engine.spec is not spec
        engine = engine_used(desk.engine.state if changed else state, desk.engine.spec)
        times = {
            "passes": passes,
            "run_id": run_id,
            "asked_at": asked_at,
            "ended_at": time.time(),
            "engine": engine,
            "reloaded": changed,
        }
        ends.append(msgspec.structs.replace(begun, **times))
        _keep(desk, message_id, with_looked(ends[0], looked[0]) if looked else ends[0])

    disconnect = ended.connect(on_ended)
    adapters, libraries = adapters_of(spec), state.libraries
    desk.jobs.run(lambda: look_at(begun, adapters, libraries), on_looked, _log)


class Looked(msgspec.Struct, frozen=True):
    """What files and the driver tell."""

    model: ModelUsed
    driver: str
    adapters: dict[str, str]  # hashes by path
    libraries: tuple[LibraryUsed, ...] = ()


def look_at(origin: Origin, adapters: Sequence[str] = (), libraries: Sequence[str] = ()) -> Looked:
    """In a job: what the header of the model, the adapters, the graphics driver and the engine's files tell."""
    model = model_used(Path(origin.model.path), origin.model.description)
    hashes = {path: adapter_hash(Path(path)) for path in adapters}
    return Looked(model, driver_version(), hashes, libraries_used(libraries))


def with_looked(origin: Origin, found: Looked) -> Origin:
    adapters = tuple(
        msgspec.structs.replace(one, sha256=found.adapters.get(one.path, "")) for one in origin.engine.adapters
    )
    engine: EngineUsed = msgspec.structs.replace(
        origin.engine, driver=found.driver, adapters=adapters, libraries=found.libraries
    )
    return msgspec.structs.replace(origin, model=found.model, engine=engine)


def _keep(desk: Desk, message_id: int, origin: Origin) -> None:
    def kept(_: object) -> None:
        """The hash of the file joins it as soon as it is known."""
        if not desk.is_temporary and origin.model.size_bytes:
            desk.hashing.learn(Path(origin.model.path))

    desk.store.ask(lambda store: store.keep_origin(message_id, origin), kept, _log)


def _log(error: Exception) -> None:
    log.info("what an answer was made with could not be kept in full", exc_info=error)
