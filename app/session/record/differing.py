"""What is different between the making of two answers, in words; and why the same text need not come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.core.record import EngineUsed, Origin
from app.core.words import mark, say

_ENGINE: tuple[tuple[str, str], ...] = (
    ("n_ctx", mark("The context has another size: {now} instead of {then} tokens.")),
    ("n_ubatch", mark("The prompt is read in other pieces: {now} instead of {then} tokens at once.")),
    ("n_gpu_layers", mark("Another number of layers is on the graphics card: {now} instead of {then}.")),
    ("n_cpu_moe", mark("Another number of layers keeps its experts in RAM: {now} instead of {then}.")),
    ("kv_type", mark("What was read is kept in another precision: {now} instead of {then}.")),
    ("driver", mark("The graphics driver is another one: {now} instead of {then}.")),
    ("n_threads", mark("The processor uses another number of threads: {now} instead of {then}.")),
    ("n_draft", mark("Speculation may draft up to {now} instead of {then} tokens.")),
)


def differences(then: Origin, now: Origin) -> tuple[str, ...]:
    """Sentences about what is not as it was, the weightiest first."""
    return (*_model(then, now), *_asked(then, now), *_engine(then.engine, now.engine))


def doubts(then: Origin, now: Origin) -> tuple[str, ...]:
    """Why another text may come out although nothing is different."""
    found = []
    if then.reloaded:
        found.append(say("On the way of the answer the model was loaded in a smaller way."))
    if then.others:
        found.append(say("Other answers were written at the same time; sums are then added in another order."))
    if then.spoken_chars or then.thought_chars:
        found.append(say("The answer was cut and gone on with; only its last part is made again."))
    if now.engine.n_gpu_layers != 0:
        found.append(say("Graphics cards may round otherwise when a prompt is read in other pieces."))
    return tuple(found)


def _model(then: Origin, now: Origin) -> Iterator[str]:
    before, after = then.model, now.model
    if before.sha256 and after.sha256:
        if before.sha256 != after.sha256:
            yield say(
                "The model is another file: {now} instead of {then}.", then=_name(before.path), now=_name(after.path)
            )
    elif (Path(before.path).name, before.size_bytes) != (Path(after.path).name, after.size_bytes):
        yield say("The model is another file: {now} instead of {then}.", then=_name(before.path), now=_name(after.path))
    if before.template_sha256 and after.template_sha256 and before.template_sha256 != after.template_sha256:
        yield say("The model's chat template is another one.")
    if then.engine.build.split(" | ")[0] != now.engine.build.split(" | ")[0]:
        yield say(
            "The engine is another build: {now} instead of {then}.", then=_build(then.engine), now=_build(now.engine)
        )
    yield from _libraries(then.engine, now.engine)
    if then.engine.devices != now.engine.devices:
        yield say(
            "It runs on other devices: {now} instead of {then}.",
            then=say(", ").join(then.engine.devices) or "–",
            now=say(", ").join(now.engine.devices) or "–",
        )


def _libraries(then: EngineUsed, now: EngineUsed) -> Iterator[str]:
    """What the name of the build does not tell: the source it was made from, and its very files."""
    if then.commit and now.commit and then.commit != now.commit:
        yield say("The engine was made from other sources: {now} instead of {then}.", then=then.commit, now=now.commit)
    if then.libraries and now.libraries and then.libraries != now.libraries:
        before = {one.name: one.sha256 for one in then.libraries}
        names = [one.name for one in now.libraries if before.pop(one.name, "") != one.sha256]
        yield say("Files of the engine are others: {names}.", names=say(", ").join([*names, *before]))


def _asked(then: Origin, now: Origin) -> Iterator[str]:
    if then.prompt_sha256 != now.prompt_sha256:
        yield say("The prompt is put together otherwise than it was.")
    if then.app_version != now.app_version:
        yield say("Carrel is another version: {now} instead of {then}.", then=then.app_version, now=now.app_version)
    if then.engine.adapters != now.engine.adapters:
        yield say("Other adapters act on the model.")


def _engine(then: EngineUsed, now: EngineUsed) -> Iterator[str]:
    for name, template in _ENGINE:
        before, after = getattr(then, name), getattr(now, name)
        if before != after:
            yield say(template, then=before if before != "" else "–", now=after if after != "" else "–")


def _name(path: str) -> str:
    return Path(path).name or "–"


def _build(engine: EngineUsed) -> str:
    return engine.build.split(" | ")[0] or "–"
