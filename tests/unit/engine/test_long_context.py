"""Beyond what the model was trained for, with stretched positions: what comes back from disk is what was read.

A one-layer model with one head keeps the reading short. Its attention looks at every token, so a cell in the wrong
place or at the wrong position changes the logits.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.core.params import Sampling
from app.engine import messages as m
from app.engine.worker.context import Logits
from app.engine.worker.faults import EngineFault
from app.engine.worker.picker import Picker
from resources.demo.make.model import random_weights
from resources.demo.make.write import write_model
from tests.helpers.inside import Inside, inside
from tests.helpers.models import SMALL, TEMPLATE, bytes_vocabulary

ROOM = 984  # that the template and the question need


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "one.gguf"
    vocabulary = bytes_vocabulary()
    shape = replace(SMALL, vocab=len(vocabulary), layers=1, heads=1, kv_heads=1, ffn=256, context=32_768)
    write_model(path, shape, vocabulary, TEMPLATE, random_weights(shape, 4), name="One head", quant="F16")
    return path


QUESTION = "\nWhat stands at the end?"


class Listening:
    """A picker that keeps the first logits it sees."""

    def __init__(self, picker: Picker) -> None:
        self._picker, self.first = picker, np.empty(0, np.float32)

    def pick(self, logits: Logits) -> int:
        self.first = self.first if len(self.first) else logits.copy()
        return self._picker.pick(logits)

    def close(self) -> None:
        self._picker.close()


def ask(engine: Inside, number: int, text: str) -> tuple[str, Logits, int]:
    """What was said, the logits of its first token, and how much of the prompt had not to be read."""
    engine.ask(number, text, Sampling(temperature=0, max_tokens=12))
    job = engine.scheduler.jobs[0]
    picker = Listening(job.picker)
    job.picker = picker  # type: ignore[assignment]
    engine.finish()
    return engine.said[number], picker.first, job.cached


@pytest.mark.timeout(300)  # one reading of 41,000 tokens: fifteen seconds of a free core
@pytest.mark.parametrize(("kv_type", "tokens", "trained"), [("f16", 41_000, 32_768), ("q8_0", 12_000, 8_192)])
def test_a_long_session_comes_back_as_it_was_read(
    tmp_path: Path, model: Path, kv_type: str, tokens: int, trained: int
) -> None:
    letters = np.random.default_rng(6).integers(ord("a"), ord("z") + 1, tokens).astype(np.uint8)
    document = letters.tobytes().decode()
    path, n_ctx = str(tmp_path / "session"), tokens + ROOM
    yarn = {"yarn_factor": n_ctx / trained, "yarn_orig_ctx": trained}
    with inside(model, endless=True, n_ctx=n_ctx, n_ubatch=512, n_threads=1, kv_type=kv_type, **yarn) as engine:
        _, fresh, _ = ask(engine, 1, document + QUESTION)
        saved = engine.engine.save_session(m.SaveSession(2, (m.Turn("user", document),), path, thinking=False))()
        assert tokens <= saved.tokens < engine.done[1].prompt_tokens
        held, _ = engine.scheduler.slots.longest(engine.done[1].text.ids)
        assert held is not None
        engine.scheduler.slots.cut(held, saved.tokens)
        kept = ask(engine, 3, document + QUESTION)
        engine.scheduler.fail_all(EngineFault("forget"))
        restored = engine.engine.restore_session(m.RestoreSession(4, path))
        back = ask(engine, 5, document + QUESTION)
    assert restored.tokens == saved.tokens == kept[2] == back[2]
    assert back[0] == kept[0]
    assert np.array_equal(back[1], kept[1]), "the same cells, bit for bit"
    # A fresh reading cuts the prompt elsewhere and so adds up in another order. Random weights look at all those
    # tokens alike: what they see is nearly nothing, and the rounding of 16 bits shows.
    assert np.corrcoef(back[1], fresh)[0, 1] > 0.9
