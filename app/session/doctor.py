"""Whether everything Carrel needs is here: each check a sentence, none of them needs the network."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from app.core.errors import CarrelError
from app.core.words import say
from app.engine import messages as m
from app.engine.supervisor import Event, Supervisor
from app.machine.cpu import explain_cpu
from app.machine.snapshot import Machine
from app.session.desk import Desk
from app.session.machine import look


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `good` False needs the user's attention."""

    name: str
    good: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    machine: Machine
    checks: tuple[Check, ...]
    engine_build: str = ""
    engine_devices: tuple[str, ...] = ()


def examine(desk: Desk, done: Callable[[Diagnosis], object]) -> None:
    """Look at the computer, start an engine child, count tokens with it; `done` always comes."""
    look(desk, lambda machine: _try_engine(desk, machine, done))


def _try_engine(desk: Desk, machine: Machine, done: Callable[[Diagnosis], object]) -> None:
    from app.config.paths import resource

    engine = Supervisor(desk.connect, desk.post)
    checks = [_gpu_check(machine), _cpu_check(machine), _folder_check(desk)]

    def on_event(event: Event) -> None:
        if not isinstance(event, CarrelError | m.Loaded):
            return
        good = isinstance(event, m.Loaded)
        sentence = say("The engine starts and reads Qwen3's vocabulary.") if good else str(event)
        state = engine.state
        engine.stop()
        checks.append(Check("engine", good, sentence))
        if good and machine.usable_gpus and not state.gpu:
            checks.append(_cpu_engine())
        done(Diagnosis(machine, tuple(checks), state.build, state.devices))

    engine.load(m.Load(0, str(resource("vocab", "qwen3-vocab.gguf")), vocab_only=True), on_event)


def _gpu_check(machine: Machine) -> Check:
    if machine.usable_gpus:
        names = ", ".join(gpu.name for gpu in machine.usable_gpus)
        return Check("gpu", good=True, sentence=say("Graphics card: {names}.", names=names))
    return Check("gpu", good=False, sentence=machine.gpu_note)


def _cpu_check(machine: Machine) -> Check:
    missing = explain_cpu(machine.cpu)
    return Check("cpu", not missing, missing or say("Processor: {name}.", name=machine.cpu.name))


def _cpu_engine() -> Check:
    return Check(
        "engine_gpu",
        good=False,
        sentence=say(
            "The engine that was set up computes on the processor only, although a graphics card is here. "
            "Run the set-up again with nvcc installed or with --engine-wheel."
        ),
    )


def _folder_check(desk: Desk) -> Check:
    writable = os.access(desk.home.root, os.W_OK)
    sentence = (
        say("Your chats and models are kept in {folder}.", folder=str(desk.home.root))
        if writable
        else say("The folder {folder} cannot be written.", folder=str(desk.home.root))
    )
    return Check("folder", writable, sentence)
