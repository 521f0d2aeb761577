"""The real engine child on small models: what it says, how it stops, and what it refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.child import APP_FOLDER
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.state import Phase
from app.engine.supervisor import Event
from tests.helpers.engine import GREEDY, EngineBench, done_of, engine_bench, error_of, text_of, wait_gone
from tests.helpers.models import (
    aborting_model,
    corrupt_header,
    foreign_architecture,
    script_model,
    tiny_qwen3,
    truncated,
)

ANSWER = "The rent is **4,800** euros, due on the third working day. 租金每月四千八百元，见第二页。"
THOUGHT = "The contract names a sum on page two."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def scripted(folder: Path) -> Path:
    return script_model(folder / "scripted.gguf", ANSWER, thinking=THOUGHT)


@pytest.fixture(scope="module")
def slow(folder: Path) -> Path:
    """A model that takes seconds for a long prompt on two cores, and never stops talking."""
    return script_model(folder / "slow.gguf", "over and on again ", repeat=True, layers=24, ffn=8192)


@pytest.fixture(scope="module")
def endless(folder: Path) -> Path:
    """A quick one that never stops talking."""
    return script_model(folder / "endless.gguf", "over and on again ", repeat=True)


@pytest.fixture
def bench() -> Iterator[EngineBench]:
    with engine_bench() as bench:
        yield bench


def test_thinking_and_answer_arrive_on_their_own_channels(bench: EngineBench, scripted: Path) -> None:
    bench.load(scripted)
    events: list[Event] = []
    bench.end(bench.ask("What is the rent?", events))
    assert text_of(events).strip() == ANSWER
    assert text_of(events, "thinking").strip() == THOUGHT
    assert done_of(events).reason == "stop"
    assert done_of(events).timing.ttft_s > 0


def test_told_not_to_think_it_only_answers(bench: EngineBench, scripted: Path) -> None:
    bench.load(scripted)
    events: list[Event] = []
    bench.end(bench.ask("What is the rent?", events, thinking=False))
    assert text_of(events).strip() == ANSWER
    assert text_of(events, "thinking") == ""


def test_the_prefix_is_kept_between_turns_and_the_answer_is_the_same(bench: EngineBench, folder: Path) -> None:
    bench.load(tiny_qwen3(folder / "tiny.gguf"))
    document = "Clause by clause. " * 40
    first: list[Event] = []
    second: list[Event] = []
    sampling = Sampling(temperature=0, max_tokens=24)
    bench.end(bench.ask(document + "A?", first, sampling))
    bench.end(bench.ask(document + "A?", second, sampling))
    assert done_of(first).usage.cached_tokens == 0
    assert done_of(second).usage.cached_tokens == done_of(second).usage.prompt_tokens - 1
    assert text_of(first) == text_of(second) != ""
    third: list[Event] = []
    bench.end(bench.ask(document + "B?", third, sampling))
    assert done_of(third).usage.cached_tokens > len(document)  # one token a byte


def test_a_seed_repeats_and_another_differs(bench: EngineBench, folder: Path) -> None:
    bench.load(tiny_qwen3(folder / "seeded.gguf"))
    answers = []
    for seed in (5, 5, 6):
        events: list[Event] = []
        bench.end(bench.ask("Go", events, Sampling(temperature=1.5, top_k=0, top_p=1, seed=seed, max_tokens=40)))
        answers.append(text_of(events))
    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(seed=1),
        Sampling(presence_penalty=1.5, repeat_penalty=1.1, seed=1),
        Sampling(min_p=0.1, top_k=0, top_p=1.0, seed=1),
        GREEDY,
    ],
)
def test_every_sampler_of_the_chain_runs(bench: EngineBench, scripted: Path, sampling: Sampling) -> None:
    bench.load(scripted)
    events: list[Event] = []
    bench.end(bench.ask("What is the rent?", events, sampling, thinking=False))
    assert text_of(events).strip() == ANSWER


def test_max_tokens_and_the_context_end_an_answer(bench: EngineBench, endless: Path) -> None:
    bench.load(endless, n_ctx=256)
    events: list[Event] = []
    bench.end(bench.ask("Go", events, Sampling(temperature=0, max_tokens=5)))
    assert done_of(events).reason == "length"
    assert done_of(events).usage.answer_tokens == 5
    bench.end(bench.ask("Go", events, GREEDY))
    done = done_of(events)
    assert done.reason == "length"
    assert done.usage.prompt_tokens + done.usage.answer_tokens == 256


def test_a_prompt_longer_than_the_context_is_refused(bench: EngineBench, scripted: Path) -> None:
    bench.load(scripted, n_ctx=256)
    request = bench.end(bench.ask("x" * 300, []))
    assert error_of(request).code == "context_full"
    assert bench.supervisor.state.phase is Phase.LOADED


def test_reading_shows_progress_and_stops_within_half_a_second(bench: EngineBench, slow: Path) -> None:
    bench.load(slow, n_ctx=8192)
    events: list[Event] = []
    request = bench.ask("word " * 1500, events)
    bench.until(lambda: sum(isinstance(e, m.PrefillProgress) for e in events) >= 2)
    asked_s = time.monotonic()
    bench.supervisor.cancel(request)
    bench.end(request)
    took_s = time.monotonic() - asked_s
    progress = [e for e in events if isinstance(e, m.PrefillProgress)]
    assert took_s < 0.5
    assert done_of(events).reason == "cancelled"
    assert progress[-1].done < progress[-1].total == done_of(events).usage.prompt_tokens
    events.clear()
    bench.end(bench.ask("word " * 50, events, Sampling(temperature=0, max_tokens=4)))
    assert text_of(events).strip()


def test_an_answer_stops_at_once_and_the_engine_goes_on(bench: EngineBench, slow: Path) -> None:
    bench.load(slow)
    events: list[Event] = []
    request = bench.ask("Go", events)
    bench.until(lambda: len(text_of(events)) > 40)
    asked_s = time.monotonic()
    bench.supervisor.cancel(request)
    bench.end(request)
    assert time.monotonic() - asked_s < 0.5
    assert done_of(events).reason == "cancelled"


def test_tokens_are_counted_while_an_answer_streams(bench: EngineBench, slow: Path) -> None:
    bench.load(slow)
    events: list[Event] = []
    request = bench.ask("Go", events)
    bench.until(lambda: len(text_of(events)) > 10)
    counts: list[Event] = []
    bench.end(bench.supervisor.tokenize(("abc", ""), counts.append))
    assert not request.ended
    assert counts == [m.Tokens(counts[0].id, (3, 0))]  # type: ignore[union-attr]
    bench.supervisor.cancel(request)
    bench.end(request)


@pytest.mark.parametrize("make", [truncated, corrupt_header])
def test_a_damaged_file_is_refused_in_words_and_the_child_lives(
    bench: EngineBench, scripted: Path, folder: Path, make: object
) -> None:
    broken = make(scripted, folder / f"{make.__name__}.gguf")  # type: ignore[operator, attr-defined]
    request = bench.load(broken)
    assert error_of(request).code == "load_refused"
    assert broken.name in str(error_of(request))
    pid = bench.supervisor.pid
    assert not bench.load(scripted).error
    assert bench.supervisor.pid == pid


def test_a_file_of_another_architecture_is_refused(bench: EngineBench, folder: Path) -> None:
    assert error_of(bench.load(foreign_architecture(folder / "pigeon.gguf"))).code == "load_refused"


def test_an_abort_inside_llama_cpp_ends_only_the_child(bench: EngineBench, scripted: Path, folder: Path) -> None:
    request = bench.load(aborting_model(folder / "abort.gguf"))
    assert error_of(request).code == "engine_died"
    assert "GGML_ASSERT" in error_of(request).params["log"]
    assert not bench.load(scripted).error


def test_a_loading_can_be_stopped(bench: EngineBench, slow: Path) -> None:
    request = bench.supervisor.load(m.Load(0, str(slow)), lambda _: None)
    bench.supervisor.cancel(request)
    bench.end(request)
    assert request.error is None or request.error.code == "cancelled"


PARENT = """
import sys, time
from app.core.loop import Loop
from app.engine import messages as m
from app.engine.process import connect_process
from app.engine.supervisor import Supervisor
from app.core.params import Sampling
loop = Loop(); engine = Supervisor(connect_process, loop.post)
r = engine.load(m.Load(0, sys.argv[1]), lambda _: None); loop.run_until(lambda: r.ended, 60)
seen = []
engine.generate((m.Turn("user", "Go"),), Sampling(temperature=0), seen.append)
loop.run_until(lambda: len(seen) > 3, 60)
print(engine.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_no_child_outlives_a_parent_killed_in_mid_answer(slow: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(slow)], cwd=APP_FOLDER, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_gone(pid)
