"""The bundled demo: a toy model, a document and a question, for a first look with no network and no GPU."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from app.config.paths import resource
from app.core.params import Sampling, preset
from app.core.words import language

DEMO_TOKENS = 400  # a long clause quoted; what runs on beyond is a slip


def demo_model_path() -> Path:
    return resource("demo", "carrel-demo-q8_0.gguf")


def demo_document_path() -> Path:
    """The bundled document in the language spoken."""
    return resource("demo", _facts().document)


def demo_question() -> str:
    """A question the document answers, in the language spoken."""
    return _facts().question


def demo_questions() -> tuple[str, ...]:
    """The same and three more: one to look up, one to quote, one that the document does not answer."""
    return (demo_question(), *_facts().more)


def sampling_of(path: str, *, thinking: bool) -> Sampling:
    """The model card's values; the toy copies facts letter by letter, so it never takes a second guess."""
    chosen = preset(thinking)
    return msgspec.structs.replace(chosen, temperature=0.0, max_tokens=DEMO_TOKENS) if is_demo(path) else chosen


def is_demo(path: str) -> bool:
    """Whether a loaded model is the toy: the window says so plainly."""
    return Path(path).name == demo_model_path().name


class _Facts(msgspec.Struct, frozen=True):
    document: str
    question: str
    more: tuple[str, ...]


def _facts() -> _Facts:
    table = json.loads(resource("demo", "demo.json").read_text("utf-8"))
    return msgspec.convert(table["zh_CN" if language() == "zh_CN" else "en"], _Facts)
