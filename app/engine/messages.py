"""The frozen values that cross the wall to the engine child, one JSON object a line, `kind` first.

Law: every request with an id ends exactly once, with Loaded, Unloaded, Tokens, Done, Saved, Restored or Failed; when
the child dies, the supervisor says Failed in its place. Unknown kinds are ignored; the greeting carries a protocol
number.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from app.core.chat import Channel, Role, Timing, Usage
from app.core.params import Sampling

PROTOCOL = 2

KvType = Literal["f16", "q8_0", "q4_0"]
Reason = Literal["stop", "length", "cancelled"]


class _Message(msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower, omit_defaults=True):
    """Base of all messages. Subclasses say frozen again for the type checker."""


class Turn(msgspec.Struct, frozen=True):
    """One message of the conversation as the chat template sees it."""

    role: Role
    content: str


class Adapter(msgspec.Struct, frozen=True):
    """A LoRA adapter file and how strongly it acts; 1.0 is as trained."""

    path: str
    scale: float = 1.0


class Cost(msgspec.Struct, frozen=True):
    """What one `llama_decode` of `rows` tokens costs at a depth of `depth` tokens, measured; `ms` milliseconds."""

    rows: int
    depth: int
    ms: float


# Down: parent to child.


class Hello(_Message, frozen=True):
    protocol: int = PROTOCOL


class Load(_Message, frozen=True):
    """Load a GGUF. `n_gpu_layers` -1 is all; `n_threads` 0 lets the child choose; `vocab_only` only counts
    tokens. `main_gpu` is the one card to use, in the order of the PCI bus; -1 spreads the layers over all cards, in
    the proportions of `tensor_split` when given.

    `n_cpu_moe` layers keep their experts in RAM. `yarn_factor` above 1 stretches the positions of a model trained for
    `yarn_orig_ctx` tokens. `n_parallel` answers share the context. `n_draft` (up to 63) is the longest draft that
    speculation may verify at once, 0 turns it off; `draft_path` names a small model that drafts too. `costs` are what
    an earlier load on this machine measured; without them speculation is measured at load.
    """

    id: int
    path: str
    n_ctx: int = 4096
    n_ubatch: int = 512
    n_gpu_layers: int = -1
    kv_type: KvType = "f16"
    n_threads: int = 0
    vocab_only: bool = False
    main_gpu: int = -1
    tensor_split: tuple[float, ...] = ()
    n_cpu_moe: int = 0
    yarn_factor: float = 0.0
    yarn_orig_ctx: int = 0
    adapters: tuple[Adapter, ...] = ()
    n_parallel: int = 8
    n_draft: int = 0
    draft_path: str = ""
    costs: tuple[Cost, ...] = ()


class Unload(_Message, frozen=True):
    id: int


class Generate(_Message, frozen=True):
    """Answer a conversation. With `thinking` False the template is told so and the model does not think.

    `thought` and `spoken` are the beginning of the answer that is there already: the model goes on after it.
    `json_schema` or `grammar` (GBNF) bind the form of the answer; a thought before it is free. `side` requests (a
    title) leave what the chat has read in place and nothing of themselves behind.
    """

    id: int
    turns: tuple[Turn, ...]
    sampling: Sampling = Sampling()
    thinking: bool = True
    spoken: str = ""
    json_schema: str = ""
    grammar: str = ""
    side: bool = False
    thought: str = ""


class Cancel(_Message, frozen=True):
    """Stop the request with this id, in prefill, decode or load; it still ends with its own final word."""

    id: int


class Tokenize(_Message, frozen=True):
    """Count tokens: of each text alone, and of `turns` rendered through the chat template (0 when none given)."""

    id: int
    texts: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    thinking: bool = True


class SaveSession(_Message, frozen=True):
    """Write the KV state of what the engine has read of `turns` (a document set, without a question) to `path`.

    With a `key`, 64 hexadecimal digits, the state is encrypted and never lies on the disk in the clear. It is a
    secret: it crosses the pipe and is written nowhere.
    """

    id: int
    turns: tuple[Turn, ...]
    path: str
    thinking: bool = True
    key: str = ""


class RestoreSession(_Message, frozen=True):
    """Bring a saved KV state back. A file that does not belong to the model as it is loaded is refused and deleted.

    `key` is the one it was saved with.
    """

    id: int
    path: str
    key: str = ""


class Shutdown(_Message, frozen=True):
    pass


# Up: child to parent.


class Ready(_Message, frozen=True):
    """The greeting. `devices` are the names llama.cpp reports; `build` names the engine library, `commit` the source it
    was made from where it knows that; `libraries` are the files it is in."""

    protocol: int
    build: str
    devices: tuple[str, ...] = ()
    gpu: bool = False
    commit: str = ""
    libraries: tuple[str, ...] = ()


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
    costs: tuple[Cost, ...] = ()


class Unloaded(_Message, frozen=True):
    id: int


class PrefillProgress(_Message, frozen=True):
    """`done` of `total` prompt tokens are in the KV cache; `cached` of them were there before.

    An answer that had to give way to others reads again, with its own words, before it goes on.
    """

    id: int
    done: int
    total: int
    cached: int = 0


class Delta(_Message, frozen=True):
    id: int
    channel: Channel
    text: str
    tokens: int = 1


class Speculation(_Message, frozen=True):
    """How drafts fare in a running answer: tokens proposed and accepted, and speed against decoding one by one."""

    id: int
    drafted: int
    accepted: int
    gain: float


class Saved(_Message, frozen=True):
    """A session lies on disk. `tokens` of KV state, sizes in bytes, times in seconds."""

    id: int
    tokens: int
    size_bytes: int
    save_s: float


class Restored(_Message, frozen=True):
    """A session is back in the KV cache, ready for a prompt that begins with its tokens."""

    id: int
    tokens: int
    size_bytes: int
    restore_s: float


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


Down = Hello | Load | Unload | Generate | Cancel | Tokenize | SaveSession | RestoreSession | Shutdown
Up = (
    Ready
    | LoadProgress
    | Loaded
    | Unloaded
    | PrefillProgress
    | Delta
    | Speculation
    | Saved
    | Restored
    | Tokens
    | Done
    | Failed
    | Log
)

_REQUESTS = ("load", "unload", "generate", "tokenize", "savesession", "restoresession")
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
