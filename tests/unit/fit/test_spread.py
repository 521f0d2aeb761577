"""Layers over several cards, as llama.cpp will place them by the proportions it is given."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.index import load_catalog
from app.core.units import GIB
from app.fit.plan import Plan, advise, plan
from app.fit.spread import spread_layers
from app.machine.gate import Gpu
from app.machine.snapshot import Machine, load_machine

BASE = load_machine(Path(__file__).parents[2] / "helpers" / "machines" / "rtx3090.json")
CANDIDATES = load_catalog().candidates()
MARGIN = 512 << 20


def computer(*free_gib: float) -> Machine:
    cards = tuple(
        Gpu(f"GeForce RTX 3090 #{index}", int(gib * GIB), int(gib * GIB), uuid=f"GPU-{index}", index=index)
        for index, gib in enumerate(free_gib)
    )
    return msgspec.structs.replace(BASE, gpus=cards)


def check(found: Plan) -> None:
    assert sum(card.layers for card in found.cards) == found.n_gpu_layers
    assert sum(card.total_bytes for card in found.cards) == found.vram.total_bytes
    for card in found.cards:
        assert card.total_bytes + MARGIN <= card.free_bytes


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=70),
    st.lists(st.integers(0, 20_000), min_size=2, max_size=8),
)
def test_all_layers_go_somewhere_and_fit_when_they_can(sizes: list[int], room: list[int]) -> None:
    counts = spread_layers(sizes, room)
    assert sum(counts) == len(sizes)
    assert len(counts) == len(room)
    at, greedy = 0, 0
    loads = []
    for count, space in zip(counts, room, strict=True):
        loads.append(sum(sizes[at : at + count]))
        at += count
        left = space
        while greedy < len(sizes) and sizes[greedy] <= left:
            left -= sizes[greedy]
            greedy += 1
    if greedy == len(sizes):  # filling one card after another works, so the balanced way must too
        assert all(load <= space for load, space in zip(loads, room, strict=True))


def test_equal_cards_share_equally_and_a_larger_one_takes_more() -> None:
    assert spread_layers([10] * 64, [1000, 1000]) == (32, 32)
    first, second = spread_layers([10] * 60, [1000, 500])
    assert first == pytest.approx(2 * second, abs=2)
    assert spread_layers([10] * 5, [0, 100]) == (0, 5)


@pytest.mark.parametrize("counts", [(33, 32), (20, 25, 20), (1, 64), (40, 0, 25), (9, 8, 8, 8, 8, 8, 8, 8)])
def test_llama_cpp_reads_the_same_counts_from_the_proportions(counts: tuple[int, ...]) -> None:
    """As in llama-model.cpp: cumulated, divided by their sum, and the first that is larger than the layer's place."""
    total = sum(counts)
    ends = [end / total for end in accumulate(counts)]
    placed = [bisect_right(ends, layer / total) for layer in range(total)]
    assert tuple(placed.count(card) for card in range(len(counts))) == counts


@pytest.mark.parametrize(
    ("free_gib", "quants", "mode"),
    [
        ((23.6, 23.6), {"Q8_0", "Q6_K", "Q6_K_L"}, "gpus"),
        ((15.5, 15.5), {"Q5_K_M", "Q5_K_L", "Q6_K"}, "gpus"),
        ((23.6, 11.6), {"Q6_K", "Q6_K_L"}, "gpus"),
        ((79.0, 79.0), {"Q8_0"}, "gpu"),
    ],
)
def test_the_32b_over_two_cards(free_gib: tuple[float, ...], quants: set[str], mode: str) -> None:
    best = advise(computer(*free_gib), CANDIDATES).recommended
    assert (best.model.quant in quants, best.mode) == (True, mode)
    assert "32B" in best.model.file
    assert best.n_ctx >= 32_768
    check(best)


def test_the_larger_card_gets_more_layers() -> None:
    best = plan(computer(23.6, 11.6), [c for c in CANDIDATES if c.file == "Qwen3-32B-Q5_K_M.gguf"])
    first, second = best.cards
    assert first.layers > 1.8 * second.layers
    assert "2 cards" in best.reason


def test_cards_are_named_in_the_order_of_the_engine() -> None:
    best = plan(computer(11.6, 23.6), [c for c in CANDIDATES if c.file == "Qwen3-32B-Q5_K_M.gguf"])
    assert [card.index for card in best.cards] == [0, 1]
    assert best.cards[0].layers < best.cards[1].layers


def test_what_one_card_holds_stays_on_one() -> None:
    small = [c for c in CANDIDATES if c.file == "Qwen3-8B-Q4_K_M.gguf"]
    best = plan(computer(11.6, 23.6), small)
    assert (best.mode, [card.index for card in best.cards]) == ("gpu", [1])
    assert plan(computer(23.6, 23.6, 23.6), [c for c in CANDIDATES if c.file == "Qwen3-32B-Q8_0.gguf"]).mode == "gpus"


def test_a_third_card_is_used_only_when_it_helps() -> None:
    found = plan(computer(23.6, 23.6, 8.0), [c for c in CANDIDATES if c.file == "Qwen3-32B-Q4_K_M.gguf"])
    assert len(found.cards) == 2


def test_layers_that_do_not_divide_are_a_sentence() -> None:
    from app.fit.search import Fixed

    q4 = [c for c in CANDIDATES if c.file == "Qwen3-32B-Q4_K_M.gguf"]
    fixed = Fixed(8192, "f16", 512, 65)
    for tenths in range(105, 140):
        found = plan(computer(tenths / 10, tenths / 10 - 0.5), q4, fixed)
        needed = found.vram.total_bytes + 2 * found.margin_bytes
        if not found.fits and found.free_bytes >= needed:
            assert "does not divide" in found.reason
            assert "RAM and may use" not in found.reason
            return
        if found.fits:
            assert found.free_bytes >= needed
    pytest.fail("no size in between was found")
