"""LoRA adapters: GGUF files that hold small matrices to be added to those of a model."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.errors import CarrelError
from app.gguf.model import ModelFacts
from app.gguf.reader import Header, read_header
from app.gguf.source import FileSource

KIND, LORA = "adapter", "lora"


class AdapterFacts(msgspec.Struct, frozen=True):
    """One LoRA adapter. `size_bytes` is that of its matrices; they lie where the adapted ones lie."""

    architecture: str
    name: str
    size_bytes: int
    shapes: dict[str, tuple[int, int]]  # by the adapted tensor: its elements in a row and its rows


def read_adapter(path: Path) -> AdapterFacts:
    """The adapter at `path` by its header. Raises CarrelError when it is none."""
    header = read_header(FileSource(path))
    if header.metadata.get("general.type") != KIND or header.metadata.get("adapter.type") != LORA:
        raise CarrelError(
            "adapter_is_none",
            "{file} is not a LoRA adapter.",
            "Choose a GGUF file made with convert_lora_to_gguf.py.",
            file=path.name,
        )
    name = header.metadata.get("general.name")
    architecture = header.metadata.get("general.architecture")
    return AdapterFacts(
        architecture=architecture if isinstance(architecture, str) else "",
        name=name if isinstance(name, str) else path.stem,
        size_bytes=sum(tensor.size_bytes for tensor in header.tensors),
        shapes=_adapted(header),
    )


def check_adapter(adapter: AdapterFacts, path: Path, model: ModelFacts) -> None:
    """Raises CarrelError unless the adapter was made for models of this shape."""
    if adapter.architecture != model.architecture:
        raise _other(path, model, f"{adapter.architecture or '?'}, {model.architecture}")
    there = {tensor.name: tensor.shape for tensor in model.tensors}
    for name, (columns, rows) in adapter.shapes.items():
        if there.get(name, ())[:2] != (columns, rows):
            raise _other(path, model, name)


def _adapted(header: Header) -> dict[str, tuple[int, int]]:
    """A is (columns, rank) and B is (rank, rows) of the matrix `name` they are added to (llama-adapter.cpp)."""
    found = {tensor.name: tensor.shape for tensor in header.tensors}
    names = [name.removesuffix(".lora_a") for name in found if name.endswith(".lora_a")]
    return {
        name: (found[f"{name}.lora_a"][0], found[f"{name}.lora_b"][-1])
        for name in names
        if len(found.get(f"{name}.lora_b", ())) == 2 == len(found[f"{name}.lora_a"]) and name != "token_embd.weight"
    }


def _other(path: Path, model: ModelFacts, detail: str) -> CarrelError:
    return CarrelError(
        "adapter_of_another",
        "{file} was made for another model than {model} ({detail}).",
        "Choose an adapter that was trained on this model.",
        file=path.name,
        model=model.name,
        detail=detail,
    )
