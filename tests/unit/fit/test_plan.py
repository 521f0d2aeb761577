from __future__ import annotations

import functools
import json
from pathlib import Path

import msgspec
import pytest

from app.catalog.index import load_catalog
from app.config.language import speak
from app.core.errors import CarrelError
from app.core.units import MIB
from app.fit import value
from app.fit.plan import Advice, Plan, advise, plan
from app.fit.search import Candidate, Fixed, largest_context
from app.machine.snapshot import Machine, load_machine

MACHINES = Path(__file__).parents[2] / "helpers" / "machines"
CANDIDATES = load_catalog().candidates()
Q4 = [c for c in CANDIDATES if c.file == "Qwen3-32B-Q4_K_M.gguf"]


def machine(name: str) -> Machine:
    return load_machine(MACHINES / f"{name}.json")


@functools.cache
def advice(name: str) -> Advice:
    return advise(machine(name), CANDIDATES)


def check_room(chosen: Plan, computer: Machine) -> None:
    """What every plan that claims to fit must keep."""
    parts = chosen.vram
    assert parts.total_bytes == (parts.weights_bytes + parts.kv_bytes + parts.compute_bytes + parts.overhead_bytes)
    if chosen.fits:
        cards = max(1, len(chosen.gpu.split(" + ")))
        assert parts.total_bytes <= max(0, chosen.free_bytes - cards * chosen.margin_bytes)
        assert chosen.ram_bytes < computer.ram_free_bytes
    assert chosen.reason


@pytest.mark.parametrize("name", ["rtx4090", "rtx3090"])
def test_a_24_gb_card_holds_the_32b_in_4_bits_with_an_8_bit_cache(name: str) -> None:
    best = advice(name).recommended
    assert (best.model.repo, best.model.file) == ("Qwen/Qwen3-32B-GGUF", "Qwen3-32B-Q4_K_M.gguf")
    assert (best.kv_type, best.n_gpu_layers, best.mode, best.fits) == ("q8_0", 65, "gpu", True)
    assert 33_000 <= best.n_ctx <= 36_000
    assert best.n_ubatch == 512
    # The largest that fits: one step more would not.
    facts = Q4[0].facts
    assert best.n_ctx == largest_context(facts, best.free_bytes - best.margin_bytes, "q8_0")
    assert "Q5_0" in best.reason


def test_a_32_gb_card_holds_a_finer_32b() -> None:
    best = advice("rtx5090").recommended
    assert best.model.quant in ("Q5_K_M", "Q6_K")
    assert best.model.repo.endswith("Qwen3-32B-GGUF")
    assert best.n_ctx >= 32_768
    assert best.mode == "gpu"


def test_80_gb_cards_hold_the_finest_on_one() -> None:
    best = advice("a100x2").recommended
    assert (best.model.quant, best.n_ctx, best.kv_type, best.mode) == ("Q8_0", 40_960, "f16", "gpu")
    assert len(best.gpu_uuids) == 1


@pytest.mark.parametrize(
    ("name", "model", "smallest_context"),
    [
        ("gpu16", "Qwen3-14B-Q6_K.gguf", 40_960),
        ("gpu12", "Qwen3-14B-Q4_K_M.gguf", 24_576),
        ("laptop8", "Qwen3-8B-Q4_K_M.gguf", 20_480),
    ],
)
def test_smaller_cards_get_a_smaller_model_and_hear_why(name: str, model: str, smallest_context: int) -> None:
    best = advice(name).recommended
    assert best.model.file == model
    assert best.n_ctx >= smallest_context
    assert best.mode == "gpu"
    assert "32B" in best.reason


@pytest.mark.parametrize("name", ["gpu16", "gpu12"])
def test_the_32b_partly_in_ram_is_offered_where_it_runs(name: str) -> None:
    partial = [p for p in advice(name).alternatives if "32B" in p.model.file and p.mode == "partial"]
    assert partial
    assert 0 < partial[0].n_gpu_layers < 65
    assert "RAM" in partial[0].reason
    assert "tokens a second" in partial[0].reason


def test_a_processor_gets_a_model_that_answers_at_reading_speed() -> None:
    best = advice("cpu32").recommended
    assert best.model.file == "Qwen3-30B-A3B-Q4_K_M.gguf"
    assert (best.mode, best.n_gpu_layers, best.vram.total_bytes, best.gpu) == ("ram", 0, 0, "")
    assert any("32B" in p.model.file for p in advice("cpu32").alternatives)


@pytest.mark.parametrize("name", ["rtx4090", "rtx3090", "rtx5090", "a100x2", "gpu16", "gpu12", "laptop8", "cpu32"])
def test_everything_advised_fits_and_explains_itself(name: str) -> None:
    given = advice(name)
    assert given.alternatives
    assert len(given.alternatives) <= 3
    for one in (given.recommended, *given.alternatives):
        assert one.fits
        assert one.n_ctx <= 40_960
        check_room(one, machine(name))
    files = [p.model.file for p in (given.recommended, *given.alternatives)]
    assert len(set(files)) == len(files)


def test_json_is_the_contract() -> None:
    written = json.loads(msgspec.json.encode(plan(machine("rtx4090"), Q4)))
    assert {"repo", "file", "quant", "size_bytes"} <= written["model"].keys()
    assert set(written["vram"]) == {"weights_bytes", "kv_bytes", "compute_bytes", "overhead_bytes", "total_bytes"}
    assert {"n_ctx", "kv_type", "n_ubatch", "n_gpu_layers", "ram_bytes", "fits", "reason"} <= written.keys()
    assert written["fits"] is True


@pytest.mark.parametrize(
    "fixed",
    [
        Fixed(n_ctx=9000),
        Fixed(kv_type="f16"),
        Fixed(n_ubatch=2048),
        Fixed(n_gpu_layers=40),
        Fixed(8192, "q4_0", 1024, 65),
    ],
)
def test_what_is_fixed_stays_fixed(fixed: Fixed) -> None:
    chosen = plan(machine("rtx4090"), Q4, fixed)
    assert chosen.fits
    assert chosen.n_ctx == (fixed.n_ctx or chosen.n_ctx)
    assert chosen.kv_type == (fixed.kv_type or chosen.kv_type)
    assert chosen.n_ubatch == (fixed.n_ubatch or chosen.n_ubatch)
    assert chosen.n_gpu_layers == (fixed.n_gpu_layers or chosen.n_gpu_layers)
    check_room(chosen, machine("rtx4090"))


def test_all_fixed_is_only_estimated_and_says_what_would_fit() -> None:
    chosen = plan(machine("rtx4090"), Q4, Fixed(131_072, "f16", 512, 65))
    assert not chosen.fits
    assert chosen.vram.total_bytes == pytest.approx(55_303_864_320 - 644_939_776, rel=0.003)
    assert "32K" in chosen.reason
    stretched = plan(machine("a100x2"), Q4, Fixed(131_072, "f16", 512, 65))
    assert "40,960" in stretched.reason
    assert "4 times" in stretched.reason


def test_more_context_than_native_only_when_asked() -> None:
    assert plan(machine("a100x2"), Q4).n_ctx == 40_960
    assert plan(machine("a100x2"), Q4, Fixed(n_ctx=131_072)).n_ctx == 131_072


def test_layers_asked_for_without_a_card_stay_in_ram() -> None:
    chosen = plan(machine("cpu32"), Q4, Fixed(8192, "f16", None, 65))
    assert (chosen.fits, chosen.mode, chosen.vram.total_bytes) == (True, "ram", 0)
    assert "no usable graphics card" in chosen.reason


def test_one_model_too_large_is_refused_with_both_numbers() -> None:
    chosen = plan(machine("laptop8"), Q4)
    assert not chosen.fits
    assert "19.3 GB" in chosen.reason
    assert "7.1 GB" in chosen.reason


def test_two_small_cards_carry_the_32b_together() -> None:
    one = machine("gpu12")
    two = msgspec.structs.replace(one, gpus=one.gpus * 2)
    best = advise(two, CANDIDATES).recommended
    assert best.mode == "gpus"
    assert "32B" in best.model.file
    assert "2 cards" in best.reason
    assert best.free_bytes == 2 * one.gpus[0].free_bytes
    check_room(best, two)


def test_a_card_behind_the_gate_is_not_planned_for() -> None:
    old = machine("rtx4090")
    old = msgspec.structs.replace(old, gpus=(msgspec.structs.replace(old.gpus[0], driver="535.183.01"),))
    assert advise(old, CANDIDATES).recommended.mode == "ram"


def test_nothing_fits_a_tiny_computer() -> None:
    tiny = msgspec.structs.replace(machine("cpu32"), ram_total_bytes=2048 * MIB, ram_free_bytes=1200 * MIB)
    with pytest.raises(CarrelError) as caught:
        advise(tiny, CANDIDATES)
    assert caught.value.code == "nothing_fits"
    assert "GB" in str(caught.value)
    with pytest.raises(CarrelError):
        plan(tiny, [])


def test_a_larger_margin_leaves_less() -> None:
    contexts = [plan(machine("rtx4090"), Q4, margin_bytes=mib * MIB).n_ctx for mib in (0, 512, 1024, 2048)]
    assert contexts == sorted(contexts, reverse=True)
    assert len(set(contexts)) == 4


@pytest.mark.parametrize("sizes_gib", [(6, 8, 12, 15), (19, 22, 32)])
def test_more_memory_is_never_worth_less(sizes_gib: tuple[int, ...]) -> None:
    base = machine("rtx4090")
    worths: list[float] = []
    for gib in sizes_gib:
        card = msgspec.structs.replace(base.gpus[0], total_bytes=gib << 30, free_bytes=gib << 30)
        best = advise(msgspec.structs.replace(base, gpus=(card,)), CANDIDATES).recommended
        assert best.mode == "gpu"
        assert ("32B" in best.model.file) == (gib > 16)
        model = next(c.model for c in CANDIDATES if c.file == best.model.file)
        worths.append(value.worth(model, best.model.quant, best.n_ctx, best.kv_type, 20.0))
    assert worths == sorted(worths)
    assert worths[0] < worths[-1]


def test_reasons_are_said_in_chinese() -> None:
    speak("zh_CN")
    try:
        reason = plan(machine("rtx4090"), Q4).reason
        assert "显存" in plan(machine("rtx4090"), Q4, Fixed(8192, "f16", 512, 65)).reason
    finally:
        speak("en")
    assert "上下文" in reason
    assert "。" in reason
    assert "wholly" not in reason


def test_an_unknown_model_is_planned_by_its_facts_alone() -> None:
    stranger = Candidate("", "x.gguf", "", "MXFP4", 1, Q4[0].facts, path="/models/x.gguf")
    chosen = plan(machine("rtx4090"), [stranger])
    assert chosen.fits
    assert chosen.model.path == "/models/x.gguf"
    assert "32B leaves" not in chosen.reason


def test_everything_given_and_no_card_here_says_what_one_would_take() -> None:
    fixed = Fixed(n_ctx=8192, kv_type="f16", n_ubatch=512, n_gpu_layers=-1)
    found = plan(machine("cpu32"), Q4, fixed)
    assert not found.fits
    assert found.n_gpu_layers == 65
    assert found.vram.total_bytes > 20 << 30
    assert "no graphics card" in found.reason
