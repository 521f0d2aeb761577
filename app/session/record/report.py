"""The record of an answer as a file: JSON for programs, Markdown or HTML for people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from app.config.paths import expanded
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.core.record import AdapterUsed, Origin
from app.core.units import format_bytes
from app.core.words import say
from app.session.desk import Desk
from app.session.export.html import write_html
from app.session.export.markdown import write_markdown
from app.session.export.paper import Contents, Paper, Transcript, moment, paper_of
from app.session.failures import as_carrel_error
from app.session.record.passrecord import PassRecord, pass_facts, read_passes
from app.session.record.steps import no_origin
from app.store.rows import Chat, Message
from app.store.store import Store

FORMAT, VERSION = "carrel-record", 1


class Record(msgspec.Struct, frozen=True):
    """An answer with its question and all that is known of its making, pass by pass where it was put together from
    several. `format` and `version` name the JSON."""

    chat: str
    question: Message | None
    answer: Message
    origin: Origin
    format: str = FORMAT
    version: int = VERSION
    passes: tuple[PassRecord, ...] = ()


def read_record(store: Store, message_id: int) -> Record:
    """On the database thread. Raises CarrelError when nothing is kept of the answer's making."""
    answer, origin = store.message(message_id), store.origin_of(message_id)
    if origin is None or answer.role != "assistant":
        raise no_origin()
    question = None if answer.parent_id is None else store.message(answer.parent_id)
    title = store.chat(answer.chat_id).title
    return Record(title, question, answer, origin, passes=read_passes(store, answer, origin))


def open_record(
    desk: Desk, message_id: int, done: Callable[[Record], object], failed: Callable[[CarrelError], object]
) -> None:
    """The record; the hash of its model is read from the file first when it is not known yet."""

    def fail(error: Exception) -> None:
        failed(as_carrel_error(error))

    def read(record: Record) -> None:
        path = record.origin.model.path
        if record.origin.model.sha256 or not path or not Path(path).is_file():
            done(record)
        else:
            desk.hashing.learn(Path(path), lambda _: again())

    def again() -> None:
        desk.store.ask(lambda store: read_record(store, message_id), done, fail)

    desk.store.ask(lambda store: read_record(store, message_id), read, fail)


def save_record(
    desk: Desk, record: Record, file: Path, done: Callable[[Path], object], failed: Callable[[CarrelError], object]
) -> None:
    """Write it in the format its name ends with: .json, .html, else Markdown."""

    def work() -> Path:
        path = expanded(file).absolute()
        write_durably(path, record_bytes(record, path.suffix.lower()))
        return path

    desk.jobs.run(work, done, lambda error: failed(as_carrel_error(error)))


def record_bytes(record: Record, suffix: str) -> bytes:
    if suffix == ".json":
        return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"
    paper = record_paper(record)
    text = write_html([paper]) if suffix in (".html", ".htm") else write_markdown(paper)
    return text.encode("utf-8", "replace")


def record_paper(record: Record) -> Paper:
    """The record for people: what the answer was made with, then the question and the answer with their proofs."""
    answer = record.answer
    shown = (record.question, answer) if record.question is not None else (answer,)
    chat = Chat(answer.chat_id, record.chat, answer.created_at, answer.created_at)
    paper = paper_of(Transcript(chat, shown, shown), Contents(thinking=True))
    title = say("Record of an answer: {title}", title=record.chat or say("Untitled"))
    return msgspec.structs.replace(paper, title=title, facts=(*record_facts(record), *pass_facts(record.passes)))


def record_facts(record: Record) -> list[tuple[str, str]]:
    """Names and values, one a line; what is not known is left out."""
    made, engine, sampling = record.origin, record.origin.engine, record.origin.sampling
    facts: list[tuple[str, Any]] = [
        (say("Asked"), moment(made.asked_at, exact=True)),
        (say("Ended"), moment(made.ended_at, exact=True)),
        (say("Model file"), Path(made.model.path).name),
        ("SHA-256", made.model.sha256 or say("not known yet")),
        (say("Size"), format_bytes(made.model.size_bytes) if made.model.size_bytes else ""),
        (say("Quantization"), made.model.quantization),
        (say("Chat template"), _hash(made.model.template_sha256)),
        (say("Engine"), engine.build.partition(" | ")[0]),
        (say("Made from"), engine.commit),
        (say("Compiled with"), _compiled(engine.build)),
        (say("Engine's files"), "\n".join(f"{one.name} · SHA-256 {one.sha256}" for one in engine.libraries)),
        (say("Runs on"), say(", ").join(engine.devices)),
        (say("Graphics driver"), engine.driver),
        (say("Context"), say("{count} tokens", count=f"{engine.n_ctx:,}") if engine.n_ctx else ""),
        (say("Loaded with"), _loaded(record.origin)),
        (say("Adapters"), "\n".join(_adapter(one) for one in engine.adapters)),
        (say("Speculation"), _speculation(record.origin)),
        (say("Seed"), "" if sampling.seed is None else str(sampling.seed)),
        (say("Sampling"), _sampling(record.origin)),
        (say("Thinking"), say("on") if made.thinking else say("off")),
        (say("Instructions"), made.system_prompt),
        (say("Form of the answer"), made.json_schema or made.grammar),
        (say("Prompt"), _hash(made.prompt_sha256)),
        (say("Passes"), str(len(record.passes) or made.passes) if made.passes else ""),
        (say("At the same time"), say("{count} other answers", count=made.others) if made.others else ""),
        ("Carrel", made.app_version),
    ]
    for number, one in enumerate(made.documents, 1):
        pages = say("pages {list} of {count}", list=one.pages, count=one.total_pages) if one.pages else ""
        pages = pages or say("all {count} pages", count=one.total_pages)
        facts.append((f"D{number}", f"{one.name} · {pages} · SHA-256 {one.sha256}"))
    return [(name, str(value)) for name, value in facts if value]


def _compiled(build: str) -> str:
    """What the engine says it was compiled with, without its rules and blanks."""
    parts = (" ".join(part.split()) for part in build.partition(" | ")[2].split(" | "))
    return ", ".join(part.removesuffix(" |").replace(" = ", " ") for part in parts if part.strip(" |"))


def _adapter(one: AdapterUsed) -> str:
    words = f"{Path(one.path).name} × {one.scale:g}"
    return f"{words} · SHA-256 {one.sha256}" if one.sha256 else words


def _hash(sha256: str) -> str:
    return f"SHA-256 {sha256}" if sha256 else ""


def _loaded(made: Origin) -> str:
    engine = made.engine
    if not engine.n_ubatch:
        return ""
    layers = say("all layers") if engine.n_gpu_layers < 0 else say("{count} layers", count=engine.n_gpu_layers)
    if engine.devices and all(name.startswith("CPU") for name in engine.devices):
        return say(
            "On the processor, KV {kind}, {pieces} tokens read at once, threads: {threads}",
            kind=engine.kv_type,
            pieces=engine.n_ubatch,
            threads=engine.n_threads or say("automatic"),
        )
    return say(
        "{layers} on the graphics card, KV {kind}, {pieces} tokens read at once, threads: {threads}",
        layers=layers,
        kind=engine.kv_type,
        pieces=engine.n_ubatch,
        threads=engine.n_threads or say("automatic"),
    )


def _speculation(made: Origin) -> str:
    if not made.engine.n_draft:
        return say("off")
    draft = Path(made.engine.draft_model).name
    return say("up to {count} tokens", count=made.engine.n_draft) + (f" · {draft}" if draft else "")


def _sampling(made: Origin) -> str:
    one = made.sampling
    parts = [f"temperature {one.temperature:g}", f"top-k {one.top_k}", f"top-p {one.top_p:g}", f"min-p {one.min_p:g}"]
    if one.presence_penalty or one.frequency_penalty or one.repeat_penalty != 1.0:
        parts.append(
            f"presence {one.presence_penalty:g}, frequency {one.frequency_penalty:g}, repeat {one.repeat_penalty:g} "
            f"over {one.penalty_window}"
        )
    if one.max_tokens:
        parts.append(f"max-tokens {one.max_tokens}")
    return ", ".join(parts)
