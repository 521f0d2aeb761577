"""Gathers what an answer is made with, from the parts of the desk that know."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from app import __version__
from app.core.chat import Document
from app.core.record import AdapterUsed, DocumentUsed, EngineUsed, LibraryUsed, ModelUsed, Origin
from app.core.units import format_pages
from app.engine import messages as m
from app.engine.state import EngineState
from app.fetch.hashing import hash_file
from app.gguf.reader import read_header
from app.gguf.source import FileSource
from app.gguf.split import read_model
from app.machine import nvml

TEMPLATE = "tokenizer.chat_template"


def origin_of(
    sent: m.Generate, instructions: str, documents: Sequence[Document], state: EngineState, *, others: int
) -> Origin:
    """What is known at once, without reading a file. The engine's part is `engine_used`, the model's `model_used`."""
    return Origin(
        app_version=__version__,
        model=ModelUsed(path=state.path, description=state.description),
        sampling=sent.sampling,
        thinking=sent.thinking,
        system_prompt=instructions,
        system_sha256=sha256_of(instructions),
        json_schema=sent.json_schema,
        grammar=sent.grammar,
        documents=tuple(document_used(document) for document in documents),
        prompt_sha256=prompt_hash(sent.turns) if sent.turns else "",
        spoken_chars=len(sent.spoken),
        thought_chars=len(sent.thought),
        others=others,
    )


def engine_used(state: EngineState, spec: m.Load | None) -> EngineUsed:
    """How the model is loaded. The driver is read elsewhere: it takes some milliseconds."""
    if spec is None:
        return EngineUsed(build=state.build, devices=state.devices, n_ctx=state.n_ctx, commit=state.commit)
    return EngineUsed(
        commit=state.commit,
        build=state.build,
        devices=state.devices,
        n_ctx=state.n_ctx or spec.n_ctx,
        n_ubatch=spec.n_ubatch,
        n_gpu_layers=spec.n_gpu_layers,
        n_cpu_moe=spec.n_cpu_moe,
        n_threads=spec.n_threads,
        n_parallel=spec.n_parallel,
        kv_type=spec.kv_type,
        main_gpu=spec.main_gpu,
        tensor_split=spec.tensor_split,
        yarn_factor=spec.yarn_factor,
        adapters=tuple(AdapterUsed(one.path, one.scale) for one in spec.adapters),
        n_draft=spec.n_draft,
        draft_model=spec.draft_path,
    )


def document_used(document: Document) -> DocumentUsed:
    """A document with hashes of its file and of the text that was sent of it."""
    digest = hashlib.sha256()
    for page in document.sent:
        digest.update(b"%d\n" % page.number + page.text.encode("utf-8", "surrogatepass"))
    pages = "" if document.chosen is None else format_pages([page.number for page in document.sent]) or "–"
    return DocumentUsed(document.name, document.path, document.sha256, digest.hexdigest(), pages, len(document.pages))


def prompt_hash(turns: Sequence[m.Turn]) -> str:
    """Names what was asked, whatever its length."""
    return hashlib.sha256(msgspec.json.encode(turns)).hexdigest()


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def model_used(path: Path, description: str) -> ModelUsed:
    """What the model's header says of it. Reads the file: call it away from the main thread."""
    stat = path.stat()
    quant, template = _header_facts(str(path), stat.st_size, stat.st_mtime_ns)
    return ModelUsed(str(path), stat.st_size, "", quant, description, template)


@lru_cache(maxsize=8)
def _header_facts(path: str, _size_bytes: int, _changed_ns: int) -> tuple[str, str]:
    """The quantization and the hash of the chat template."""
    template = read_header(FileSource(Path(path))).metadata.get(TEMPLATE)
    return read_model(Path(path)).quant, sha256_of(template) if isinstance(template, str) else ""


def adapters_of(spec: m.Load | None) -> tuple[str, ...]:
    """The files of the adapters that act."""
    return tuple(one.path for one in spec.adapters) if spec is not None else ()


def libraries_used(paths: Sequence[str]) -> tuple[LibraryUsed, ...]:
    """The engine's own files with their SHA-256, read once as long as they do not change. Call it in a job: they can
    be some hundred megabytes."""
    return tuple(LibraryUsed(Path(path).name, adapter_hash(Path(path))) for path in paths)


def adapter_hash(path: Path) -> str:
    """The SHA-256 of a file that acts, read once as long as the file does not change; "" when it cannot be read."""
    try:
        stat = path.stat()
        return _file_hash(str(path), stat.st_size, stat.st_mtime_ns)
    except OSError:
        return ""


@lru_cache(maxsize=32)
def _file_hash(path: str, _size_bytes: int, _changed_ns: int) -> str:
    return hash_file(Path(path))


@lru_cache(maxsize=1)
def driver_version() -> str:
    """The graphics driver, "" without one. It cannot change while the program runs on it."""
    gpus, _ = nvml.read_gpus(nvml.system_layer())
    return gpus[0].driver if gpus else ""
