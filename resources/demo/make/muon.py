"""The optimizer: Muon for the matrices of the layers (all layers of a kind at once), AdamW for all else."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)


@torch.no_grad()
def orthogonal(moves: Tensor) -> Tensor:
    """The nearest orthogonal matrices, by Newton-Schulz steps in bf16: (layers, rows, columns)."""
    x = moves.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) * 1.01 + 1e-7)
    for a, b, c in STEPS:
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon:
    """Moves each stacked matrix by the orthogonal part of its momentum, scaled as AdamW's moves are."""

    def __init__(self, params: list[Tensor], decay: float = 0.05) -> None:
        self.params, self.decay = params, decay
        self.momenta = [torch.zeros_like(param) for param in params]

    @torch.no_grad()
    def step(self, rate: float, momentum: float) -> None:
        for param, kept in zip(self.params, self.momenta, strict=True):
            assert param.grad is not None
            kept.lerp_(param.grad, 1 - momentum)
            move = orthogonal(param.grad.lerp(kept, momentum))
            size = 0.2 * max(param.shape[-2:]) ** 0.5
            param.mul_(1 - rate * self.decay).add_(move, alpha=-rate * size)
            param.grad = None
