from __future__ import annotations

from app.fit.estimate import estimate
from app.fit.mixes import expect_model
from app.fit.search import largest_context, native_context, round_context
from app.fit.value import context_loss, guess_speed, speed_loss, worth


def test_the_largest_context_is_the_largest() -> None:
    facts = expect_model("32B", "Q4_K_M")
    for free_gib in (20, 22, 24, 28):
        for kv_type in ("f16", "q8_0", "q4_0"):
            n_ctx = largest_context(facts, free_gib << 30, kv_type, limit=131_072)
            if n_ctx:
                assert estimate(facts, n_ctx, kv_type, 512, -1).total_bytes <= free_gib << 30
            if n_ctx < 131_072:
                assert estimate(facts, n_ctx + 256, kv_type, 512, -1).total_bytes > free_gib << 30


def test_no_context_fits_where_the_weights_do_not() -> None:
    assert largest_context(expect_model("32B", "Q4_K_M"), 16 << 30) == 0


def test_contexts_are_rounded_down() -> None:
    assert [round_context(n) for n in (40_000, 256, 1, 257)] == [39_936, 256, 256, 256]
    assert native_context(expect_model("8B", "Q8_0")) == 40_960


def test_values_are_ordered_as_documented() -> None:
    assert context_loss(40_960) < context_loss(32_768) < context_loss(16_384) < context_loss(8_192)
    assert speed_loss(20) == 0 < speed_loss(5) < speed_loss(1)
    assert guess_speed(20e9, 0) > guess_speed(10e9, 10e9) > guess_speed(0, 20e9)
    # A step of quantization from 4 bits up beats context beyond 32K, and loses to a halved one.
    assert worth("32B", "Q5_K_M", 32_768, "f16", 20) > worth("32B", "Q4_K_M", 40_960, "f16", 20)
    assert worth("32B", "Q5_K_M", 16_384, "f16", 20) < worth("32B", "Q4_K_M", 32_768, "f16", 20)
    assert worth("14B", "Q6_K", 40_960, "q8_0", 20) > worth("32B", "IQ3_XXS", 36_864, "q4_0", 20)
