"""From a plan to a loaded model, with an engine that only writes down what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from app.config.paths import open_home
from app.config.settings import Settings
from app.core.child import Exit
from app.core.errors import CarrelError
from app.core.loop import Jobs, Loop
from app.engine import messages as m
from app.engine.state import EngineState
from app.engine.supervisor import Supervisor
from app.fit.option import Adapter
from app.fit.plan import Card, Plan, plan
from app.fit.search import Fixed
from app.machine.cpu import Cpu
from app.machine.gate import Gpu
from app.machine.snapshot import Machine
from app.session import loading
from app.session.desk import Desk
from app.session.loading import load_message, load_model
from app.store.thread import StoreThread
from tests.helpers.models import tiny_qwen3
from tests.unit.gguf.making import write_gguf

COSTS = (m.Cost(1, 512, 3.0), m.Cost(4, 512, 3.5), m.Cost(1, 2048, 4.0))
COMPUTER = Machine("test", (), Cpu("cpu", 4), 64 << 30, 48 << 30, 1 << 40)


class Engine:
    """Answers at once. `refusals` are the codes with which the next loads fail."""

    def __init__(self, loop: Loop) -> None:
        self.loads: list[m.Load] = []
        self.refusals: list[str] = []
        self.build = "build 1"
        self._loop = loop

    def __call__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> Link:
        return Link(self, on_line)


class Link:
    pid = 0

    def __init__(self, engine: Engine, on_line: Callable[[bytes], None]) -> None:
        self._engine, self._on_line = engine, on_line

    def send(self, line: bytes) -> None:
        command = m.decode_down(line)
        if isinstance(command, m.Hello):
            self._on_line(m.encode(m.Ready(m.PROTOCOL, self._engine.build)))
        elif isinstance(command, m.Unload):
            self._on_line(m.encode(m.Unloaded(command.id)))
        elif isinstance(command, m.Load):
            self._engine.loads.append(command)
            if self._engine.refusals:
                self._on_line(m.encode(m.Failed(command.id, self._engine.refusals.pop(0))))
            else:
                self._on_line(m.encode(m.Loaded(command.id, command.n_ctx, 1000, 2, "tiny", 0.1, costs=COSTS)))

    def kill(self) -> None: ...

    def close(self, timeout_s: float = 1.0) -> None: ...


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, Loop, Engine]]:
    monkeypatch.setattr(loading, "take_snapshot", lambda folder: COMPUTER)
    loop, home = Loop(), open_home(tmp_path / "home")
    engine = Engine(loop)
    supervisor = Supervisor(engine, loop.post)
    store = StoreThread(home.database_file, loop.post)
    desk = Desk(home, Settings(), loop.post, Jobs(loop.post), store, supervisor, engine)
    yield desk, loop, engine
    desk.close()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3(tmp_path_factory.mktemp("models") / "tiny.gguf")


def load(desk: Desk, loop: Loop, path: Path, fixed: Fixed = Fixed()) -> EngineState | CarrelError:  # noqa: B008
    ended: list[EngineState | CarrelError] = []
    load_model(desk, path, ended.append, ended.append, fixed=fixed)
    assert loop.run_until(lambda: bool(ended), 20)
    return ended[0]


def settle(desk: Desk, loop: Loop) -> None:
    """Wait for what was handed to the pool."""
    rested: list[bool] = []
    for _ in range(4):
        desk.jobs.run(lambda: None, lambda _: rested.append(True))
    assert loop.run_until(lambda: len(rested) == 4, 10)


def test_what_was_measured_at_a_load_is_handed_to_the_next(place: tuple[Desk, Loop, Engine], tiny: Path) -> None:
    desk, loop, engine = place
    assert isinstance(load(desk, loop, tiny), EngineState)
    loop.run_until(desk.home.costs_file.exists, 10)
    load(desk, loop, tiny)
    load(desk, loop, tiny, Fixed(kv_type="q8_0"))
    assert [spec.costs for spec in engine.loads] == [(), COSTS, ()]


def test_another_build_measures_again(place: tuple[Desk, Loop, Engine], tiny: Path) -> None:
    desk, loop, engine = place
    load(desk, loop, tiny)
    loop.run_until(desk.home.costs_file.exists, 10)
    desk.engine.stop()
    engine.build = "build 2"
    load(desk, loop, tiny)
    assert engine.loads[-1].costs == ()


def test_a_context_beyond_native_is_stretched_and_a_native_one_is_not(
    place: tuple[Desk, Loop, Engine], tiny: Path
) -> None:
    desk, loop, engine = place  # the tiny model was made for 8,192 tokens
    load(desk, loop, tiny, Fixed(n_ctx=16_384))
    load(desk, loop, tiny, Fixed(n_ctx=8_192))
    assert [(s.n_ctx, s.yarn_factor, s.yarn_orig_ctx) for s in engine.loads] == [(16_384, 2.0, 8_192), (8_192, 0.0, 0)]


def test_threads_come_from_the_wish_then_from_the_settings(place: tuple[Desk, Loop, Engine], tiny: Path) -> None:
    desk, loop, engine = place
    load(desk, loop, tiny, Fixed(n_threads=3))
    desk.change_settings(threads=2)
    load(desk, loop, tiny)
    assert [spec.n_threads for spec in engine.loads] == [3, 2]


def test_a_load_that_runs_out_of_memory_steps_down_and_says_so(place: tuple[Desk, Loop, Engine], tiny: Path) -> None:
    desk, loop, engine = place
    told: list[str] = []
    desk.noticed.connect(told.append)
    engine.refusals = ["out_of_memory", "out_of_memory"]
    assert isinstance(load(desk, loop, tiny, Fixed(8192, "f16", 512)), EngineState)
    assert [(s.n_ubatch, s.kv_type) for s in engine.loads] == [(512, "f16"), (128, "f16"), (128, "q8_0")]
    assert desk.plan is not None
    assert (desk.plan.n_ubatch, desk.plan.kv_type) == (128, "q8_0")
    assert len(told) == 1
    settle(desk, loop)
    assert not desk.home.costs_file.exists()


def test_a_load_refused_for_another_reason_is_refused(place: tuple[Desk, Loop, Engine], tiny: Path) -> None:
    desk, loop, engine = place
    engine.refusals = ["load_refused"]
    assert isinstance(load(desk, loop, tiny), CarrelError)
    assert len(engine.loads) == 1


def adapter(path: Path, architecture: str = "qwen3", rows: int = 256, columns: int = 256) -> Path:
    values = {"general.type": "adapter", "adapter.type": "lora", "adapter.lora.alpha": 16.0}
    shapes: dict[str, tuple[int, ...]] = {
        "blk.0.attn_output.weight.lora_a": (8, columns),
        "blk.0.attn_output.weight.lora_b": (rows, 8),
    }
    return write_gguf(path, values, shapes, architecture)


def test_adapters_travel_with_their_scale_and_their_size(
    place: tuple[Desk, Loop, Engine], tiny: Path, tmp_path: Path
) -> None:
    desk, loop, engine = place
    file = adapter(tmp_path / "a.gguf")
    load(desk, loop, tiny, Fixed(adapters=(Adapter(str(file), 0.5),)))
    assert engine.loads[0].adapters == (m.Adapter(str(file), 0.5),)
    assert desk.plan is not None
    assert desk.plan.adapters[0].size_bytes == 2 * 8 * 256 * 2
    load_model(desk, tiny, lambda _: None, lambda _: None, desk.plan)
    assert loop.run_until(lambda: len(engine.loads) == 2, 10)
    assert engine.loads[1].adapters == engine.loads[0].adapters


@pytest.mark.parametrize(("architecture", "rows"), [("llama", 256), ("qwen3", 512)])
def test_an_adapter_of_another_model_is_refused(
    place: tuple[Desk, Loop, Engine], tiny: Path, tmp_path: Path, architecture: str, rows: int
) -> None:
    desk, loop, engine = place
    file = adapter(tmp_path / "a.gguf", architecture, rows)
    refused = load(desk, loop, tiny, Fixed(adapters=(Adapter(str(file)),)))
    assert isinstance(refused, CarrelError)
    assert refused.code == "adapter_of_another"
    assert not engine.loads


def test_a_model_is_no_adapter(place: tuple[Desk, Loop, Engine], tiny: Path) -> None:
    desk, loop, _ = place
    refused = load(desk, loop, tiny, Fixed(adapters=(Adapter(str(tiny)),)))
    assert isinstance(refused, CarrelError)
    assert refused.code == "adapter_is_none"


@pytest.fixture(scope="module")
def planned(tiny: Path) -> Plan:
    from app.catalog.local import local_candidate

    return plan(COMPUTER, [local_candidate(tiny)])


def with_cards(planned: Plan, *cards: tuple[int, int]) -> Plan:
    made = tuple(Card(f"card {index}", f"GPU-{index}", index, layers, 1, 2) for index, layers in cards)
    return msgspec.structs.replace(planned, cards=made, n_gpu_layers=65)


def machine_with(count: int) -> Machine:
    cards = tuple(Gpu(f"card {i}", 1 << 34, 1 << 34, uuid=f"GPU-{i}", index=i) for i in range(count))
    return msgspec.structs.replace(COMPUTER, gpus=cards)


def test_one_card_of_several_is_named(planned: Plan) -> None:
    spec = load_message(with_cards(planned, (1, 65)), machine_with(2))
    assert (spec.main_gpu, spec.tensor_split, spec.n_gpu_layers) == (1, (), 65)


def test_several_cards_get_the_layers_that_were_planned_and_others_none(planned: Plan) -> None:
    spec = load_message(with_cards(planned, (0, 40), (2, 25)), machine_with(4))
    assert (spec.main_gpu, spec.tensor_split) == (-1, (40.0, 0.0, 25.0, 0.0))


def test_without_a_card_no_layer_goes_to_one(planned: Plan) -> None:
    spec = load_message(planned, COMPUTER)
    assert (spec.main_gpu, spec.tensor_split, spec.n_gpu_layers) == (-1, (), 0)


def test_what_the_plan_says_of_experts_and_drafts_is_passed_on(planned: Plan) -> None:
    spec = load_message(msgspec.structs.replace(planned, n_cpu_moe=7, draft_path="/m/d.gguf"), COMPUTER, COSTS)
    assert (spec.n_cpu_moe, spec.draft_path, spec.costs) == (7, "/m/d.gguf", COSTS)
