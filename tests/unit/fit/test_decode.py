from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.index import load_catalog
from app.fit.cards import READING, USUAL_BYTES_PER_S, reading_speed
from app.fit.decode import KvCost, cost_ms, slowdown
from app.fit.mixes import expect_model
from app.fit.plan import plan
from app.machine.snapshot import load_machine

FACTS = expect_model("32B", "Q4_K_M")
H200 = 1540e9
MEASURED = (
    KvCost("f16", 512, 12.6), KvCost("f16", 32_768, 15.0), KvCost("q8_0", 512, 13.6), KvCost("q8_0", 32_768, 28.8)
)  # fmt: skip
Q4 = [c for c in load_catalog().candidates() if c.file == "Qwen3-32B-Q4_K_M.gguf"]
CARD = load_machine(Path(__file__).parents[2] / "helpers" / "machines" / "rtx4090.json")


def test_the_line_goes_through_what_was_measured() -> None:
    f16 = [cost for cost in MEASURED if cost.kv_type == "f16"]
    assert cost_ms(f16, 512) == 12.6
    assert cost_ms(f16, 32_768) == pytest.approx(15.0)
    assert 13.7 < cost_ms(f16, 16_384) < 13.9
    assert cost_ms(f16[:1], 100_000) == 12.6


def test_measured_types_are_compared_directly() -> None:
    assert slowdown("q8_0", FACTS, H200, MEASURED, 32_768) == pytest.approx(28.8 / 15.0)
    assert slowdown("q4_0", FACTS, H200, MEASURED, 32_768) == pytest.approx(28.8 / 15.0)
    fast = (*MEASURED[:2], KvCost("q8_0", 512, 12.5), KvCost("q8_0", 32_768, 13.0))
    assert slowdown("q8_0", FACTS, H200, fast) == 1.0


def test_the_prior_agrees_with_the_card_it_was_taken_from() -> None:
    assert 1.2 < slowdown("q8_0", FACTS, H200) < 1.6
    assert slowdown("f16", FACTS, H200) == 1.0


@given(st.sampled_from(["f16", "q8_0", "q4_0"]), st.floats(1e11, 5e12), st.integers(0, 131_072))
def test_until_it_is_measured_nothing_is_faster_than_f16(kv_type: str, bytes_per_s: float, depth: int) -> None:
    assert slowdown(kv_type, FACTS, bytes_per_s, (), depth) >= 1.0


def test_a_slow_card_hardly_feels_the_quantized_cache() -> None:
    assert slowdown("q8_0", FACTS, 200e9) == 1.0
    assert 1.0 < slowdown("q8_0", FACTS, reading_speed("GeForce RTX 4090")) < 1.15


def test_one_measured_type_is_compared_with_its_own_beginning() -> None:
    only = (KvCost("q8_0", 512, 25.0), KvCost("q8_0", 8192, 35.0))
    assert slowdown("q8_0", FACTS, 780e9, only) > 1.3


def test_a_card_on_which_the_8_bit_cache_crawls_gets_f16() -> None:
    usual = plan(CARD, Q4)
    assert usual.kv_type == "q8_0"
    crawling = (
        KvCost("f16", 512, 25.0), KvCost("f16", 8192, 26.0), KvCost("q8_0", 512, 26.0), KvCost("q8_0", 8192, 60.0)
    )  # fmt: skip
    other = plan(CARD, Q4, measured=crawling)
    assert other.kv_type == "f16"
    assert other.n_ctx < usual.n_ctx
    assert "measured" in other.reason
    quick = [msgspec.structs.replace(cost, ms=25.0) for cost in crawling]
    assert plan(CARD, Q4, measured=quick).kv_type == "q8_0"


def test_cards_are_known_by_the_longest_name() -> None:
    assert reading_speed("NVIDIA GeForce RTX 4070 Laptop GPU") < reading_speed("GeForce RTX 4070")
    assert reading_speed("GeForce RTX 4070 Ti SUPER") == READING["RTX 4070 Ti SUPER"] * 1e9
    assert reading_speed("Quadro 9000") == USUAL_BYTES_PER_S
