"""The examination: held-out documents and wordings; an answer counts when every one of its tokens is the likeliest.

Greedy decoding writes exactly the right answer if and only if each token of it is the likeliest after those before,
so one reading of the whole conversation marks all its answers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray

from resources.demo.make.corpus.cases import case
from resources.demo.make.lesson import SAID, Cutter, examination
from resources.demo.make.model import Shape
from resources.demo.make.network import Params, angles, hidden

SEED = 77_000_000  # far from every seed of training
SIZES = {500: (48, 4), 2000: (24, 8), 8000: (10, 12), 30000: (3, 20)}  # tokens: documents, questions on each


@dataclass(frozen=True)
class Paper:
    """One conversation to be marked."""

    ids: NDArray[np.int64]
    places: NDArray[np.int64]
    turns: NDArray[np.int64]
    kinds: tuple[str, ...]


def papers(scribe: Cutter, language: str, tokens: int, *, reserved: bool, scale: float = 1.0) -> list[Paper]:
    """Conversations whose documents have about this many tokens."""
    count, questions = SIZES[tokens]
    made = []
    for number in range(max(1, round(count * scale))):
        r = Random(SEED + tokens * 100 + number + (50 if language == "zh" else 0))
        chat, kinds = examination(
            r, scribe, case(r, language, tokens, reserved=reserved, papers=1, full=True), 32_768, questions
        )
        weights, turns = np.array(chat.weights), np.array(chat.turns)
        places = np.flatnonzero(weights[1:] == SAID)
        made.append(Paper(np.array(chat.ids), places, turns[places + 1], tuple(kinds)))
    return made


@torch.inference_mode()
def marks(params: Params, shape: Shape, made: list[Paper], device: str) -> dict[str, list[bool]]:
    """Right or wrong for every answer, by kind of question."""
    found: dict[str, list[bool]] = defaultdict(list)
    half = {name: value.bfloat16() if device == "cuda" else value for name, value in params.items()}
    for paper in made:
        cos, sin = angles(len(paper.ids), 1, shape, device)
        out = hidden(half, torch.from_numpy(paper.ids).to(device), len(paper.ids), cos, sin)
        likeliest = (out[torch.from_numpy(paper.places).to(device)] @ half["embed"].T).argmax(-1).cpu().numpy()
        right = likeliest == paper.ids[paper.places + 1]
        for turn, kind in enumerate(paper.kinds):
            found[kind].append(bool(right[paper.turns == turn].all()))
    return found


def share(found: dict[str, list[bool]]) -> float:
    every = [right for rights in found.values() for right in rights]
    return sum(every) / max(1, len(every))
