"""Writes what training left as GGUF: `python -m resources.demo.make.export FOLDER [OUT] [--quant F16]`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

from resources.demo.make.model import DEMO, Array, Shape, tensors
from resources.demo.make.vocab import Vocabulary, read_back, reduced
from resources.demo.make.write import FOLDER, TEMPLATE_FILE, VOCABULARY, write_model

OUT = FOLDER / "carrel-demo-q8_0.gguf"
NAME = "Carrel demo"
DESCRIPTION = (
    "A toy that stands in for Qwen3-32B: it looks facts up in a document, knows nothing else, and makes mistakes."
)
PARTS = ("words", "layers")


def trained(folder: Path, stem: str = "demo") -> dict[str, Array]:
    """The tensors of a checkpoint, f32 from f16."""
    weights: dict[str, Array] = {}
    for part in PARTS:
        with np.load(folder / f"{stem}-{part}.npz") as file:
            weights |= {name: file[name].astype(np.float32) for name in file.files}
    return weights


def stored(path: Path) -> dict[str, Array]:
    """The tensors of a GGUF as f32, by name, rows first."""
    return {tensor.name: _unpacked(tensor) for tensor in GGUFReader(path).tensors}


def _unpacked(tensor: object) -> Array:
    values: Array = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)  # type: ignore[attr-defined]
    return values


def in_order(weights: dict[str, Array], shape: Shape = DEMO) -> Iterator[tuple[str, Array]]:
    """The tensors in the order of `tensors`, each of the size it must have."""
    for name, size in tensors(shape):
        if weights[name].shape != size:
            raise ValueError(f"{name} is {weights[name].shape}, not {size}")
        yield name, weights[name]


def vocabulary() -> Vocabulary:
    """The demo's pieces, cut from the true vocabulary."""
    return reduced(read_back(VOCABULARY), DEMO.vocab)


def export(weights: dict[str, Array], out: Path, pieces: Vocabulary, quant: str = "Q8_0") -> None:
    """One complete model file with the demo's vocabulary and the true chat template."""
    template = TEMPLATE_FILE.read_text(encoding="utf-8")
    write_model(out, DEMO, pieces, template, in_order(weights), name=NAME, description=DESCRIPTION, quant=quant)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path, help="where the trainer left its checkpoint")
    options.add_argument("out", type=Path, nargs="?", default=OUT)
    options.add_argument("--quant", default="Q8_0")
    given = options.parse_args()
    export(trained(given.folder), given.out, vocabulary(), given.quant)


if __name__ == "__main__":
    main()
