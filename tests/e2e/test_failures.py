"""What can really go wrong with an engine child goes wrong here: memory, standstill, a parent that is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.core.child import APP_FOLDER
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.pulse import SHORTEST_STALL_S
from app.engine.supervisor import Event
from app.session.stepdown import Descent
from app.session.turn import Outcome, Turn, Wish
from tests.helpers.desk import desk_in, load
from tests.helpers.engine import EngineBench, engine_bench, error_of, text_of, wait_gone
from tests.helpers.models import aborting_model, script_model, tiny_qwen3

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def talker(folder: Path) -> Path:
    return script_model(folder / "talker.gguf", "over and on again ", repeat=True, layers=8, ffn=4096)


@pytest.fixture
def bench() -> Iterator[EngineBench]:
    with engine_bench() as bench:
        yield bench


def watch_for(bench: EngineBench, seconds: float) -> None:
    """What the desk's beat does, a second at a time, faster than time."""
    now_s = time.monotonic()
    for second in range(int(seconds)):
        bench.supervisor.watch(now_s + second)


def test_a_child_that_stands_still_is_ended_and_the_next_load_works(bench: EngineBench, talker: Path) -> None:
    bench.load(talker)
    events: list[Event] = []
    request = bench.ask("Go", events)
    bench.until(lambda: len(text_of(events)) > 40)
    pid = bench.supervisor.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    bench.loop.run_until(lambda: False, 0.3)  # what was on its way
    watch_for(bench, SHORTEST_STALL_S - 5)
    assert not request.ended
    watch_for(bench, SHORTEST_STALL_S + 20)
    bench.end(request, 5)
    assert error_of(request).code == "engine_stalled"
    assert wait_gone(pid)
    assert not bench.load(talker).error


def test_a_load_that_runs_out_of_memory_steps_down_until_it_fits(bench: EngineBench, folder: Path) -> None:
    resource = pytest.importorskip("resource")
    model = tiny_qwen3(folder / "wide.gguf", layers=4, ctx=1 << 20)
    bench.load(model, n_ctx=512)
    assert bench.supervisor.pid is not None
    used = psutil.Process(bench.supervisor.pid).memory_info().vms
    resource.prlimit(bench.supervisor.pid, resource.RLIMIT_AS, (used + (420 << 20), -1))
    first = m.Load(0, str(model), n_ctx=1 << 19, n_ubatch=512)  # 1 GiB of KV cache in f16
    descent = Descent(first, None, needed_tokens=2048)
    request = bench.end(bench.supervisor.load(first, lambda _: None))
    tried = [first]
    while request.error is not None:
        spec = descent.step(request.error)
        assert spec is not None, request.error.params
        tried.append(spec)
        request = bench.end(bench.supervisor.load(spec, lambda _: None))
    assert len(tried) > 1
    assert [load.n_ctx for load in tried] == sorted((load.n_ctx for load in tried), reverse=True)
    assert "Memory ran out" in descent.words
    events: list[Event] = []
    bench.end(bench.ask("Still there?", events, Sampling(temperature=0, max_tokens=4)))
    assert isinstance(events[-1], m.Done)


PARENT = """
import os, subprocess, sys, time
from app.core.loop import Loop
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.process import connect_process
from app.engine.supervisor import Supervisor
loop = Loop(); links = []
def connect(*calls):
    links.append(connect_process(*calls)); return links[-1]
engine = Supervisor(connect, loop.post)
r = engine.load(m.Load(0, sys.argv[1]), lambda _: None); loop.run_until(lambda: r.ended, 60)
seen = []
engine.generate((m.Turn("user", "Go"),), Sampling(temperature=0), seen.append)
loop.run_until(lambda: len(seen) > 3, 60)
pipe = links[0]._process.stdin.fileno()
holder = subprocess.Popen(["sleep", "60"], pass_fds=[pipe])  # as a program started by the parent may by accident
print(engine.pid, holder.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the child looks once a second")
@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_no_child_outlives_its_parent_even_if_its_pipe_stays_open(talker: Path, stopped: bool) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(talker)], cwd=APP_FOLDER, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child, holder = map(int, parent.stdout.readline().split())
    try:
        if stopped:
            os.kill(child, signal.SIGSTOP)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        assert wait_gone(child)
    finally:
        os.kill(holder, signal.SIGKILL)


def test_the_engine_log_keeps_what_an_aborting_child_said(folder: Path, tmp_path: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        request = desk.engine.load(m.Load(0, str(aborting_model(folder / "abort.gguf"))), lambda _: None)
        assert loop.run_until(lambda: request.ended, 30)
        kept = desk.home.engine_log_file.read_text("utf-8")
    assert "GGML_ASSERT" in kept
    assert "ended: SIGABRT" in kept


def test_memory_that_runs_out_in_mid_answer_ends_neither_the_answer_nor_the_chat(folder: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    model, most = tiny_qwen3(folder / "endless.gguf", eos_bias=-1.0), 600
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model, n_ctx=4096)
        pid = desk.engine.pid
        assert pid is not None
        notices: list[str] = []
        desk.noticed.connect(notices.append)
        sampling = Sampling(temperature=0, max_tokens=most)
        turn = Turn(desk, Wish("Read it to me", thinking=False, sampling=sampling))
        ended: list[Outcome] = []
        turn.ended.connect(ended.append)
        turn.start()
        assert loop.run_until(lambda: len(turn.outcome.text) > 20, 30)
        resource.prlimit(pid, resource.RLIMIT_AS, (1 << 20, -1))
        desk.engine.tokenize(("word " * 1_000_000,), lambda _: None)  # no memory for it, nor for anything else
        before = turn.outcome.text
        assert loop.run_until(lambda: bool(ended), 60)
        assert ended[0].error is None, ended[0].error.params
        assert desk.engine.pid != pid
        assert ended[0].text.startswith(before)
        assert (ended[0].state, ended[0].usage.answer_tokens) == ("length", most)
        assert [notice.split(",")[0] for notice in notices] == ["Memory ran out"]
        kept = desk.store.call(lambda store: store.thread(turn.chat_id or 0)[-1])
        assert kept.text == ended[0].text
