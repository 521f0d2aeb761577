"""The small model continues the text it is shown, through every way that text may change, and only where it may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from llama_cpp import llama_cpp as C

from app.core.params import Sampling
from app.engine import messages as m
from app.engine.worker import library
from app.engine.worker.faults import EngineFault
from app.engine.worker.model import open_model
from app.engine.worker.speculation import draft as drafting
from app.engine.worker.speculation.costs import CostCurve
from app.engine.worker.speculation.draft import DraftModel, difference
from app.engine.worker.speculation.ngrams import Ids
from app.engine.worker.vocab import Vocab
from tests.helpers.inside import inside
from tests.helpers.models import pieces_of, script_model, tiny_qwen3
from tests.unit.engine.speculation.simulation import noise

ANSWER = "The tenant owes no rent while the roof lets rain into both bedrooms; clause nine says so since March 2019."


@pytest.fixture(scope="module")
def quoter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return script_model(tmp_path_factory.mktemp("draft") / "quoter.gguf", ANSWER)


@pytest.fixture(scope="module")
def rambler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its next token depends on all that stands before."""
    return tiny_qwen3(tmp_path_factory.mktemp("draft") / "rambler.gguf", seed=4)


def spec_of(path: Path) -> m.Load:
    return m.Load(0, str(path), n_gpu_layers=0, n_threads=1)


@pytest.fixture
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[DraftModel, Vocab]]:
    library.open_library()
    path: Path = request.getfixturevalue(request.param)
    model = open_model(spec_of(path), lambda _: True)
    vocab = Vocab(model)
    drafter = DraftModel(str(path), vocab, spec_of(path))
    yield drafter, vocab
    drafter.close()
    C.llama_model_free(model)


def spoken(vocab: Vocab) -> Ids:
    """The tokens in which the scripted model says its answer."""
    number = {vocab.piece(token): token for token in range(vocab.size)}
    return np.array([number[piece] for piece in pieces_of(ANSWER, {b"\n", b"\n\n"})], np.int32)


@pytest.mark.parametrize("opened", ["quoter"], indirect=True)
def test_it_says_what_follows_and_stops_where_it_ends(opened: tuple[DraftModel, Vocab]) -> None:
    drafter, vocab = opened
    said = spoken(vocab)
    text = np.concatenate([noise(1, 100) % 200, said[:5]])
    assert drafter.draft(text, 4).tolist() == said[5:9].tolist()
    text = np.concatenate([text, said[5:8], said[1:3]])  # two were accepted, one more came, then another way
    assert drafter.draft(text, 8).tolist() == said[3:11].tolist()
    end = drafter.draft(np.concatenate([text, said]), 8)
    assert [int(token) in vocab.eog_ids for token in end] == [True]
    assert drafter.token_ms > 0


@pytest.mark.parametrize("opened", ["rambler"], indirect=True)
def test_however_it_came_to_a_text_it_says_the_same(
    opened: tuple[DraftModel, Vocab], rambler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cache is in step: a model that was led there over other ways answers like one that reads the text anew."""
    monkeypatch.setattr(drafting, "SURE", 0.0)
    drafter, vocab = opened
    random, text = np.random.default_rng(5), noise(2, 60) % 200
    fresh = DraftModel(str(rambler), vocab, spec_of(rambler))
    for _ in range(12):
        guesses = drafter.draft(text, 6)
        assert len(guesses) >= 1
        fresh.draft(np.zeros(1, np.int32), 1)
        assert fresh.draft(text, 1).tolist() == guesses[:1].tolist()
        text = np.concatenate([text, guesses[: random.integers(0, 6)], noise(int(random.integers(99)), 1) % 200])
    fresh.close()


@pytest.mark.parametrize("opened", ["quoter"], indirect=True)
def test_a_long_text_is_read_from_near_its_end(
    opened: tuple[DraftModel, Vocab], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "WINDOW", 600)
    drafter, vocab = opened
    said = spoken(vocab)
    text = np.concatenate([noise(1, 5000) % 200, said[:2]])
    for _ in range(20):
        assert drafter.draft(text, 3).tolist() == said[2:5].tolist()
        text = np.concatenate([text, said[2:4], noise(3, 30) % 200, said[:2]])
        assert len(drafter._held) <= 600


@pytest.mark.parametrize("opened", ["rambler"], indirect=True)
def test_it_is_silent_where_it_is_not_sure_or_cannot_read(opened: tuple[DraftModel, Vocab]) -> None:
    drafter, vocab = opened
    assert len(drafter.draft(noise(2, 60) % 200, 6)) == 0
    assert len(drafter.draft(np.array([5, vocab.size + 3], np.int32), 6)) == 0
    assert len(drafter.draft(np.empty(0, np.int32), 6)) == 0


def test_other_words_are_refused(quoter: Path, rambler: Path, tmp_path: Path) -> None:
    library.open_library()
    model, other = (open_model(spec_of(path), lambda _: True) for path in (quoter, rambler))
    vocab = Vocab(model)
    assert difference(vocab, vocab.handle) == ""
    assert difference(vocab, C.llama_model_get_vocab(other)) == ""  # the script's pieces come after what both have
    strange = script_model(tmp_path / "strange.gguf", "Nothing alike.", context_vocab="demo")
    with pytest.raises(EngineFault) as refused:
        DraftModel(str(strange), vocab, spec_of(strange))
    assert refused.value.code == "draft_refused"
    assert "tokens instead of" in refused.value.detail
    with pytest.raises(EngineFault, match=r".*") as missing:
        DraftModel(str(tmp_path / "none.gguf"), vocab, spec_of(strange))
    assert missing.value.code == "draft_refused"
    C.llama_model_free(model)
    C.llama_model_free(other)


class Firm(CostCurve):
    """Believes that steps are dear whatever they take: on a model this small no draft would pay."""

    def observe(self, rows: int, depth: int, ms: float) -> None:
        pass


@pytest.mark.parametrize("draft_of", ["quoter", "none"])
def test_an_answer_is_the_same_with_a_small_model_beside_it(quoter: Path, tmp_path: Path, draft_of: str) -> None:
    """A draft model that is not there only leaves a line in the log."""
    path = str(quoter) if draft_of == "quoter" else str(tmp_path / "none.gguf")
    costs = tuple(m.Cost(rows, 0, ms) for rows, ms in ((1, 40.0), (2, 41.0), (8, 45.0), (64, 60.0)))
    with inside(quoter, n_gpu_layers=0, n_draft=63, draft_path=path, costs=costs) as engine:
        engine.engine.curve = Firm(costs)
        assert engine.answer("What?", Sampling(temperature=0)) == ANSWER
        accepted = engine.done[1].summarize()[0].accepted_tokens
    assert accepted >= 20 if draft_of == "quoter" else accepted == 0
