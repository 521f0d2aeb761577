"""A session on the shelf is thrown away when it ends the engine, and not when the engine is only busy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.child import Exit
from app.core.loop import Loop
from app.engine import messages as m
from app.engine import saved
from app.session import readings
from tests.helpers.fake_engine import make_desk

BUILD = "build"
READING = readings.Reading((m.Turn("user", "A long document."),), 5000, ("lease.pdf",))


class Child:
    """Loads anything; ends a restore as the test says: with a code, or with its own death."""

    pid = 1

    def __init__(self, end: str) -> None:
        self._end = end

    def __call__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> Child:
        self._on_line, self._on_exit = on_line, on_exit
        return self

    def send(self, line: bytes) -> None:
        match m.decode_down(line):
            case m.Hello():
                self._say(m.Ready(m.PROTOCOL, BUILD))
            case m.Load(id=number):
                self._say(m.Loaded(number, 8192, 100, 2, "toy", 0.1))
            case m.RestoreSession() if self._end == "death":
                self._on_exit(Exit(-6, "GGML_ASSERT"))
            case m.RestoreSession(id=number):
                self._say(m.Failed(number, self._end))

    def kill(self) -> None: ...

    def close(self, timeout_s: float = 3.0) -> None: ...

    def _say(self, message: m.Up) -> None:
        self._on_line(m.encode(message))


def lay_down(folder: Path, spec: m.Load) -> Path:
    """A session of READING under this load, as far as the parent looks at it."""
    identity = saved.identify(spec, BUILD, 0)
    state = folder / (readings.key_of(READING, identity) + ".kv")
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_bytes(bytes(100))
    saved.write_sidecar(state, saved.Sidecar(saved.FORMAT, identity, spec.path, 5000, "", 100, 100, 0, 100, (0,)))
    return state


@pytest.mark.parametrize(("end", "stays"), [("busy", True), ("session_no_room", True), ("death", False)])
def test_only_a_session_that_ends_the_engine_is_thrown_away(tmp_path: Path, end: str, stays: bool) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF" * 100)
    loop = Loop()
    desk = make_desk(tmp_path / "home", loop.post, Child(end))  # type: ignore[arg-type]
    loaded = desk.engine.load(m.Load(0, str(model)), lambda _: None)
    assert loop.run_until(lambda: loaded.ended, 30)
    spec = desk.engine.spec
    assert spec is not None
    state = lay_down(desk.home.sessions_folder, spec)
    restored: list[int] = []
    desk.resume.restore_before((READING,), lambda _: None, lambda tokens, _: restored.append(tokens))
    assert loop.run_until(lambda: bool(restored), 30)
    assert restored == [0]
    assert state.exists() is stays
    desk.close()
