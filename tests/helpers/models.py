"""Small GGUF files for tests, written in well under a second: random ones, scripted ones, broken ones.

A scripted model answers with exactly the text it was given, whatever it is asked and however it is sampled: its
layers are zero, so the next piece depends on the last piece alone, and its output matrix is that chain. The
thinking, the end of the answer and the chat template are real, so a test can assert on text and not on noise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

from resources.demo.make.model import Array, Shape, random_weights, tensors
from resources.demo.make.vocab import Vocabulary, assembled, read_back, spelled
from resources.demo.make.write import TEMPLATE_FILE, add_header, add_vocabulary, add_weights, finish, write_model

DEMO_MODEL = Path(__file__).resolve().parents[2] / "resources" / "demo" / "carrel-demo-q8_0.gguf"
SMALL = Shape(vocab=0, layers=2, hidden=256, heads=4, kv_heads=2, head_dim=64, ffn=512, context=8192)
SHARPNESS = 1 / 6  # the next piece's logit is 256/6 = 43; the loudest wrong one stays under 16
WORD = re.compile(r" ?[A-Za-z]+| ?[0-9]|\s+|.", re.DOTALL)

TEMPLATE = TEMPLATE_FILE.read_text(encoding="utf-8")


@cache
def bytes_vocabulary() -> Vocabulary:
    """One token a byte, and "\\n\\n", which ends the prompt of an answer without thinking."""
    return assembled(["Ċ Ċ"])


@cache
def demo_vocabulary() -> Vocabulary:
    """The demo model's 12,288 pieces (about a second to read, once)."""
    return read_back(DEMO_MODEL)


def tiny_qwen3(
    path: Path,
    *,
    layers: int = 2,
    hidden: int = 256,
    vocab: str = "bytes",
    ctx: int = 8192,
    seed: int = 1,
    quant: str = "Q8_0",
    tied: bool = True,
    eos_bias: float = 0.0,
) -> Path:
    """A Qwen3 with seeded random weights. `vocab` is "bytes" or "demo"; `eos_bias` > 0 makes it end sooner."""
    vocabulary = {"bytes": bytes_vocabulary, "demo": demo_vocabulary}[vocab]()
    shape = replace(
        SMALL, vocab=len(vocabulary), layers=layers, hidden=hidden, heads=hidden // 64, context=ctx, tied=tied
    )
    weights = _with_bias(random_weights(shape, seed), vocabulary.id_of("<|im_end|>"), eos_bias)
    write_model(path, shape, vocabulary, TEMPLATE, weights, name="Tiny Qwen3", quant=quant)
    return path


def _with_bias(weights: Iterator[tuple[str, Array]], end: int, bias: float) -> Iterator[tuple[str, Array]]:
    """Dimension 0 is the same in every piece but the end's, where it is larger by the bias."""
    for name, values in weights:
        if name == "token_embd.weight" and bias:
            values[:, 0] = 0.2
            values[end, 0] += bias
        elif name.endswith(("attn_output.weight", "ffn_down.weight")) and bias:
            values[0] = 0.0
        yield name, values


# --- scripted models ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Script:
    """What a scripted model says. With `repeat` the answer begins again instead of ending."""

    answer: str | Sequence[str | bytes]
    thinking: str = ""
    repeat: bool = False


def script_model(
    path: Path,
    answer: str | Sequence[str | bytes],
    *,
    thinking: str = "",
    repeat: bool = False,
    ctx: int = 8192,
    layers: int = 2,
    ffn: int = 512,
    context_vocab: str = "bytes",
) -> Path:
    """A model that answers every conversation with exactly this text, then ends.

    `answer` may be given as pieces (bytes, if characters shall be cut); a piece said before grows by its follower,
    so each stays unique. With `thinking` it thinks first, unless the template is told not to. More `layers` or
    `ffn` make each token cost more time and no disk: the zeros are holes in the file.
    """
    script = Script(answer, thinking, repeat)
    base = {"bytes": bytes_vocabulary, "demo": demo_vocabulary}[context_vocab]()
    vocabulary, chain = _compile(script, base)
    shape = replace(SMALL, vocab=len(vocabulary), layers=layers, ffn=ffn, context=ctx, tied=False)
    writer = GGUFWriter(path, "qwen3")
    add_header(writer, shape, "Scripted Qwen3", "F16")
    add_vocabulary(writer, vocabulary, TEMPLATE)
    given = _chain_weights(shape, chain, vocabulary.id_of("<|im_end|>"))
    _write_with_holes(writer, shape, given)
    return path


def pieces_of(text: str | Sequence[str | bytes], taken: set[bytes] | None = None) -> list[bytes]:
    """Cut a text into pieces of which no two are equal and none is in `taken`, which grows by them."""
    taken = set() if taken is None else taken
    parts = WORD.findall(text) if isinstance(text, str) else text
    pieces: list[bytes] = []
    open_piece = b""
    for part in parts:
        open_piece += part.encode() if isinstance(part, str) else part
        if open_piece and open_piece not in taken:
            taken.add(open_piece)
            pieces.append(open_piece)
            open_piece = b""
    while open_piece:  # the tail was said before: it joins the piece in front of it, until the sum is new
        if not pieces:
            raise ValueError(f"no unique pieces in {text!r}")
        taken.discard(pieces[-1])
        open_piece = pieces.pop() + open_piece
        if open_piece not in taken:
            taken.add(open_piece)
            pieces.append(open_piece)
            open_piece = b""
    return pieces


def _compile(script: Script, base: Vocabulary) -> tuple[Vocabulary, dict[int, int]]:
    """The vocabulary with the script's pieces in it, and which token follows which."""
    taken = {b"\n", b"\n\n"}
    thought = pieces_of("\n" + script.thinking.strip("\n") + "\n", taken) if script.thinking else []
    said = pieces_of(script.answer, taken)
    vocabulary = _extended(base, [spelled(piece) for piece in (*thought, *said)])
    number = {text: place for place, text in enumerate(vocabulary.tokens)}
    end, begin, plain = number["<|im_end|>"], number["Ċ"], number["ĊĊ"]
    thoughts, answer = ([number[spelled(piece)] for piece in part] for part in (thought, said))
    walk = [plain, *answer, answer[0] if script.repeat and answer else end]
    chain = dict(pairwise(walk))
    opening = [begin, number["<think>"], *thoughts, number["</think>"], plain] if thoughts else [begin, walk[1]]
    return vocabulary, chain | dict(pairwise(opening))


def _extended(base: Vocabulary, texts: list[str]) -> Vocabulary:
    known = set(base.tokens)
    new = [text for text in texts if text not in known]
    return Vocabulary((*base.tokens, *new), (*base.types, *([int(TokenType.NORMAL)] * len(new))), base.merges)


def _chain_weights(shape: Shape, chain: dict[int, int], end: int) -> dict[str, Array]:
    """Each piece of the chain gets its own random ±1 vector, all others share one whose follower is the end."""
    rng = np.random.default_rng(len(chain))
    signs = rng.choice(np.array([-1, 1], np.float32), (len(chain) + 1, shape.hidden))
    embedding = np.repeat(signs[-1:], shape.vocab, axis=0)
    output = np.zeros((shape.vocab, shape.hidden), np.float32)
    output[end] = signs[-1] * SHARPNESS
    for row, (piece, follower) in enumerate(chain.items()):
        embedding[piece] = signs[row]
        output[follower] += signs[row] * SHARPNESS
    return {"token_embd.weight": embedding, "output.weight": output}


def _write_with_holes(writer: GGUFWriter, shape: Shape, given: dict[str, Array]) -> None:
    """Write the given matrices in F16 and norms of one; every other tensor is zeros that take no disk."""
    sizes = dict(tensors(shape))
    for name, size in sizes.items():
        kind = np.dtype(np.float32 if len(size) == 1 else np.float16)
        writer.add_tensor_info(name, size, kind, int(np.prod(size)) * kind.itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    assert writer.fout is not None
    file = writer.fout[0]
    for name, size in sizes.items():
        file.seek(-file.tell() % writer.data_alignment, 1)
        if name in given:
            file.write(given[name].astype(np.float16).tobytes())
        elif len(size) == 1:
            file.write(np.ones(size, np.float32).tobytes())
        else:
            file.seek(int(np.prod(size)) * 2, 1)
    file.truncate(file.tell() + -file.tell() % writer.data_alignment)
    writer.close()


# --- broken ones --------------------------------------------------------------------------------------------------


def truncated(source: Path, path: Path, fraction: float = 0.5) -> Path:
    """The first part of a file, as an interrupted copy leaves it."""
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * fraction)])
    return path


def corrupt_header(source: Path, path: Path, offset: int = 8, value: bytes = b"\xff" * 8) -> Path:
    """A file with some header bytes overwritten; at 8 stands the tensor count, at 0 the magic."""
    data = bytearray(source.read_bytes())
    data[offset : offset + len(value)] = value
    path.write_bytes(data)
    return path


def foreign_architecture(path: Path, architecture: str = "carrier_pigeon") -> Path:
    """A well-formed GGUF of an architecture that no engine knows."""
    writer = GGUFWriter(path, architecture)
    writer.add_name("Not a language model")
    writer.add_block_count(1)
    writer.add_tensor("wing.weight", np.zeros((4, 4), np.float32))
    finish(writer)
    return path


def aborting_model(path: Path) -> Path:
    """A file on which llama.cpp aborts its whole process while loading: the same piece under two ids."""
    base = bytes_vocabulary()
    twice = Vocabulary((*base.tokens, base.tokens[0]), (*base.types, int(TokenType.NORMAL)), base.merges)
    shape = replace(SMALL, vocab=len(twice), layers=1)
    write_model(path, shape, twice, TEMPLATE, random_weights(shape, 1), name="Aborting")
    return path


def split_model(folder: Path, stem: str = "split") -> tuple[Path, ...]:
    """A tiny model in parts, `stem-00001-of-0000N.gguf` first; the engine is given the first."""
    vocabulary = bytes_vocabulary()
    shape = replace(SMALL, vocab=len(vocabulary))
    writer = GGUFWriter(folder / f"{stem}.gguf", "qwen3", split_max_tensors=12)
    add_header(writer, shape, "Split Qwen3", "Q8_0")
    add_vocabulary(writer, vocabulary, TEMPLATE)
    add_weights(writer, random_weights(shape, 1), "Q8_0")
    finish(writer)
    return tuple(sorted(folder.glob(f"{stem}-*-of-*.gguf")))
