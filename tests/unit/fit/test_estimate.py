"""Estimates against memory measured on an H200; the models are made up from their mixes, not from files."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from app.core.units import MIB
from app.fit.buffers import ENGINE, PLAIN, Serving, compute_bytes, host_bytes
from app.fit.estimate import estimate
from app.fit.mixes import expect_model
from app.fit.spare import DRAFT_CONTEXT, DRAFT_SERVING, DRAFT_UBATCH
from app.fit.weights import place_weights, read_bytes, resolve_layers
from app.gguf.model import ModelFacts

HERE = Path(__file__).parent
TRUTH = [json.loads(line) for line in (HERE / "vram_truth.jsonl").read_text().splitlines()]
WEIGHTS = TRUTH[0]
TRUTH_ROWS = [row for row in TRUTH if row["kind"] == "ctx"]
MEASURED = [json.loads(line) for line in (HERE / "vram_measured.jsonl").read_text().splitlines()]


@functools.cache
def model(size: str, quant: str = "Q4_K_M") -> ModelFacts:
    return expect_model(size, quant)


def name_of(row: dict[str, Any]) -> str:
    return "-".join(
        str(row[key]) for key in row if key in ("model", "n_gpu_layers", "n_ctx", "kv", "kv_type", "ub", "n_ubatch")
    )


@pytest.mark.parametrize("row", TRUTH_ROWS, ids=name_of)
def test_the_process_takes_what_was_measured(row: dict[str, Any]) -> None:
    need = estimate(model("32B"), row["n_ctx"], row["kv"], row["ub"], row["ngl"], serving=PLAIN)
    measured = row["nvml_total"] - WEIGHTS["base"]
    assert need.total_bytes == pytest.approx(measured, rel=0.003)
    assert measured - need.total_bytes < 2 * MIB
    assert need.kv_bytes / MIB == float(row["kv_mib"][0][1])
    assert need.compute_bytes / MIB == pytest.approx(float(row["compute_mib"][0][1]), abs=0.1)


def test_there_are_as_many_truths_as_were_measured() -> None:
    assert len(TRUTH) == 11
    assert len([row for row in MEASURED if row["model"] == "32B" and row["n_gpu_layers"] == 999]) == 42


@pytest.mark.parametrize("row", MEASURED, ids=name_of)
def test_every_measured_combination(row: dict[str, Any]) -> None:
    facts = model(row["model"])
    need = estimate(facts, row["n_ctx"], row["kv_type"], row["n_ubatch"], row["n_gpu_layers"], serving=PLAIN)
    whole = row["n_gpu_layers"] > facts.n_layers
    # With one layer on the card the total is 1.6 GB, so its 48 MiB of caution are three percent.
    assert need.total_bytes == pytest.approx(
        row["total_bytes"], rel=0.004 if whole else 0.006, abs=0 if whole else 120 * MIB
    )
    assert row["total_bytes"] - need.total_bytes < 2 * MIB
    if whole:
        assert host_bytes(facts, row["n_ctx"], row["n_ubatch"]) / MIB == pytest.approx(row["host_mib"], abs=0.7)


def test_weights_are_placed_as_llama_cpp_places_them() -> None:
    facts = model("32B")
    logged = dict(WEIGHTS["log"])
    whole = place_weights(facts, 999)
    assert whole.gpu_bytes / MIB == pytest.approx(float(logged["CUDA0"]), abs=0.01)
    assert whole.ram_bytes / MIB == pytest.approx(float(logged["CPU_Mapped"]), abs=0.01)
    # Logged by llama.cpp on the same card with 40 and with 1 layer there.
    assert place_weights(facts, 40).gpu_bytes / MIB == pytest.approx(11447.88, abs=0.01)
    assert place_weights(facts, 1).gpu_bytes / MIB == pytest.approx(608.59, abs=0.01)
    assert place_weights(facts, 0).gpu_bytes == 0


def test_a_tied_embedding_lies_on_both_sides() -> None:
    placed = place_weights(model("4B"), -1)
    assert placed.gpu_bytes / MIB == pytest.approx(2375.91, abs=0.01)
    assert placed.ram_bytes / MIB == pytest.approx(304.28, abs=0.01)


def test_layers_are_counted_with_the_head() -> None:
    facts = model("32B")
    assert [resolve_layers(facts, asked) for asked in (-1, 999, 65, 64, 0)] == [65, 65, 65, 64, 0]


def test_published_sizes_of_the_cache() -> None:
    def a_token(size: str, kv_type: str) -> float:
        return estimate(model(size), 1024, kv_type, 512, -1).kv_bytes / 1024

    assert [a_token("32B", kind) for kind in ("f16", "q8_0", "q4_0")] == [262144, 139264, 73728]
    assert (a_token("14B", "f16"), a_token("8B", "f16")) == (160 * 1024, 144 * 1024)


def test_published_compute_buffers() -> None:
    facts = model("32B")
    assert compute_bytes(facts, 32_768, "f16", 512, PLAIN) == 306.75 * MIB
    assert compute_bytes(facts, 32_768, "f16", 2048, PLAIN) == 1227 * MIB
    assert compute_bytes(facts, 131_072, "q8_0", 512, PLAIN) == 692 * MIB


# What llama.cpp's own dry run (no_alloc) reserves on the processor, in MiB, by context, ubatch and outputs: there the
# embedded tokens lie in the buffer too, which on a card are an input.
TEN = Serving(72, 10)
DRY_RUNS = [
    ("32B", 8192, 512, Serving(1), 204.01), ("32B", 8192, 512, TEN, 207.20), ("32B", 8192, 2048, Serving(1), 816.05),
    ("32B", 8192, 2048, TEN, 816.84), ("32B", 32768, 512, Serving(1), 228.01), ("32B", 32768, 512, TEN, 231.57),
    ("32B", 32768, 2048, Serving(1), 912.05), ("32B", 32768, 2048, TEN, 912.94),
    ("32B", 131072, 512, TEN, 329.07), ("32B", 131072, 2048, TEN, 1297.31),
    ("32B", 32768, 512, PLAIN, 316.75), ("32B", 32768, 2048, PLAIN, 1267.01),
    ("30B-A3B", 8192, 512, TEN, 97.51), ("30B-A3B", 32768, 2048, TEN, 480.52),
    ("30B-A3B", 131072, 512, Serving(1), 216.01), ("30B-A3B", 8192, 512, PLAIN, 304.75),
    ("8B", 8192, 512, TEN, 113.76), ("8B", 8192, 2048, Serving(1), 448.05),
]  # fmt: skip


@pytest.mark.parametrize(("size", "n_ctx", "n_ubatch", "serving", "logged_mib"), DRY_RUNS)
def test_fewer_outputs_take_what_llama_cpp_reserves(
    size: str, n_ctx: int, n_ubatch: int, serving: Serving, logged_mib: float
) -> None:
    facts = model(size)
    embedded = serving.tokens(n_ubatch) * 4 * facts.n_embd
    expected = compute_bytes(facts, n_ctx, "f16", n_ubatch, serving) + embedded
    assert expected / MIB == pytest.approx(logged_mib, abs=0.1)


def test_the_engine_makes_its_context_as_it_is_estimated() -> None:
    from app.engine.messages import Load
    from app.engine.worker import context
    from app.engine.worker.speculation import draft

    for serving, n_parallel in ((ENGINE, Load(0, "").n_parallel), (DRAFT_SERVING, 1)):
        made = context._params(Load(0, ""), n_parallel + 1)
        assert (made.n_outputs_max, made.n_seq_max) == (serving.n_outputs, serving.n_seqs)
    assert (draft.WINDOW, draft.UBATCH) == (DRAFT_CONTEXT, DRAFT_UBATCH)


def test_the_engine_saves_the_logits_of_a_whole_batch() -> None:
    facts = model("32B")
    saved = [
        compute_bytes(facts, 32_768, "q8_0", n, PLAIN) - compute_bytes(facts, 32_768, "q8_0", n) for n in (512, 2048)
    ]
    assert [round(size / MIB) for size in saved] == [88, 353]


def test_without_a_card_everything_is_in_ram() -> None:
    facts = model("8B")
    need = estimate(facts, 8192, "f16", 512, 0, n_gpus=0)
    assert need.total_bytes == need.weights_bytes == need.kv_bytes == need.compute_bytes == need.overhead_bytes == 0
    tensors = sum(tensor.size_bytes for tensor in facts.tensors)
    assert need.ram_bytes > tensors + 8192 * 144 * 1024
    assert need == estimate(facts, 8192, "f16", 512, 37, n_gpus=0)


def test_two_cards_take_more_than_one_and_hold_the_same_weights() -> None:
    one, two = (estimate(model("32B"), 8192, "f16", 512, -1, n_gpus=n) for n in (1, 2))
    assert one.weights_bytes == two.weights_bytes
    assert one.kv_bytes == two.kv_bytes
    assert two.overhead_bytes == 2 * one.overhead_bytes
    assert two.compute_bytes > 2 * one.compute_bytes
    assert [card.layers for card in two.cards] == [33, 32]
    assert two.total_bytes == two.weights_bytes + two.kv_bytes + two.compute_bytes + two.overhead_bytes


def test_context_is_padded_as_llama_cpp_pads_it() -> None:
    assert estimate(model("8B"), 8000, "f16", 512, -1) == estimate(model("8B"), 8192, "f16", 512, -1)


def test_experts_in_ram_leave_the_card_and_nothing_is_lost() -> None:
    facts = model("30B-A3B")
    whole = estimate(facts, 8192, "f16", 512, -1)
    half = estimate(facts, 8192, "f16", 512, -1, n_cpu_moe=24)
    moved = sum(facts.expert_bytes[:24])
    assert moved > 0.45 * facts.size_bytes
    assert whole.weights_bytes - half.weights_bytes == moved
    assert half.ram_bytes - whole.ram_bytes >= moved
    assert half.kv_bytes == whole.kv_bytes
    # A batch reads the experts on the card: the largest of their matrices is copied there.
    assert half.compute_bytes > whole.compute_bytes + facts.largest_matrix_bytes // 2
    assert place_weights(facts, -1, 99) == place_weights(facts, -1, 48)


def test_every_card_has_its_own_part() -> None:
    facts = model("32B")
    need = estimate(facts, 8192, "f16", 512, -1, n_gpus=2, room_bytes=(24 << 30, 12 << 30))
    first, second = need.cards
    assert first.layers + second.layers == 65
    assert first.layers > 1.5 * second.layers
    assert first.weights_bytes + second.weights_bytes == estimate(facts, 8192, "f16", 512, -1).weights_bytes
    assert sum(card.total_bytes for card in need.cards) == need.total_bytes


def test_read_bytes_of_a_mixture_are_those_of_the_active_experts() -> None:
    facts = model("30B-A3B")
    there, here = read_bytes(facts, -1)
    assert here == 0
    assert 1.6e9 < there < 2.6e9  # three billion active parameters in four to six bits
    some_there, some_here = read_bytes(facts, -1, 24)
    assert some_there + some_here == pytest.approx(there, abs=10)
    nothing, everything = read_bytes(facts, 0)
    assert nothing == 0
    assert everything == pytest.approx(there, abs=10)
    assert read_bytes(model("32B"), -1)[0] == place_weights(model("32B"), -1).gpu_bytes
