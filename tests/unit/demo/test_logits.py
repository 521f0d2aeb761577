"""PyTorch and llama.cpp compute the same from the same weights.

`logits.npz` holds a prompt of both languages, a document in it, and PyTorch's f32 logits at some of its places, from
the weights in the bundled file; `python -m resources.demo.make.reference tests/unit/demo/logits.npz` makes them anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from llama_cpp import llama_cpp as C

from resources.demo.make.export import OUT, export, stored
from resources.demo.make.model import DEMO
from tests.helpers.models import demo_vocabulary

REFERENCE = Path(__file__).with_name("logits.npz")
Logits = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def reference() -> dict[str, npt.NDArray[Any]]:
    with np.load(REFERENCE) as file:
        return {name: file[name] for name in file.files}


def of_llama(path: Path, ids: list[int], places: list[int]) -> Logits:
    """Logits at these places, f16 KV."""
    model = C.llama_model_load_from_file(str(path).encode(), C.llama_model_default_params())
    params = C.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch, params.n_threads = 1024, 1024, 512, 2
    ctx = C.llama_init_from_model(model, params)
    batch = C.llama_batch_init(len(ids), 0, 1)
    try:
        batch.n_tokens = len(ids)
        for place, token in enumerate(ids):
            batch.token[place], batch.pos[place], batch.n_seq_id[place] = token, place, 1
            batch.seq_id[place][0], batch.logits[place] = 0, place in places
        assert C.llama_decode(ctx, batch) == 0
        rows = [np.ctypeslib.as_array(C.llama_get_logits_ith(ctx, place), (DEMO.vocab,)).copy() for place in places]
        return np.stack(rows)
    finally:
        C.llama_batch_free(batch)
        C.llama_free(ctx)
        C.llama_model_free(model)


def test_f16_weights_give_the_same_logits(tmp_path: Path, reference: dict[str, npt.NDArray[Any]]) -> None:
    export(stored(OUT), tmp_path / "f16.gguf", demo_vocabulary(), "F16")
    _alike(of_llama(tmp_path / "f16.gguf", *_prompt(reference)), reference["logits"], mean=0.005, most=0.05)


def test_the_bundled_file_gives_nearly_the_same(reference: dict[str, npt.NDArray[Any]]) -> None:
    """Q8_0 also rounds what is multiplied with the weights, to 8 bits in rows of 32."""
    _alike(of_llama(OUT, *_prompt(reference)), reference["logits"], mean=0.08, most=0.8)


def test_the_stored_logits_are_those_of_the_bundled_weights(reference: dict[str, npt.NDArray[Any]]) -> None:
    pytest.importorskip("torch")
    network: Any = pytest.importorskip("resources.demo.make.network")
    ids, places = _prompt(reference)
    again = network.logits(network.from_gguf_names(stored(OUT)), ids, DEMO)[places]
    assert np.abs(again - reference["logits"]).max() < 1e-3


def _prompt(reference: dict[str, npt.NDArray[Any]]) -> tuple[list[int], list[int]]:
    return reference["ids"].tolist(), reference["places"].tolist()


def _alike(found: Logits, wanted: Logits, *, mean: float, most: float) -> None:
    """The tolerances are logits; what is likeliest is the same everywhere."""
    apart = np.abs(found - wanted)
    assert apart.mean() < mean
    assert apart.max() < most
    assert np.array_equal(found.argmax(-1), wanted.argmax(-1))
