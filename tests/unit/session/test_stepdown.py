"""When memory runs out the same model is loaded in a smaller way, and the answer goes on after what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.paths import open_home
from app.config.settings import Settings
from app.core.chat import Timing, Usage
from app.core.child import Exit
from app.core.errors import CarrelError
from app.core.loop import Jobs, Loop
from app.engine import messages as m
from app.engine.supervisor import Supervisor
from app.fit.plan import Plan, PlanModel, Vram
from app.session.desk import Desk
from app.session.stepdown import Descent, as_loaded, change_words, smaller
from app.session.turn import Outcome, Turn, Wish
from app.store.thread import StoreThread

FIRST = m.Load(0, "/m.gguf", n_ctx=16384, n_ubatch=1024)
NO_MEMORY = Exit(-6, "CUDA error: out of memory")


class Children:
    """Engine children that follow the test: each Generate takes the next of `answers`.

    An answer is what it says before it ends; with an Exit it dies instead. Loads fail while `loads_failing` is left.
    """

    pid = 1

    def __init__(self) -> None:
        self.heard: list[m.Down] = []
        self.answers: list[tuple[str, Exit | str]] = []
        self.loads_failing = 0

    def __call__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> Children:
        self.on_line, self.on_exit = on_line, on_exit
        return self

    def send(self, line: bytes) -> None:
        command = m.decode_down(line)
        assert command is not None
        self.heard.append(command)
        match command:
            case m.Load():
                self._load(command)
            case m.Tokenize():
                self.say(m.Tokens(command.id, tuple(1 for _ in command.texts), 1000))
            case m.Generate():
                self._generate(command)

    def _load(self, command: m.Load) -> None:
        if self.loads_failing:
            self.loads_failing -= 1
            self.say(m.Failed(command.id, "out_of_memory"))
        else:
            self.say(m.Loaded(command.id, command.n_ctx, 100, 2, "toy", 0.1))

    def _generate(self, command: m.Generate) -> None:
        text, end = self.answers.pop(0)
        thought, _, answer = text.rpartition("|")
        if thought:
            self.say(m.Delta(command.id, "thinking", thought, 2))
        if answer:
            self.say(m.Delta(command.id, "answer", answer, 2))
        if isinstance(end, Exit):
            self.on_exit(end)
        elif end:
            self.say(m.Failed(command.id, end, "llama_decode returned -2"))
        else:
            self.say(m.Done(command.id, "stop", Usage(1000, 2), Timing()))

    def say(self, message: m.Up) -> None:
        self.on_line(m.encode(message))

    def kill(self) -> None: ...

    def close(self, timeout_s: float = 3.0) -> None: ...

    @property
    def loads(self) -> list[m.Load]:
        return [command for command in self.heard if isinstance(command, m.Load)]

    @property
    def asked(self) -> list[m.Generate]:
        return [command for command in self.heard if isinstance(command, m.Generate)]


class Bench:
    def __init__(self, folder: Path) -> None:
        self.loop, self.children = Loop(), Children()
        post, home = self.loop.post, open_home(folder)
        self.desk = Desk(
            home=home,
            settings=Settings(),
            post=post,
            jobs=Jobs(post),
            store=StoreThread(home.database_file, post),
            engine=Supervisor(self.children, post),
            connect=self.children,
        )
        self.notices: list[str] = []
        self.desk.noticed.connect(self.notices.append)

    def answer(self, first: m.Load = FIRST) -> Outcome:
        request = self.desk.engine.load(first, lambda _: None)
        assert self.loop.run_until(lambda: request.ended, 30)
        ended: list[Outcome] = []
        turn = Turn(self.desk, Wish("What is due?"))
        turn.ended.connect(ended.append)
        turn.start()
        assert self.loop.run_until(lambda: bool(ended), 30)
        return ended[0]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


@pytest.mark.parametrize("end", [NO_MEMORY, "out_of_memory", "decode_failed"])
def test_an_answer_goes_on_after_a_smaller_load(bench: Bench, end: Exit | str) -> None:
    bench.children.answers = [("The rent ", end), ("is 4,800.", "")]
    outcome = bench.answer()
    assert (outcome.state, outcome.text) == ("complete", "The rent is 4,800.")
    assert [command.spoken for command in bench.children.asked] == ["", "The rent "]
    assert [command.n_ubatch for command in bench.children.loads] == [1024, 512]
    assert bench.notices == [
        "Memory ran out, so the model was loaded again with shorter steps of reading (512 tokens at once)."
    ]
    assert (outcome.usage.prompt_tokens, outcome.usage.answer_tokens) == (1000, 4)


def test_a_thought_is_gone_on_with_and_not_thought_twice(bench: Bench) -> None:
    bench.children.answers = [("So be|", NO_MEMORY), (" it.|The rent ", NO_MEMORY), ("is 4,800.", "")]
    outcome = bench.answer()
    assert (outcome.thinking, outcome.text) == ("So be it.", "The rent is 4,800.")
    assert [(one.thought, one.spoken) for one in bench.children.asked] == [
        ("", ""),
        ("So be", ""),
        ("So be it.", "The rent "),
    ]
    assert outcome.usage.answer_tokens == 8


def test_loads_that_fail_too_step_down_further(bench: Bench) -> None:
    bench.children.answers = [("The ", NO_MEMORY), ("rent.", "")]
    bench.desk.engine.changed.connect(lambda state: None)
    request = bench.desk.engine.load(FIRST, lambda _: None)
    assert bench.loop.run_until(lambda: request.ended, 30)
    bench.children.loads_failing = 3
    ended: list[Outcome] = []
    turn = Turn(bench.desk, Wish("What?"))
    turn.ended.connect(ended.append)
    turn.start()
    assert bench.loop.run_until(lambda: bool(ended), 30)
    assert ended[0].text == "The rent."
    tried = [(load.n_ubatch, load.kv_type, load.n_ctx) for load in bench.children.loads[1:]]
    assert tried == [(512, "f16", 16384), (128, "f16", 16384), (128, "q8_0", 16384), (128, "q4_0", 16384)]
    assert len(bench.notices) == 1
    assert "128 tokens at once" in bench.notices[0]
    assert "q4_0" in bench.notices[0]


def test_other_failures_are_not_met_with_a_smaller_load(bench: Bench) -> None:
    bench.children.answers = [("Half", Exit(-9, ""))]
    outcome = bench.answer()
    assert outcome.state == "failed"
    assert outcome.error is not None
    assert outcome.error.code == "engine_killed"
    assert len(bench.children.loads) == 1
    assert outcome.text == "Half"


def test_at_the_end_the_failure_is_told_and_the_text_is_kept(bench: Bench) -> None:
    bench.children.answers = [("word ", NO_MEMORY)] * 30
    outcome = bench.answer(msgspec.structs.replace(FIRST, n_ctx=2048, kv_type="q8_0"))
    assert outcome.state == "failed"
    assert outcome.error is not None
    assert outcome.error.code == "engine_out_of_memory"
    assert outcome.text == "word " * 4  # as planned, 512, 128, q4_0
    assert all(load.n_ctx >= 1000 for load in bench.children.loads)


specs = st.builds(
    m.Load,
    id=st.just(0),
    path=st.just("/m"),
    n_ctx=st.integers(512, 131072),
    n_ubatch=st.sampled_from([64, 128, 256, 512, 1024, 2048]),
    kv_type=st.sampled_from(["f16", "q8_0", "q4_0"]),
    n_gpu_layers=st.integers(-1, 65),
    draft_path=st.sampled_from(["", "/d"]),
)


@given(specs, st.integers(0, 40000), st.sampled_from([0, 64]))
def test_every_step_makes_one_thing_smaller_and_there_is_an_end(spec: m.Load, needed: int, n_layers: int) -> None:
    steps = 0
    while (after := smaller(spec, needed, n_layers)) is not None:
        changed = [name for name in spec.__struct_fields__ if getattr(spec, name) != getattr(after, name)]
        assert len(changed) == 1
        assert after.n_ctx >= min(needed, spec.n_ctx)
        assert after.n_ubatch <= spec.n_ubatch
        assert change_words(spec, after)
        spec, steps = after, steps + 1
        assert steps < 60
    assert spec.kv_type == "q4_0"
    assert spec.n_ctx <= max(needed + 256, 2048, 512)


def test_the_plan_says_what_was_loaded_in_the_end() -> None:
    vram = Vram(weights_bytes=1000, kv_bytes=800, compute_bytes=400, overhead_bytes=50, total_bytes=2250)
    plan = Plan(
        model=PlanModel("", "m.gguf", "Q4_K_M", 1000, n_layers=64),
        n_ctx=16384,
        kv_type="f16",
        n_ubatch=1024,
        n_gpu_layers=65,
        vram=vram,
        ram_bytes=0,
        fits=True,
        reason="",
        mode="gpu",
    )
    after = as_loaded(plan, msgspec.structs.replace(FIRST, n_ctx=8192, n_ubatch=512, kv_type="q8_0", n_gpu_layers=65))
    assert (after.n_ctx, after.n_ubatch, after.kv_type) == (8192, 512, "q8_0")
    assert (after.vram.kv_bytes, after.vram.compute_bytes) == (800 * 34 // 128, 200)
    assert after.vram.total_bytes == 1000 + after.vram.kv_bytes + 200 + 50


def test_a_descent_gives_up_after_a_few_steps() -> None:
    descent = Descent(msgspec.structs.replace(FIRST, n_ctx=131072), None)
    error = CarrelError("engine_out_of_memory", "x")
    tried = []
    while (spec := descent.step(error)) is not None:
        tried.append(spec)
    assert len(tried) == 8
    assert descent.step(CarrelError("load_refused", "x")) is None
