"""YaRN: only when the context needs it, and with the factor that the context asks for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.index import load_catalog
from app.core.errors import CarrelError
from app.fit.mixes import expect_model
from app.fit.plan import plan
from app.fit.search import Fixed
from app.fit.stretch import longest_context, trained_context, yarn_factor
from app.gguf.model import ModelFacts
from app.machine.snapshot import load_machine

FACTS = expect_model("32B", "Q4_K_M")
MACHINES = Path(__file__).parents[2] / "helpers" / "machines"
BIG = load_machine(MACHINES / "a100x2.json")
Q4 = [c for c in load_catalog().candidates() if c.file == "Qwen3-32B-Q4_K_M.gguf"]


def with_header(**keys: object) -> ModelFacts:
    return msgspec.structs.replace(FACTS, **keys)


@pytest.mark.parametrize(
    ("n_ctx", "factor"), [(4096, 0), (32_768, 0), (40_960, 0), (65_536, 2.0), (98_304, 3.0), (131_072, 4.0)]
)
def test_the_factor_is_the_one_the_model_card_asks_for(n_ctx: int, factor: float) -> None:
    assert yarn_factor(FACTS, n_ctx) == factor
    assert FACTS.yarn_orig_ctx == 32_768


def test_qwen3_reaches_what_its_card_vouches_for() -> None:
    assert (trained_context(FACTS), longest_context(FACTS)) == (40_960, 131_072)


def test_a_file_that_comes_stretched_is_left_alone() -> None:
    baked = with_header(n_ctx_train=131_072, rope_scaling="yarn", rope_factor=4.0, n_ctx_original=32_768)
    assert (trained_context(baked), longest_context(baked), yarn_factor(baked, 131_072)) == (131_072, 131_072, 0)
    short = with_header(rope_scaling="yarn", rope_factor=4.0, n_ctx_original=32_768)
    assert (trained_context(short), yarn_factor(short, 131_072)) == (131_072, 0)


def test_other_models_go_by_their_header() -> None:
    long = with_header(n_ctx_train=262_144)
    assert (long.yarn_orig_ctx, yarn_factor(long, 131_072), longest_context(long)) == (262_144, 0, 1 << 20)
    other = with_header(architecture="llama", n_ctx_train=8192)
    assert (other.yarn_orig_ctx, yarn_factor(other, 16_384), longest_context(other)) == (8192, 2.0, 32_768)
    silent = with_header(n_ctx_train=0)
    assert (trained_context(silent), longest_context(silent)) == (40_960, 163_840)


@given(st.integers(256, 131_072))
def test_only_above_native_and_never_too_little(n_ctx: int) -> None:
    factor = yarn_factor(FACTS, n_ctx)
    assert (factor > 0) == (n_ctx > 40_960)
    if factor:
        assert 1.0 < factor <= 4.0
        assert factor * 32_768 >= n_ctx


def test_the_plan_carries_what_the_engine_needs_and_says_what_it_costs() -> None:
    long = plan(BIG, Q4, Fixed(n_ctx=131_072))
    assert (long.n_ctx, long.yarn_factor, long.yarn_orig_ctx) == (131_072, 4.0, 32_768)
    assert "slightly less well" in long.reason
    plain = plan(BIG, Q4)
    assert (plain.n_ctx, plain.yarn_factor, plain.yarn_orig_ctx) == (40_960, 0.0, 0)
    assert "YaRN" not in plain.reason


def test_no_model_is_stretched_beyond_its_card() -> None:
    with pytest.raises(CarrelError) as caught:
        plan(BIG, Q4, Fixed(n_ctx=131_073))
    assert caught.value.code == "context_too_long"
    assert "131,072" in str(caught.value)


def test_the_plan_says_how_far_each_cache_would_reach() -> None:
    reach = {one.kv_type: one for one in plan(load_machine(MACHINES / "rtx4090.json"), Q4).reach}
    assert reach["f16"].n_ctx < reach["q8_0"].n_ctx < reach["q4_0"].n_ctx == 40_960
    assert reach["f16"].stretched_n_ctx == reach["q8_0"].stretched_n_ctx == 0
    assert 55_000 < reach["q4_0"].stretched_n_ctx < 70_000


def test_what_reach_promises_fits(subtests: pytest.Subtests) -> None:
    card = load_machine(MACHINES / "rtx4090.json")
    for one in plan(card, Q4).reach:
        for n_ctx in (one.n_ctx, one.stretched_n_ctx):
            with subtests.test(kv_type=one.kv_type, n_ctx=n_ctx):
                fixed = Fixed(n_ctx or 4096, one.kv_type, 512, 65)
                assert plan(card, Q4, fixed).fits
                if n_ctx and n_ctx % 40_960:
                    assert not plan(card, Q4, msgspec.structs.replace(fixed, n_ctx=n_ctx + 256)).fits
