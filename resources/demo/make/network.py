"""The demo model in PyTorch: the same Qwen3 that llama.cpp runs, written so that one compiled step serves any length.

Tokens of all conversations lie in one flat row; only attention sees how long each is. Needs `torch`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from resources.demo.make.model import Array, Shape, tensors

Params = dict[str, Tensor]

# GGUF's names after "blk.N." against ours, which hold all layers in one tensor.
STACKED = {
    "attn_norm.weight": "attn_norm",
    "attn_q.weight": "q",
    "attn_k.weight": "k",
    "attn_v.weight": "v",
    "attn_q_norm.weight": "q_norm",
    "attn_k_norm.weight": "k_norm",
    "attn_output.weight": "o",
    "ffn_norm.weight": "ffn_norm",
    "ffn_gate.weight": "gate",
    "ffn_up.weight": "up",
    "ffn_down.weight": "down",
}
BEFORE = ("attn_norm", "q", "k", "v", "q_norm", "k_norm")
AFTER = ("o", "ffn_norm", "gate", "up", "down")


@dataclass(frozen=True)
class Halves:
    """The two halves of a layer, around attention: plain functions, or compiled ones."""

    before: Callable[..., tuple[Tensor, Tensor, Tensor]]
    after: Callable[..., Tensor]


def fresh(shape: Shape, seed: int) -> Params:
    """Parameters to begin from, f32."""
    made = torch.Generator().manual_seed(seed)
    sizes = dict(tensors(shape))
    params = {}
    for tail, name in STACKED.items():
        size = (shape.layers, *sizes[f"blk.0.{tail}"])
        if name.endswith("norm"):
            params[name] = torch.ones(size)
        else:
            down = (2 * shape.layers) ** -0.5 if name in ("o", "down") else 1.0
            params[name] = torch.randn(size, generator=made) * size[-1] ** -0.5 * down
    params["out_norm"] = torch.ones(shape.hidden)
    params["embed"] = torch.randn((shape.vocab, shape.hidden), generator=made) * 0.02
    return params


def from_gguf_names(weights: dict[str, Array]) -> Params:
    """Stacked parameters of tensors named as in a GGUF."""
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blk."))
    params = {
        name: torch.from_numpy(np.stack([weights[f"blk.{layer}.{tail}"] for layer in range(layers)]))
        for tail, name in STACKED.items()
    }
    params["out_norm"] = torch.from_numpy(weights["output_norm.weight"])
    params["embed"] = torch.from_numpy(weights["token_embd.weight"])
    return params


def to_gguf_names(params: Params) -> dict[str, Array]:
    """Tensors as a GGUF names them, f32."""
    flat = {name: value.detach().float().cpu().numpy() for name, value in params.items()}
    named = {"token_embd.weight": flat["embed"], "output_norm.weight": flat["out_norm"]}
    for tail, name in STACKED.items():
        named |= {f"blk.{layer}.{tail}": values for layer, values in enumerate(flat[name])}
    return named


def rms(x: Tensor, gain: Tensor) -> Tensor:
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-6) * gain.float()).to(x.dtype)


def turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """RoPE over the two halves of each head."""
    low, high = x.float().chunk(2, -1)
    return torch.cat((low * cos - high * sin, high * cos + low * sin), -1).to(x.dtype)


def before(
    x: Tensor,
    cos: Tensor,
    sin: Tensor,
    attn_norm: Tensor,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    q_norm: Tensor,
    k_norm: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values of a flat row (tokens, hidden)."""
    head = q_norm.shape[-1]
    seen = rms(x, attn_norm)
    queries = turned(rms((seen @ q.T).view(len(x), -1, head), q_norm), cos, sin)
    keys = turned(rms((seen @ k.T).view(len(x), -1, head), k_norm), cos, sin)
    return queries, keys, (seen @ v.T).view(len(x), -1, head)


def after(x: Tensor, heard: Tensor, o: Tensor, ffn_norm: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """What follows attention: its output, then the feed-forward part."""
    x = x + heard @ o.T
    seen = rms(x, ffn_norm)
    return x + (F.silu(seen @ gate.T) * (seen @ up.T)) @ down.T


PLAIN = Halves(before, after)


def attend(queries: Tensor, keys: Tensor, values: Tensor, length: int) -> Tensor:
    """Causal attention within each conversation of `length` tokens of the flat row."""
    split = (part.view(-1, length, *part.shape[1:]).transpose(1, 2) for part in (queries, keys, values))
    heard = F.scaled_dot_product_attention(*split, is_causal=True, enable_gqa=True)
    return heard.transpose(1, 2).reshape(len(queries), -1)


def angles(length: int, rows: int, shape: Shape, device: torch.device | str) -> tuple[Tensor, Tensor]:
    """Cosines and sines of RoPE for a flat row of `rows` conversations: (tokens, 1, head / 2)."""
    steps = torch.arange(0, shape.head_dim, 2, dtype=torch.float64) / shape.head_dim
    turns = torch.arange(length, dtype=torch.float64)[:, None] * (shape.rope_base**-steps)[None]
    cos, sin = (part.float().repeat(rows, 1)[:, None].to(device) for part in (turns.cos(), turns.sin()))
    return cos, sin


def hidden(params: Params, ids: Tensor, length: int, cos: Tensor, sin: Tensor, halves: Halves = PLAIN) -> Tensor:
    """The last layer's normed output for a flat row of ids."""
    x = F.embedding(ids, params["embed"])
    split = ([params[name].unbind(0) for name in half] for half in (BEFORE, AFTER))
    for one, two in zip(*(zip(*half, strict=True) for half in split), strict=True):
        queries, keys, values = halves.before(x, cos, sin, *one)
        x = halves.after(x, attend(queries, keys, values, length), *two)
    return rms(x, params["out_norm"])


def logits(params: Params, ids: list[int], shape: Shape) -> Array:
    """Logits after every token of one prompt, on the processor, f32."""
    with torch.inference_mode():
        cos, sin = angles(len(ids), 1, shape, "cpu")
        out = hidden(params, torch.tensor(ids), len(ids), cos, sin) @ params["embed"].T
    found: Array = out.numpy()
    return found
