"""How a dead engine is spoken of, on Linux by its signal and on Windows by its code."""

from __future__ import annotations

import os

import pytest

from app.core.child import Exit
from app.engine.causes import of_death

TRACEBACK = "Traceback (most recent call last):\n  …\nValueError: no"


@pytest.mark.parametrize(
    ("exit_", "code"),
    [
        (Exit(-9, ""), "engine_killed"),
        (Exit(-4, ""), "engine_wrong_cpu"),
        (Exit(-6, "CUDA error: out of memory"), "engine_out_of_memory"),
        (Exit(0xC000001D, ""), "engine_wrong_cpu"),
        (Exit(0xC0000017, ""), "engine_out_of_memory"),
        (Exit(0xC000012D, ""), "engine_out_of_memory"),
        (Exit(0xC0000409, "CUDA error: unspecified launch failure"), "engine_gpu_lost"),
        (Exit(1, TRACEBACK), "engine_died"),
        (Exit(70, ""), "engine_died"),
    ],
)
def test_a_death_has_its_sentence(exit_: Exit, code: str) -> None:
    assert of_death(exit_).code == code


def test_an_end_by_the_task_manager_is_told_from_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of_death(Exit(1, "")).code == ("engine_killed" if os.name == "nt" else "engine_died")
    monkeypatch.setattr("app.core.child.os.name", "nt")
    ended, failed = Exit(1, "llama_context: n_ctx = 8192"), Exit(1, TRACEBACK)
    assert (ended.was_ended, failed.was_ended) == (True, False)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0xC0000005, "access violation (0xC0000005)"),
        (0xC0000135, "a DLL is missing (0xC0000135)"),
        (0xDEADBEEF, "0xDEADBEEF"),
        (70, "exit code 70"),
        (-4, "SIGILL"),
    ],
)
def test_a_code_of_windows_is_named(code: int, words: str) -> None:
    assert Exit(code, "").cause() == words
