"""Trains the demo model: `python -m resources.demo.make.train --minutes 8 --out FOLDER` on a computer with one GPU.

Needs `torch` and `tokenizers` besides what Carrel needs. The texts are made up while it runs and every process has
its seed; how far it comes depends on the clock, so two runs differ. `export.py` makes the GGUF of what it leaves.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from resources.demo.make import exam
from resources.demo.make.corpus.values import Words
from resources.demo.make.export import PARTS, trained, vocabulary
from resources.demo.make.model import DEMO, Shape
from resources.demo.make.muon import Muon
from resources.demo.make.network import (
    PLAIN,
    Halves,
    Params,
    after,
    angles,
    before,
    fresh,
    from_gguf_names,
    hidden,
    to_gguf_names,
)
from resources.demo.make.scribe import Scribe
from resources.demo.make.stream import Batch, Stream

MATRICES = ("q", "k", "v", "o", "gate", "up", "down")
RATE, WARM_STEPS, DECAY_FROM = 4e-3, 150, 0.5


class Trainer:
    """Weights, optimizers and the step."""

    def __init__(self, params: Params, shape: Shape, device: str, tokens: int) -> None:
        self.shape, self.device, self.tokens = shape, device, tokens
        self.params = {name: value.to(device).requires_grad_() for name, value in params.items()}
        self.muon = Muon([self.params[name] for name in MATRICES])
        rest = [value for name, value in self.params.items() if name not in MATRICES]
        self.adam = torch.optim.AdamW(rest, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=device == "cuda")
        self.angles: dict[int, tuple[Tensor, Tensor]] = {}
        self.halves, self.loss = PLAIN, loss_of
        self.steps = 0

    def compile(self, sample: Batch) -> None:
        """Compile what runs on the flat row; a computer that cannot goes on without."""
        halves = Halves(torch.compile(before, dynamic=False), torch.compile(after, dynamic=False))
        compiled = torch.compile(loss_of, dynamic=False)
        try:
            self.halves, self.loss = halves, compiled
            self.forward(sample).backward()
        except Exception as error:  # whatever the compiler meets, eager mode still trains
            say(f"not compiled: {type(error).__name__}: {str(error)[:300]}")
            self.halves, self.loss = PLAIN, loss_of
        for value in self.params.values():
            value.grad = None

    def forward(self, batch: Batch) -> Tensor:
        ids, places, weights = (
            self._put(part) for part in (batch.ids.astype(np.int64), batch.places.astype(np.int64), batch.weights)
        )
        if batch.length not in self.angles:
            self.angles[batch.length] = angles(batch.length, self.tokens // batch.length, self.shape, self.device)
        kind = torch.bfloat16 if self.device == "cuda" else torch.float32
        half = {name: value.to(kind) for name, value in self.params.items()}
        out = hidden(half, ids, batch.length, *self.angles[batch.length], self.halves)
        return self.loss(F.embedding(places, out), half["embed"], ids[places + 1], weights)

    def step(self, batch: Batch, done: float) -> Tensor:
        self.steps += 1
        warm = min(1.0, self.steps / WARM_STEPS)
        rate = RATE * warm * min(1.0, max(0.02, (1 - done) / (1 - DECAY_FROM)))
        loss = self.forward(batch)
        loss.backward()
        self.muon.step(rate, 0.85 + 0.1 * min(1.0, self.steps / 400))
        for group in self.adam.param_groups:
            group["lr"] = rate * 0.6
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        return loss.detach()

    def _put(self, part: np.ndarray[Any, Any]) -> Tensor:
        made = torch.from_numpy(part)
        return made.pin_memory().to(self.device, non_blocking=True) if self.device == "cuda" else made


def loss_of(out: Tensor, embed: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    each = F.cross_entropy((out @ embed.T).float(), targets, reduction="none")
    return (each * weights).sum() / weights.sum()


def say(words: str) -> None:
    print(words, flush=True)


def save(params: Params, out: Path, stem: str) -> None:
    """Two files of f16: the embedding, and the layers."""
    named = {name: values.astype(np.float16) for name, values in to_gguf_names(params).items()}
    words = {"token_embd.weight": named.pop("token_embd.weight")}
    for part, tensors in zip(PARTS, (words, named), strict=True):
        np.savez(out / f"{stem}-{part}.npz", allow_pickle=False, **tensors)


def load(folder: Path) -> Params:
    """The parameters of a checkpoint."""
    return from_gguf_names(trained(folder))


def table(trainer: Trainer, sets: dict[tuple[str, int, bool], list[exam.Paper]], sizes: tuple[int, ...]) -> None:
    """Print exact match of every set of these sizes, and of its kinds of questions."""
    for (language, tokens, reserved), made in sets.items():
        if tokens in sizes:
            found = exam.marks({n: v.detach() for n, v in trainer.params.items()}, trainer.shape, made, trainer.device)
            kinds = " ".join(f"{kind} {sum(r)}/{len(r)}" for kind, r in sorted(found.items()))
            say(f"  {language} {tokens:>6} {'unseen' if reserved else 'seen  '} {exam.share(found):.1%}  {kinds}")


def batches(stream: Stream) -> Callable[[], Batch]:
    """The next batch; an old one again when the writers cannot keep up."""
    kept: deque[Batch] = deque(maxlen=300)
    r, again = Random(1), [0]

    def take() -> Batch:
        try:
            kept.append(stream.queue.get(timeout=0.02 if len(kept) > 20 else 300))
        except Empty:
            again[0] += 1
            if again[0] % 200 == 1:
                say(f"  an old batch again ({again[0]} so far)")
            return r.choice(kept)
        return kept[-1]

    return take


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument(
        "--minutes", type=float, default=8.0, help="of training, everything before and after not counted"
    )
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--resume", type=Path, help="a folder with the checkpoint to go on from")
    options.add_argument("--workers", type=int, default=14)
    options.add_argument("--tokens", type=int, default=131_072, help="in a step")
    options.add_argument("--learned", type=int, default=36_864, help="of them, places that are learned from")
    options.add_argument("--longest", type=int, default=32_768)
    options.add_argument("--start", type=float, default=0.0, help="where in the course to begin, 0 to 1")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--ends", type=float, default=1e9, help="seconds after the start when training ends in any case"
    )
    options.add_argument("--exam", type=float, default=1.0, help="share of the examination")
    given = options.parse_args()
    train(given)


def train(given: argparse.Namespace) -> None:
    begun = time.monotonic()
    given.out.mkdir(parents=True, exist_ok=True)
    pieces = vocabulary()
    stream = Stream(pieces, given.workers, given.seed, given.tokens, given.learned, given.longest)
    Words.learn(pieces)
    scribe = Scribe(pieces)
    sizes = [size for size in exam.SIZES if size <= given.longest]
    keys = [(language, size, reserved) for size in sizes for language in ("en", "zh") for reserved in (False, True)]
    sets = {key: exam.papers(scribe, key[0], key[1], reserved=key[2], scale=given.exam) for key in keys}
    say(f"examination ready after {time.monotonic() - begun:.0f} s")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    trainer = Trainer(load(given.resume) if given.resume else fresh(DEMO, given.seed), DEMO, device, given.tokens)
    take = batches(stream)
    trainer.compile(take())
    numbers = sum(value.numel() for value in trainer.params.values())
    say(f"compiled after {time.monotonic() - begun:.0f} s, {device}, {numbers:,} numbers")
    given.minutes = min(given.minutes, (given.ends - (time.monotonic() - begun)) / 60)
    learn(trainer, stream, take, sets, given)
    stream.stop()
    save(trainer.params, given.out, "demo")
    table(trainer, sets, tuple(sizes))
    say(f"all done after {time.monotonic() - begun:.0f} s")


def learn(trainer: Trainer, stream: Stream, take: Callable[[], Batch], sets: Any, given: argparse.Namespace) -> None:
    """The loop over time: a line every 10 s, a small examination every minute, a checkpoint every two."""
    start, limit = time.monotonic(), given.minutes * 60
    shown = examined = saved = start
    losses: list[Tensor] = []
    while (passed := time.monotonic() - start) < limit:
        done = given.start + (1 - given.start) * passed / limit
        stream.done.value = done
        losses.append(trainer.step(take(), done))
        if len(losses) % 8 == 0 and trainer.device == "cuda":
            torch.cuda.synchronize()  # the clock decides: stay near the device
        now = time.monotonic()
        if now - shown > 10:
            mean = torch.stack(losses).float().mean().item()
            rate = len(losses) * trainer.tokens / (now - shown)
            speed = f"{rate / 1e6:.2f} M tokens/s  queue {stream.queue.qsize()}"
            say(f"{passed:6.1f} s  step {trainer.steps}  loss {mean:.4f}  {speed}")
            losses, shown = [], now
            if not np.isfinite(mean):
                sys.exit("the loss is not a number")
        if now - examined > 60:
            table(trainer, sets, (500, 2000) if passed < limit * 0.7 else (500, 2000, 8000))
            examined = time.monotonic()
        if now - saved > 120:
            save(trainer.params, given.out, "demo")
            saved = now


if __name__ == "__main__":
    main()
