"""The frozen values that cross the wall to the engine child, one JSON object a line, `kind` first.

Law: every request with an id ends exactly once, with Loaded, Unloaded, Tokens, Done or Failed; when the child
dies, the supervisor says Failed in its place. Unknown kinds are ignored; the greeting carries a protocol number.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from app.core.chat import Channel, Role, Timing, Usage
from app.core.params import Sampling

PROTOCOL = 1

KvType = Literal["f16", "q8_0", "q4_0"]
Reason = Literal["stop", "length", "cancelled"]


class _Message(msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower, omit_defaults=True):
    """Base of all messages. Subclasses say frozen again for the type checker."""


class Turn(msgspec.Struct, frozen=True):
    """One message of the conversation as the chat template sees it."""

    role: Role
    content: str


# Down: parent to child.


class Hello(_Message, frozen=True):
    protocol: int = PROTOCOL


class Load(_Message, frozen=True):
    """Load a GGUF. `n_gpu_layers` -1 is all; `n_threads` 0 lets the child choose; `vocab_only` only counts
    tokens. `main_gpu` is the one card to use, in the order of the PCI bus; -1 spreads the layers over all cards."""

    id: int
    path: str
    n_ctx: int = 4096
    n_ubatch: int = 512
    n_gpu_layers: int = -1
    kv_type: KvType = "f16"
    n_threads: int = 0
    vocab_only: bool = False
    main_gpu: int = -1


class Unload(_Message, frozen=True):
    id: int


class Generate(_Message, frozen=True):
    """Answer a conversation. With `thinking` False the template is told so and the model does not think."""

    id: int
    turns: tuple[Turn, ...]
    sampling: Sampling = Sampling()
    thinking: bool = True


class Cancel(_Message, frozen=True):
    """Stop the request with this id, in prefill, decode or load; it still ends with its own final word."""

    id: int


class Tokenize(_Message, frozen=True):
    """Count tokens: of each text alone, and of `turns` rendered through the chat template (0 when none given)."""

    id: int
    texts: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    thinking: bool = True


class Shutdown(_Message, frozen=True):
    pass


# Up: child to parent.


class Ready(_Message, frozen=True):
    """The greeting. `devices` are the names llama.cpp reports; `build` names the engine library."""

    protocol: int
    build: str
    devices: tuple[str, ...] = ()
    gpu: bool = False


class LoadProgress(_Message, frozen=True):
    id: int
    fraction: float


class Loaded(_Message, frozen=True):
    """The model is in memory. `n_ctx` is what the context really has; times in seconds."""

    id: int
    n_ctx: int
    n_vocab: int
    n_layers: int
    description: str
    load_s: float
    can_think: bool = True
    n_gpu_layers: int = 0


class Unloaded(_Message, frozen=True):
    id: int


class PrefillProgress(_Message, frozen=True):
    """`done` of `total` prompt tokens are in the KV cache; `cached` of them were there before."""

    id: int
    done: int
    total: int
    cached: int = 0


class Delta(_Message, frozen=True):
    id: int
    channel: Channel
    text: str
    tokens: int = 1


class Tokens(_Message, frozen=True):
    id: int
    counts: tuple[int, ...]
    turns_total: int = 0


class Done(_Message, frozen=True):
    id: int
    reason: Reason
    usage: Usage
    timing: Timing


class Failed(_Message, frozen=True):
    """The request ended badly. `code` is stable; `detail` is for the log, not for the user's eyes alone."""

    id: int
    code: str
    detail: str = ""


class Log(_Message, frozen=True):
    level: Literal["info", "warning", "error"]
    text: str


Down = Hello | Load | Unload | Generate | Cancel | Tokenize | Shutdown
Up = Ready | LoadProgress | Loaded | Unloaded | PrefillProgress | Delta | Tokens | Done | Failed | Log

_REQUESTS = ("load", "unload", "generate", "tokenize")
_encoder = msgspec.json.Encoder()
_down = msgspec.json.Decoder(Down)
_up = msgspec.json.Decoder(Up)


def encode(message: Down | Up) -> bytes:
    """One line, without its newline."""
    return _encoder.encode(message)


def decode_down(line: bytes) -> Down | None:
    """The command on this line; None for kinds this version does not know or a damaged line."""
    message: Down | None = _decode(_down, line)
    return message


def request_of(line: bytes) -> int:
    """The request id on a line that says no known command, so that it can be answered; 0 when there is none."""
    try:
        content = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return 0
    number = content.get("id") if isinstance(content, dict) and content.get("kind") in _REQUESTS else 0
    return number if isinstance(number, int) else 0


def decode_up(line: bytes) -> Up | None:
    """The report on this line; None for kinds this version does not know or a damaged line."""
    message: Up | None = _decode(_up, line)
    return message


def _decode(decoder: msgspec.json.Decoder[Any], line: bytes) -> Any:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
