"""A load that goes wrong leaves nothing behind, and a model in memory can be asked only what it can do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.core.params import Sampling
from app.engine import messages as m
from app.engine.worker import engine as engine_module
from app.engine.worker import library
from app.engine.worker.abort import AbortFlag
from app.engine.worker.context import Context
from app.engine.worker.engine import Engine
from app.engine.worker.faults import EngineFault
from app.engine.worker.model import open_model
from app.engine.worker.picker import Picker
from app.engine.worker.template import ChatTemplate
from app.engine.worker.vocab import specials
from tests.helpers.inside import inside
from tests.helpers.models import tiny_qwen3

LONG = "The tenant pays the rent on the first of the month. " * 4


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3(tmp_path_factory.mktemp("models") / "tiny.gguf", quant="F16")


def open_engine(model: Path, **spec: object) -> Engine:
    library.open_library()
    load = m.Load(1, str(model), **{"n_ctx": 512, "n_ubatch": 128, "n_threads": 1, **spec})  # type: ignore[arg-type]
    return Engine(open_model(load, lambda _: True), load, AbortFlag(), lambda _: None, lambda _: None)


@pytest.mark.parametrize("step", ["rehearse", "identify", "ChatTemplate"])
def test_a_load_that_fails_late_frees_its_context(model: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """As a load that is cancelled while its steps are timed: the context is most of what a long chat takes."""
    opened: list[Context] = []
    closed: list[Context] = []
    make, close = Context.__init__, Context.close

    def noted(self: Context, *arguments: object) -> None:
        make(self, *arguments)  # type: ignore[arg-type]
        opened.append(self)

    def fail(*_: object) -> None:
        raise EngineFault("decode_failed", "aborted")

    monkeypatch.setattr(Context, "__init__", noted)

    def closing(self: Context) -> None:
        closed.append(self)
        close(self)

    monkeypatch.setattr(Context, "close", closing)
    monkeypatch.setattr(engine_module, step, fail)
    with pytest.raises(EngineFault):
        open_engine(model, n_draft=8)
    assert closed == opened


def test_a_vocabulary_alone_counts_and_refuses_the_rest(model: Path) -> None:
    engine = open_engine(model, vocab_only=True)
    turns = (m.Turn("user", LONG),)
    assert len(engine.template.encode(turns, True)) > len(LONG)
    wishes = (
        lambda: engine.add(m.Generate(1, turns), lambda *_: None, 0.0),
        lambda: engine.save_session(m.SaveSession(1, turns, "nowhere")),
        lambda: engine.restore_session(m.RestoreSession(1, "nowhere")),
    )
    for wish in wishes:
        with pytest.raises(EngineFault) as refused:
            wish()
        assert refused.value.code == "no_model"
    engine.close()


def test_a_prompt_without_a_token_is_refused_and_disturbs_nobody(model: Path) -> None:
    with inside(model, endless=True) as engine:
        engine.ask(1, "Well?")
        engine.engine.template = ChatTemplate("{{ '' }}", engine.engine.vocab)
        with pytest.raises(EngineFault) as refused:
            engine.ask(2, "Well?")
        assert refused.value.code == "template_failed"
        engine.finish()
        assert engine.done[1].reason == "length"


def test_a_model_that_cannot_forget_a_part_saves_no_part(model: Path, tmp_path: Path) -> None:
    """Its state is that of all it holds: under the name of its beginning it would be somebody else's memory."""
    with inside(model) as engine:
        engine.answer(LONG)
        engine.engine.context.can_forget = False
        with pytest.raises(EngineFault) as refused:
            engine.engine.save_session(m.SaveSession(9, (m.Turn("user", LONG),), str(tmp_path / "part.kv")))
        assert refused.value.code == "nothing_to_save"


def test_a_vocabulary_without_special_tokens_takes_nothing_for_one() -> None:
    assert specials({}).sub("!", "a <b> c") == "a <b> c"
    assert specials({"<|end|>": 1, "<|end": 2}).findall("x<|end|>y") == ["<|end|>"]


@pytest.mark.parametrize("change", [{}, {"presence_penalty": 1.0}, {"top_k": 0}, {"temperature": 0}])
@pytest.mark.parametrize("share", [0.4, 1.0])
def test_logits_that_are_no_numbers_are_refused(change: dict[str, float], share: float) -> None:
    """A broken file or card computes such; llama.cpp would end the process, or say one word for ever."""
    library.open_library()
    logits = np.zeros(5000, np.float32)
    logits[: int(share * len(logits))] = np.nan
    picker = Picker(msgspec.structs.replace(Sampling(temperature=0.7, seed=1), **change), len(logits))
    with pytest.raises(EngineFault) as refused:
        picker.pick(logits)
    assert refused.value.code == "no_numbers"
    picker.close()
