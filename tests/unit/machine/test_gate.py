from __future__ import annotations

import pytest

from app.machine.gate import Gpu, visible_gpus


@pytest.mark.parametrize(
    ("chosen", "names"),
    [(None, "AB"), ("1", "B"), ("1,0", "BA"), ("GPU-b", "B"), ("", ""), ("-1", ""), ("0,7,1", "A"), ("GPU-x", "")],
)
def test_only_the_cards_cuda_shows_are_counted_and_numbered_as_it_does(chosen: str | None, names: str) -> None:
    cards = tuple(Gpu(name, 24, 24, uuid=f"GPU-{name.lower()}123", index=i) for i, name in enumerate("AB"))
    shown = visible_gpus(cards, chosen)
    assert "".join(gpu.name for gpu in shown) == names
    assert [gpu.index for gpu in shown] == list(range(len(shown)))
