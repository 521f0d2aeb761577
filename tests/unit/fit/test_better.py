"""What must hold of plans on any computer: more memory never makes a plan worse, and what is given is kept."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalog.index import load_catalog
from app.core.units import GIB, MIB
from app.fit import choice
from app.fit.option import Candidate, Option
from app.fit.plan import DEFAULT_MARGIN_BYTES, choose, plan
from app.fit.search import Fixed, options, rooms
from app.fit.spare import DRAFT_CONTEXT, spend_spare
from app.machine.gate import Gpu
from app.machine.snapshot import Machine, load_machine

BASE = load_machine(Path(__file__).parents[2] / "helpers" / "machines" / "rtx4090.json")
ALL = load_catalog().candidates()
FEW = tuple(
    c
    for c in ALL
    if c.file
    in {
        "Qwen3-32B-Q8_0.gguf",
        "Qwen3-32B-Q4_K_M.gguf",
        "Qwen_Qwen3-32B-IQ3_M.gguf",
        "Qwen3-14B-Q4_K_M.gguf",
        "Qwen3-8B-Q4_K_M.gguf",
        "Qwen3-30B-A3B-Q4_K_M.gguf",
    }
    and c.repo.startswith(("Qwen/", "bartowski/"))
)
MOE = [c for c in ALL if c.model == "30B-A3B"]
Q4 = [c for c in FEW if c.file == "Qwen3-32B-Q4_K_M.gguf"]
DRAFT = msgspec.structs.replace(next(c for c in ALL if c.model == "0.6B"), path="/models/draft.gguf")
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def computer(*free_mib: int, ram_gib: int = 60) -> Machine:
    cards = tuple(
        Gpu("GeForce RTX 4090", mib * MIB, mib * MIB, uuid=f"GPU-{index}", index=index)
        for index, mib in enumerate(free_mib)
    )
    return msgspec.structs.replace(BASE, gpus=cards, ram_free_bytes=ram_gib * GIB)


@functools.cache
def best(*free_mib: int, ram_gib: int = 60) -> Option:
    found = choose(options(FEW, rooms(computer(*free_mib, ram_gib=ram_gib), DEFAULT_MARGIN_BYTES), Fixed()))
    assert found
    return found


def rank(option: Option) -> tuple[int, float]:
    return choice.rank(option), option.worth


@quick
@given(st.integers(4_000, 60_000), st.integers(0, 20_000))
def test_more_graphics_memory_is_never_worse(mib: int, more: int) -> None:
    assert rank(best(mib + more)) >= rank(best(mib))


@quick
@given(st.integers(6_000, 26_000), st.integers(2_000, 26_000))
def test_a_second_card_is_never_worse(first: int, second: int) -> None:
    assert rank(best(first, second)) >= rank(best(first))


@quick
@given(st.integers(4_000, 60_000), st.sampled_from(["f16", "q8_0", "q4_0"]), st.integers(1, 512))
def test_whatever_is_planned_fits_and_keeps_what_is_fixed(mib: int, kv_type: str, steps: int) -> None:
    fixed = Fixed(n_ctx=256 * steps, kv_type=kv_type)
    found = plan(computer(mib), Q4, fixed)
    assert (found.n_ctx, found.kv_type) == (256 * steps, kv_type)
    assert (found.yarn_factor > 0) == (found.n_ctx > 40_960)
    if found.fits:
        assert found.vram.total_bytes <= max(0, found.free_bytes - found.margin_bytes)
        assert found.ram_bytes <= found.ram_free_bytes


@quick
@given(st.integers(14_000, 80_000))
def test_spare_memory_is_spent_without_costing_context_or_cache(mib: int) -> None:
    plain = best(mib)
    spent = spend_spare(plain, DRAFT)
    assert (spent.n_ctx, spent.kv_type, spent.n_gpu_layers) == (plain.n_ctx, plain.kv_type, plain.n_gpu_layers)
    assert spent.n_ubatch >= plain.n_ubatch
    assert spent.fits
    assert spent.need.total_bytes >= plain.need.total_bytes


def test_a_larger_ubatch_when_there_is_room_and_only_then() -> None:
    assert [plan(computer(gib * 1024), Q4).n_ubatch for gib in (24, 32)] == [512, 2048]
    assert plan(computer(32 * 1024), Q4, Fixed(n_ubatch=512)).n_ubatch == 512


def test_the_draft_model_comes_along_when_it_costs_no_context() -> None:
    tight, roomy = (plan(computer(gib * 1024), Q4, draft=DRAFT) for gib in (24, 40))
    assert (tight.draft_path, roomy.draft_path) == ("", "/models/draft.gguf")
    alone = plan(computer(40 * 1024), Q4)
    more = roomy.vram.total_bytes - alone.vram.total_bytes
    cache = DRAFT_CONTEXT * 28 * 8 * 256 * 34 // 32
    assert roomy.vram.kv_bytes - alone.vram.kv_bytes == cache
    assert 600 * MIB + cache < more < 1500 * MIB
    assert "drafts ahead" in roomy.reason
    assert roomy.n_ctx == alone.n_ctx


@pytest.mark.parametrize("other", ["architecture", "n_vocab", "size_bytes"])
def test_a_draft_model_must_speak_alike_and_be_small(other: str) -> None:
    changed = {"architecture": "llama", "n_vocab": 32_000, "size_bytes": 9 << 30}[other]
    facts = msgspec.structs.replace(DRAFT.facts, **{other: changed})
    assert plan(computer(40 * 1024), Q4, draft=msgspec.structs.replace(DRAFT, facts=facts)).draft_path == ""


def test_experts_go_to_ram_when_a_mixture_does_not_fit_its_card() -> None:
    found = plan(computer(12 * 1024), MOE)
    assert (found.mode, found.n_gpu_layers, found.fits) == ("partial", 49, True)
    assert 20 < found.n_cpu_moe < 48
    assert "experts" in found.reason
    assert "last resort" not in found.reason
    fewer = plan(computer(16 * 1024), MOE)
    assert 0 < fewer.n_cpu_moe < found.n_cpu_moe
    assert plan(computer(32 * 1024), MOE).n_cpu_moe == 0
    fixed = plan(computer(12 * 1024), MOE, Fixed(n_cpu_moe=40))
    assert (fixed.n_cpu_moe, fixed.fits) == (40, True)


@quick
@given(st.integers(6_000, 20_000), st.integers(0, 6_000))
def test_more_memory_never_sends_more_experts_to_ram(mib: int, more: int) -> None:
    fixed = Fixed(n_ctx=8192, kv_type="f16")
    assert plan(computer(mib + more), MOE, fixed).n_cpu_moe <= plan(computer(mib), MOE, fixed).n_cpu_moe


def test_adapters_are_counted() -> None:
    from app.fit.option import Adapter

    with_one = Fixed(8192, "f16", 512, 65, adapters=(Adapter("/a.gguf", 1.0, 640 * MIB),))
    plain, heavier = (plan(computer(40 * 1024), Q4, fixed) for fixed in (Fixed(8192, "f16", 512, 65), with_one))
    assert heavier.vram.weights_bytes - plain.vram.weights_bytes == pytest.approx(640 * MIB, abs=100)
    assert heavier.adapters == with_one.adapters
    partly = plan(computer(40 * 1024), Q4, msgspec.structs.replace(with_one, n_gpu_layers=33))
    assert partly.vram.weights_bytes < heavier.vram.weights_bytes


def test_only_the_model_asked_for_is_a_candidate() -> None:
    stranger: Candidate = msgspec.structs.replace(Q4[0], path="/here.gguf")
    assert plan(computer(24 * 1024), [stranger]).model.path == "/here.gguf"
