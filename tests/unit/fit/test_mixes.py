from __future__ import annotations

import msgspec
import pytest

from app.catalog.index import load_catalog
from app.core.errors import CarrelError
from app.fit.mixes import BASE, SHAPES, expect_model, more_bits

ENTRIES = load_catalog().entries


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.size_exact], ids=lambda e: e.file)
def test_tensors_and_header_make_the_published_size(entry: msgspec.Struct) -> None:
    facts = expect_model(entry.model, entry.quant, 0, entry.repo)  # type: ignore[attr-defined]
    header_bytes = entry.size_bytes - sum(t.size_bytes for t in facts.tensors)  # type: ignore[attr-defined]
    # Vocabulary, merges and template: the same few MB in every file, so the tensors are exact to the byte.
    assert 5_950_000 < header_bytes < 5_980_000


@pytest.mark.parametrize("entry", [e for e in ENTRIES if not e.size_exact], ids=lambda e: e.file)
def test_rounded_sizes_agree_within_their_rounding(entry: msgspec.Struct) -> None:
    facts = expect_model(entry.model, entry.quant, 0, entry.repo)  # type: ignore[attr-defined]
    assert abs(facts.size_bytes - entry.size_bytes) < 6_000_000  # type: ignore[attr-defined]


def test_more_bits_go_to_half_the_layers_of_the_32b() -> None:
    chosen = [i for i in range(64) if more_bits(i, 64)]
    assert len(chosen) == 32
    assert chosen[:8] == list(range(8))
    assert chosen[-8:] == list(range(56, 64))


def test_another_mix_is_scaled_and_says_so() -> None:
    vanilla = expect_model("32B", "Q4_K_M")
    other = expect_model("32B", "Q4_K_M", 20_021_713_440)
    assert vanilla.exact
    assert not other.exact
    grown = sum(t.size_bytes for t in other.tensors) - sum(t.size_bytes for t in vanilla.tensors)
    assert grown == pytest.approx(20_021_713_440 - vanilla.size_bytes, abs=1000)
    assert other.head_bytes == vanilla.head_bytes


def test_every_mix_of_every_size_can_be_made() -> None:
    for size, shape in SHAPES.items():
        for quant in BASE:
            facts = expect_model(size, quant)
            assert len(facts.layer_bytes) == shape.n_layers + 1
            assert bool(facts.head_bytes[1]) != shape.tied


def test_finer_quantizations_are_larger() -> None:
    sizes = [
        expect_model("32B", q).size_bytes for q in ("Q2_K", "Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0")
    ]
    assert sizes == sorted(sizes)


def test_an_unknown_mix_is_a_sentence() -> None:
    with pytest.raises(CarrelError, match="Q9_K"):
        expect_model("32B", "Q9_K")
