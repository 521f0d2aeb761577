from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from app.catalog.entry import Entry, Proof, explain_proof
from app.catalog.index import load_catalog
from app.config.paths import resource
from app.core.errors import CarrelError

UNKNOWN = "Qwen/Qwen3-32B-GGUF/Qwen3-32B-Q6_K.gguf"
PINNED = "Qwen/Qwen3-32B-GGUF/Qwen3-32B-Q4_K_M.gguf"
ROUNDED = "bartowski/Qwen_Qwen3-32B-GGUF/Qwen_Qwen3-32B-IQ4_XS.gguf"
HASH = "ab" * 32


def test_every_entry_is_whole() -> None:
    entries = load_catalog().entries
    assert len({entry.reference for entry in entries}) == len(entries) >= 40
    for entry in entries:
        assert re.fullmatch(r"[0-9a-f]{40}", entry.revision)
        assert entry.file.endswith(f"{entry.quant}.gguf")
        assert entry.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
        assert entry.size_bytes > 100_000_000
        assert entry.licence == "Apache-2.0"
        assert (entry.proof == "pinned") == (entry.sha256 is not None)
    assert {"32B", "30B-A3B", "14B", "8B", "4B", "1.7B", "0.6B"} == {entry.model for entry in entries}


def test_the_main_model_is_pinned() -> None:
    entry = load_catalog().find(PINNED)
    assert entry.size_bytes == 19_762_149_024
    assert entry.parameters == 32_762_123_264
    assert (entry.sha256 or "").startswith("efd97156")
    assert entry.title == "Qwen3-32B Q4_K_M"


def test_what_the_file_says_of_proofs_is_not_believed() -> None:
    assert "proof" not in resource("catalog.json").read_text("utf-8")


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(CarrelError) as caught:
        load_catalog().find("Qwen/Qwen3-32B-GGUF/Qwen3-32B-Q4_K_L.gguf")
    assert "Q4_K_M" in str(caught.value)


def test_a_hash_is_frozen_at_first_sight(tmp_path: Path) -> None:
    file = tmp_path / "catalog-facts.json"
    catalog = load_catalog(file)
    entry = catalog.find(UNKNOWN)
    assert (entry.proof, entry.sha256) == ("unknown", None)
    frozen = catalog.remember(entry, entry.size_bytes, HASH.upper())
    assert (frozen.proof, frozen.sha256) == ("frozen", HASH)
    again = load_catalog(file).find(UNKNOWN)
    assert again == frozen
    assert load_catalog(tmp_path / "other.json").find(UNKNOWN).proof == "unknown"
    # Said twice the same is fine, said differently is not.
    catalog.remember(again, again.size_bytes, HASH)
    with pytest.raises(CarrelError, match="differently"):
        catalog.remember(again, again.size_bytes, "cd" * 32)
    assert load_catalog(file).find(UNKNOWN).sha256 == HASH


def test_what_is_pinned_cannot_be_changed(tmp_path: Path) -> None:
    catalog = load_catalog(tmp_path / "facts.json")
    entry = catalog.find(PINNED)
    with pytest.raises(CarrelError, match="differently"):
        catalog.remember(entry, entry.size_bytes, HASH)
    with pytest.raises(CarrelError, match="differently"):
        catalog.remember(catalog.find(UNKNOWN), 5, HASH)
    assert not (tmp_path / "facts.json").exists()


def test_facts_cannot_replace_a_pinned_hash(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    entry = load_catalog().find(PINNED)
    key = f"{entry.repo}@{entry.revision}/{entry.file}"
    file.write_text(json.dumps({"files": {key: {"size_bytes": 5, "sha256": HASH}}}))
    assert load_catalog(file).find(PINNED) == entry


def test_a_rounded_size_becomes_exact(tmp_path: Path) -> None:
    catalog = load_catalog(tmp_path / "facts.json")
    entry = catalog.find(ROUNDED)
    assert not entry.size_exact
    known = catalog.remember(entry, 17_694_000_123, HASH)
    assert (known.size_bytes, known.size_exact) == (17_694_000_123, True)


def test_a_damaged_facts_file_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "catalog-facts.json"
    file.write_text("{broken")
    assert load_catalog(file).find(UNKNOWN).proof == "unknown"
    assert (tmp_path / "catalog-facts.json.damaged").read_text() == "{broken"


def test_each_proof_has_its_sentence() -> None:
    sentences = {explain_proof(Entry("r", "v", "f", "q", "m", 1, 1, proof=proof)) for proof in get_args(Proof)}
    assert len(sentences) == 3
    assert all("SHA-256" in sentence for sentence in sentences)


def test_files_are_recognised_by_name_and_size() -> None:
    catalog = load_catalog()
    entry = catalog.find(PINNED)
    assert catalog.recognise("Qwen3-32B-Q4_K_M.gguf", entry.size_bytes) == entry
    assert catalog.recognise("Qwen3-32B-Q4_K_M.gguf", entry.size_bytes - 1) is None


def test_every_entry_can_be_planned_exactly() -> None:
    candidates = load_catalog().candidates()
    assert len(candidates) == len(load_catalog().entries)
    assert all(candidate.facts.exact for candidate in candidates)
