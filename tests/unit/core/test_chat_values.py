from __future__ import annotations

import msgspec

from app.core.chat import Document, Page
from app.core.params import PLAIN, THINKING, Choices, Sampling, preset


def test_a_document_counts_its_pages() -> None:
    document = Document("/a", "a", "text", "00", (Page(1, "x", 3), Page(2, "y", 4)))
    assert document.tokens == 7
    assert document == Document("/a", "a", "text", "00", (Page(1, "x", 3), Page(2, "y", 4)))


def test_the_model_card_presets() -> None:
    assert (preset(True), preset(False)) == (THINKING, PLAIN)
    assert (THINKING.temperature, THINKING.top_p, THINKING.top_k, THINKING.min_p) == (0.6, 0.95, 20, 0.0)
    assert (PLAIN.temperature, PLAIN.top_p, PLAIN.top_k, PLAIN.min_p) == (0.7, 0.8, 20, 0.0)


def test_choices_change_what_they_name_and_leave_the_rest_to_the_preset() -> None:
    chosen = Choices(temperature=0.7, seed=0)
    assert chosen.over(THINKING) == msgspec.structs.replace(THINKING, temperature=0.7, seed=0)
    assert chosen.changed(THINKING) == ("temperature", "seed")
    assert chosen.changed(PLAIN) == ("seed",), "0.7 is the preset of plain answers"
    assert Choices().over(PLAIN) == PLAIN
    assert chosen.joined(Choices(seed=4, grammar="g")) == Choices(temperature=0.7, seed=4, grammar="g")


def test_every_sampling_value_can_be_chosen() -> None:
    assert set(Sampling.__struct_fields__) < set(Choices.__struct_fields__)
