"""What the command line says about memory, and what a plan says back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.catalog.index import load_catalog
from app.fit.option import Adapter
from app.fit.plan import plan
from app.fit.search import Fixed
from app.machine.gate import Gpu
from app.machine.snapshot import load_machine
from app.terminal.arguments import read_arguments
from app.terminal.chat import fixed_of
from app.terminal.reports import plan_words

MACHINE = load_machine(Path(__file__).parents[2] / "helpers" / "machines" / "rtx4090.json")
Q4 = [c for c in load_catalog().candidates() if c.file == "Qwen3-32B-Q4_K_M.gguf"]


@pytest.mark.parametrize("command", ["plan", "chat", "bench"])
def test_what_is_said_is_fixed_and_nothing_else(command: str) -> None:
    assert fixed_of(read_arguments([command])) == Fixed()
    said = "--ctx 131072 --kv-type q4_0 --n-ubatch 1024 --n-gpu-layers -1 --n-cpu-moe 12 --threads 6"
    assert fixed_of(read_arguments([command, *said.split()])) == Fixed(131_072, "q4_0", 1024, -1, 12, n_threads=6)


@pytest.mark.parametrize(
    ("said", "adapter"),
    [
        ("a.gguf", Adapter("a.gguf", 1.0)),
        ("a.gguf=0.5", Adapter("a.gguf", 0.5)),
        ("a=b.gguf", Adapter("a=b.gguf", 1.0)),
        ("dir=1/a.gguf=-2", Adapter("dir=1/a.gguf", -2.0)),
    ],
)
def test_an_adapter_may_have_a_scale(said: str, adapter: Adapter) -> None:
    assert fixed_of(read_arguments(["plan", "--lora", said, "--lora", "b.gguf"])).adapters == (
        adapter,
        Adapter("b.gguf"),
    )


@pytest.mark.parametrize("said", ["--lora=", "--lora=a=nan", "--lora=a=1e9", "--threads=0", "--n-cpu-moe=-1"])
def test_nonsense_is_wrong_usage(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        read_arguments(["plan", said])
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_plan_says_how_far_each_cache_reaches() -> None:
    words = "\n".join(plan_words(plan(MACHINE, Q4)))
    assert "Room with a f16 cache: 17," in words
    assert "Room with a q4_0 cache: 40,960 tokens, 6" in words
    assert "stretched (YaRN)" in words
    assert "layers, " not in words


def test_several_cards_are_listed_with_their_part() -> None:
    cards = tuple(Gpu("RTX 4060 Ti", 16 << 30, 15 << 30, uuid=f"GPU-{i}", index=i) for i in range(2))
    words = plan_words(plan(msgspec.structs.replace(MACHINE, gpus=cards), Q4))
    assert len([line for line in words if line.startswith("RTX 4060 Ti: ") and "layers, " in line]) == 2
