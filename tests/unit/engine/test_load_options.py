"""What a load can ask for beside a file: adapters, experts in RAM, stretched positions, several sequences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.core.params import Sampling
from app.engine.messages import Adapter
from app.engine.worker.context import Logits, Ran
from app.engine.worker.faults import EngineFault
from tests.helpers.inside import Inside, inside
from tests.helpers.models import tiny_qwen3
from tests.helpers.variants import lora_adapter, tiny_moe

WORDS = "The rent is due on the first of the month."
SOME = Sampling(temperature=0, max_tokens=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("options")


@pytest.fixture(scope="module")
def model(folder: Path) -> Path:
    return tiny_qwen3(folder / "tiny.gguf", quant="F16")


def last_logits(engine: Inside, tokens: int = 40, start: int = 0) -> Logits:
    """Logits after `tokens` plain tokens of which the first stands at position `start`."""
    context = engine.engine.context
    context.clear()
    context.begin()
    context.add(0, (np.arange(tokens) % 200).astype(np.int32), start, 1)
    assert context.run() is Ran.OK
    return context.logits(tokens - 1).copy()


def test_an_adapter_acts_as_strongly_as_it_is_told(folder: Path, model: Path) -> None:
    path = str(lora_adapter(folder / "lora.gguf"))
    found = {}
    for scale in (None, 0.0, 0.5, 1.0):
        with inside(model, adapters=(Adapter(path, scale),) if scale is not None else ()) as engine:
            found[scale] = last_logits(engine)
    assert np.allclose(found[None], found[0.0], atol=0.02)
    change = [float(np.abs(found[scale] - found[None]).mean()) for scale in (0.5, 1.0)]
    assert 0.01 < change[0] < change[1]


@pytest.mark.parametrize("kind", ["missing", "another model", "no adapter"])
def test_an_adapter_that_does_not_belong_is_refused(folder: Path, model: Path, kind: str) -> None:
    path = {
        "missing": folder / "nowhere.gguf",
        "another model": lora_adapter(folder / "wide.gguf", hidden=512),
        "no adapter": model,
    }[kind]
    with pytest.raises(EngineFault) as refused, inside(model, adapters=(Adapter(str(path)),)):
        pass
    assert refused.value.code == "adapter_refused"


def test_experts_in_ram_change_no_word(folder: Path) -> None:
    path = tiny_moe(folder / "moe.gguf")
    with inside(path, endless=True) as here, inside(path, endless=True, n_cpu_moe=2) as there:
        assert here.answer(WORDS, SOME) == there.answer(WORDS, SOME) != ""


def test_stretched_positions_are_those_of_yarn(model: Path) -> None:
    """Low frequencies are slowed down by the factor, high ones kept: far tokens look nearer, near ones stay.

    With factor 4 the first tokens still differ from the plain ones by little, and much further out by more.
    """
    with inside(model, n_ctx=2048) as plain, inside(model, n_ctx=2048, yarn_factor=4.0, yarn_orig_ctx=512) as yarn:
        one = np.abs(last_logits(plain, 1) - last_logits(yarn, 1)).mean()
        many = np.abs(last_logits(plain, 250) - last_logits(yarn, 250)).mean()
        assert one < 0.01 < many


def test_yarn_with_factor_one_is_no_yarn(model: Path) -> None:
    with inside(model) as plain, inside(model, yarn_factor=1.0, yarn_orig_ctx=512) as same:
        assert np.array_equal(last_logits(plain), last_logits(same))


@pytest.mark.parametrize("kv_type", ["f16", "q8_0", "q4_0"])
def test_every_kv_type_reads_and_speaks(model: Path, kv_type: str) -> None:
    with inside(model) as full, inside(model, kv_type=kv_type) as engine:
        difference = np.abs(last_logits(full, 200) - last_logits(engine, 200)).max()
        assert difference <= {"f16": 0.0, "q8_0": 0.1, "q4_0": 1.0}[kv_type]
