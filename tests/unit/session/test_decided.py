"""What the user decided about loading a model holds at the next load, as long as it fits."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.catalog.index import load_catalog
from app.catalog.local import local_candidate
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.engine.state import EngineState
from app.fit.option import Adapter
from app.fit.plan import plan
from app.fit.search import RAM_MARGIN_BYTES, Fixed
from app.session import decided, loading
from app.session.decided import Foresight, decided_for, foresee, keep_decided
from app.session.desk import Desk
from app.session.loading import load_model
from tests.helpers.models import tiny_qwen3
from tests.unit.fit.test_spread import CANDIDATES, computer
from tests.unit.session.test_loading import COMPUTER, Engine, place

__all__ = ["place"]

Place = tuple[Desk, Loop, Engine]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3(tmp_path_factory.mktemp("models") / "tiny 模型.gguf")


@pytest.fixture(autouse=True)
def _computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decided, "take_snapshot", lambda folder: COMPUTER)


def load(desk: Desk, loop: Loop, path: Path) -> EngineState | CarrelError:
    ended: list[EngineState | CarrelError] = []
    load_model(desk, path, ended.append, ended.append)
    assert loop.run_until(lambda: bool(ended), 20)
    return ended[0]


def test_decisions_are_kept_by_file_and_forgotten_when_empty(place: Place, tiny: Path) -> None:
    home = place[0].home
    other = tiny.with_name("other.gguf")
    choices = Fixed(n_ctx=1024, kv_type="q8_0", n_cards=1, adapters=(Adapter("/a.gguf", 0.5),))
    keep_decided(home, tiny, choices)
    keep_decided(home, other, Fixed(n_ctx=512))
    assert (decided_for(home, tiny), decided_for(home, other)) == (choices, Fixed(n_ctx=512))
    keep_decided(home, other, Fixed())
    assert decided_for(home, other) == Fixed()
    (home.root / "loading.json").write_text("{", "utf-8")
    assert decided_for(home, tiny) == Fixed(), "a damaged file decides nothing"


def test_the_next_load_follows_them_unless_something_is_fixed(place: Place, tiny: Path) -> None:
    desk, loop, engine = place
    keep_decided(desk.home, tiny, Fixed(n_ctx=512, n_ubatch=256))
    assert isinstance(load(desk, loop, tiny), EngineState)
    assert (engine.loads[-1].n_ctx, engine.loads[-1].n_ubatch) == (512, 256)
    ended: list[object] = []
    load_model(desk, tiny, ended.append, ended.append, fixed=Fixed(n_ctx=768))
    assert loop.run_until(lambda: bool(ended), 20)
    assert (engine.loads[-1].n_ctx, engine.loads[-1].n_ubatch) == (768, 512)


def test_decisions_that_do_not_fit_any_more_give_way_and_are_told(
    place: Place, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, loop, engine = place
    candidate = local_candidate(tiny, load_catalog())
    wanted = Fixed(n_ctx=8_192, n_ubatch=16_384)
    takes = [plan(COMPUTER, [candidate], fixed).ram_bytes for fixed in (Fixed(), wanted)]
    small = msgspec.structs.replace(COMPUTER, ram_free_bytes=RAM_MARGIN_BYTES + sum(takes) // 2)
    monkeypatch.setattr(loading, "take_snapshot", lambda folder: small)
    keep_decided(desk.home, tiny, wanted)
    told: list[str] = []
    desk.noticed.connect(told.append)
    found = load(desk, loop, tiny)
    assert isinstance(found, EngineState)
    assert engine.loads[-1].n_ubatch == 512
    assert told
    assert told[0].startswith("What you decided does not fit now")


def test_speculation_can_be_turned_off(place: Place, tiny: Path) -> None:
    desk, loop, engine = place
    load(desk, loop, tiny)
    assert engine.loads[-1].n_draft > 0
    desk.change_settings(speculation=False)
    load(desk, loop, tiny)
    assert engine.loads[-1].n_draft == 0


def test_foresight_says_what_would_come_of_it(place: Place, tiny: Path) -> None:
    desk, loop, engine = place
    found: list[Foresight | CarrelError] = []
    foresee(desk, tiny, Fixed(n_ctx=512), found.append, found.append)
    foresee(desk, tiny.with_name("none.gguf"), Fixed(), found.append, found.append)
    assert loop.run_until(lambda: len(found) == 2, 20)
    seen = next(one for one in found if isinstance(one, Foresight))
    assert seen.plan.fits
    assert seen.plan.n_ctx == 512
    assert seen.longest_ctx >= seen.trained_ctx > 0
    assert engine.loads == []
    assert any(isinstance(one, CarrelError) for one in found)


def test_number_of_cards_is_kept_to() -> None:
    machine = computer(23.0, 22.0, 21.0)
    for n_cards, used in ((0, 0), (1, 1), (2, 2), (3, 3), (8, 3)):
        found = plan(machine, CANDIDATES, Fixed(n_cards=n_cards))
        assert len(found.cards) == used
        assert found.fits
    assert plan(machine, CANDIDATES, Fixed(n_cards=0)).mode == "ram"
