from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.catalog.index import load_catalog
from app.engine.messages import Cost
from app.fit.decode import KvCost
from app.fit.plan import Plan, plan
from app.fit.search import Fixed
from app.machine.snapshot import load_machine
from app.session.costs import MOST_RECORDS, Bench, CostBook, bench_of, name_of, placement_of

MACHINE = load_machine(Path(__file__).parents[2] / "helpers" / "machines" / "rtx4090.json")
Q4 = [c for c in load_catalog().candidates() if c.file == "Qwen3-32B-Q4_K_M.gguf"]
BENCH = Bench("RTX GPU-1, driver 580", "build 1", "model")
COSTS = (Cost(1, 512, 26.0), Cost(8, 512, 40.0), Cost(1, 8192, 29.0))


@pytest.fixture(scope="module")
def q8() -> Plan:
    return plan(MACHINE, Q4)


@pytest.fixture
def book(tmp_path: Path) -> CostBook:
    return CostBook(tmp_path / "costs.json")


def with_kv(chosen: Plan, kv_type: str) -> Plan:
    return msgspec.structs.replace(chosen, kv_type=kv_type)


def test_what_was_measured_comes_back_for_the_same_load_only(book: CostBook, q8: Plan) -> None:
    book.keep(BENCH, q8, COSTS)
    assert book.find(BENCH, q8) == COSTS
    assert book.find(BENCH, with_kv(q8, "f16")) == ()
    assert book.find(BENCH, msgspec.structs.replace(q8, mode="partial", n_gpu_layers=40)) == ()
    for other in ("machine", "build", "model"):
        assert book.find(msgspec.structs.replace(BENCH, **{other: "other"}), q8) == ()


def test_another_context_or_ubatch_is_the_same_measurement(book: CostBook, q8: Plan) -> None:
    book.keep(BENCH, q8, COSTS)
    assert book.find(BENCH, msgspec.structs.replace(q8, n_ctx=8192, n_ubatch=2048, n_threads=3)) == COSTS


def test_the_planner_hears_of_single_tokens_by_type(book: CostBook, q8: Plan) -> None:
    book.keep(BENCH, q8, COSTS)
    book.keep(BENCH, with_kv(q8, "f16"), (Cost(1, 512, 25.0), Cost(1, 8192, 26.0)))
    book.keep(BENCH, msgspec.structs.replace(q8, mode="partial", kv_type="q4_0"), (Cost(1, 512, 99.0),))
    assert set(book.decode_costs(BENCH)) == {
        KvCost("q8_0", 512, 26.0), KvCost("q8_0", 8192, 29.0), KvCost("f16", 512, 25.0), KvCost("f16", 8192, 26.0)
    }  # fmt: skip
    assert book.decode_costs(msgspec.structs.replace(BENCH, build="other")) == ()


def test_a_new_driver_or_build_ends_what_was_measured_before(book: CostBook, q8: Plan) -> None:
    elsewhere = Bench("other card GPU-2, driver 570", "build 1", "model")
    book.keep(elsewhere, q8, COSTS)
    book.keep(BENCH, q8, COSTS)
    newer = msgspec.structs.replace(BENCH, machine="RTX GPU-1, driver 590")
    book.keep(newer, q8, COSTS)
    assert book.find(BENCH, q8) == ()
    assert book.find(newer, q8) == book.find(elsewhere, q8) == COSTS
    book.keep(msgspec.structs.replace(newer, build="build 2"), q8, COSTS)
    assert book.find(newer, q8) == book.find(elsewhere, q8) == ()


def test_the_book_stays_small_and_forgets_the_oldest(book: CostBook, q8: Plan, tmp_path: Path) -> None:
    for number in range(MOST_RECORDS + 5):
        book.keep(msgspec.structs.replace(BENCH, model=f"m{number}"), q8, COSTS * 200)
    assert book.find(msgspec.structs.replace(BENCH, model="m0"), q8) == ()
    assert book.find(msgspec.structs.replace(BENCH, model=f"m{MOST_RECORDS + 4}"), q8)
    assert (tmp_path / "costs.json").stat().st_size < 2_000_000


@pytest.mark.parametrize("content", [b"", b"{", b'{"records": [1]}', b"\xff\xfe", b"[]"])
def test_a_damaged_book_is_begun_anew(book: CostBook, q8: Plan, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "costs.json").write_bytes(content)
    assert book.find(BENCH, q8) == ()
    book.keep(BENCH, q8, COSTS)
    assert book.find(BENCH, q8) == COSTS


def test_nonsense_is_not_kept(book: CostBook, q8: Plan, tmp_path: Path) -> None:
    book.keep(BENCH, q8, (Cost(1, 512, 0.0), Cost(0, 512, 3.0), Cost(1, -1, 3.0)))
    assert not (tmp_path / "costs.json").exists()


def test_a_bench_is_named_by_cards_driver_build_and_content(tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF" + bytes(100_000))
    first = bench_of(MACHINE, "b", model)
    assert "580.95.05" in first.machine
    assert first == bench_of(MACHINE, "b", model)
    model.write_bytes(b"GGUF" + bytes(99_999) + b"\x01")
    assert first.model != bench_of(MACHINE, "b", model).model
    bare = msgspec.structs.replace(MACHINE, gpus=())
    assert name_of(bare) == "AMD Ryzen 9 7950X 16-Core Processor, 16 cores"


def test_placements_that_cost_differently_are_told_apart(q8: Plan) -> None:
    assert placement_of(q8) == "gpu"
    slow = plan(MACHINE, Q4, Fixed(8192, "f16", 512, 40))
    assert placement_of(slow) != placement_of(plan(MACHINE, Q4, Fixed(8192, "f16", 512, 41)))
    threads = msgspec.structs.replace(slow, n_threads=4)
    assert placement_of(threads) != placement_of(slow)
