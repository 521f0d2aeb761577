"""What makes answers slow, or stops them: what happened, what to do about it, and what Carrel can do itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from app.core.units import MIB, format_gib, format_tokens
from app.core.words import say
from app.fit.plan import Plan
from app.machine.live import GpuSample, Sample
from app.machine.throttle import SERIOUS, throttle_words
from app.session.expecting import SLOW_SHARE
from app.session.stepdown import SMALLEST_CONTEXT

HOT_C = 84.0
IDLE_PERCENT = 60.0
BUSY_CPU_PERCENT = 85.0
FULL_SHARE = 0.97
SWAP_BYTES_S = 4 * MIB
SPILLED_BYTES = 256 * MIB  # less than that lies in shared memory on every computer
_CONTEXT_STEP = 1024

Level = Literal["bad", "care", "quiet"]
Key = Literal["lost", "shared", "heat", "power", "layers", "swap", "thrift", "others", "waits", "busy"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """`what` happened and the `remedy`, a sentence each. `n_ctx` above 0: loading again with that context helps;
    `to_loading`: how the model is loaded can be changed. `key` stays the same while it lasts."""

    key: Key
    level: Level
    what: str
    remedy: str
    n_ctx: int = 0
    to_loading: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that is known at one moment. Speeds in tokens a second, one at a time; `plan` of the model in memory. Below
    `slow_share` of the expected speed it is slow."""

    sample: Sample
    tok_s: float | None = None
    expected_tok_s: float | None = None
    is_answering: bool = False
    plan: Plan | None = None
    is_windows: bool = sys.platform == "win32"
    slow_share: float = SLOW_SHARE

    @property
    def is_slow(self) -> bool:
        return bool(self.tok_s and self.expected_tok_s and self.tok_s < self.slow_share * self.expected_tok_s)


def alarms_of(now: Circumstances) -> list[Alarm]:
    """Everything that is wrong, the gravest first. A slow answer always gets one cause, the likeliest."""
    certain = list(_certain(now))
    if now.is_slow and all(alarm.level == "quiet" for alarm in certain):
        likely = _likely(now)
        return ([likely] if likely else []) + certain
    return certain


def _certain(now: Circumstances) -> Iterator[Alarm]:
    """What is measured, whether anybody notices or not."""
    sample = now.sample
    lost = next((name for gpu, name in _named(sample) if gpu.is_lost), "")
    if lost:
        yield Alarm(
            "lost",
            "bad",
            say("The {gpu} stopped answering.", gpu=lost),
            say("Your chats are saved. Restart the computer; if it comes back, check the card's power and its driver."),
        )
    yield from _spilled(now)
    yield from _throttled(now)
    swap = sample.disk.swap_bytes_s
    if swap is not None and swap >= SWAP_BYTES_S:
        yield Alarm(
            "swap",
            "care",
            say("The memory is full, and the computer fetches from disk what did not fit."),
            say("Close other programs, or use a smaller model or a shorter context."),
            to_loading=now.plan is not None,
        )
    if now.is_answering and sample.thrift.saves_power and not sample.cards and not now.is_slow:
        yield replace(_thrift_alarm(now), level="quiet")
    if now.plan is not None and now.plan.mode == "partial":
        yield _layers_alarm(now.plan)


def _spilled(now: Circumstances) -> Iterator[Alarm]:
    """Windows moves what does not fit the card into the computer's memory, and says nothing."""
    shared = sum(gpu.shared_bytes or 0 for gpu in now.sample.gpus)
    known = any(gpu.shared_bytes is not None for gpu in now.sample.gpus)
    full = (now.sample.vram_share or 0.0) >= FULL_SHARE
    if shared >= SPILLED_BYTES and now.plan is not None:
        what = say(
            "The card is full: {size} of the model lie in the computer's memory, where reading is many times slower.",
            size=format_gib(shared),
        )
    elif now.is_windows and not known and full and now.is_slow:
        what = say("The card is full, and Windows has probably moved a part of the model into the computer's memory.")
    else:
        return
    n_ctx = context_that_frees(now.plan, max(shared, 512 * MIB)) if now.plan else 0
    remedy = say("Close other programs that use the card, or load with a shorter context.")
    yield Alarm("shared", "care", what, remedy, n_ctx, to_loading=not n_ctx)


def _throttled(now: Circumstances) -> Iterator[Alarm]:
    several = len(now.sample.gpus) > 1
    for gpu, name in _named(now.sample):
        reasons = gpu.throttle or ()
        if "heat" in reasons or (now.is_slow and (gpu.temperature_c or 0) >= HOT_C):
            degrees = f"{gpu.temperature_c:.0f}" if gpu.temperature_c is not None else "?"
            what = say("The graphics card slows down because it is hot, {degrees} °C.", degrees=degrees)
            if several:
                what = say("The {gpu} slows down because it is hot, {degrees} °C.", gpu=name, degrees=degrees)
            yield Alarm("heat", "care", what, say("Give it air: clean the fans, move the computer away from a wall."))
            return
        serious = tuple(reason for reason in reasons if reason in SERIOUS)
        if serious or ("power" in reasons and now.is_slow):
            why = throttle_words(serious or ("power",))
            what = say("The graphics card is {reason}.", reason=why)
            if several:
                what = say("The {gpu} is {reason}.", gpu=name, reason=why)
            remedy = say("Check the power plan of the system, the cables of the card, and a limit somebody set.")
            yield Alarm("power", "care", what, remedy)
            return


def extreme_cards(sample: Sample) -> tuple[str, str]:
    """The names of the fullest and of the hottest card; "" where there are not several."""
    cards = [(gpu, name) for gpu, name in _named(sample) if gpu.total_bytes]
    if len(cards) < 2:
        return "", ""
    fullest = max(cards, key=lambda one: (one[0].used_bytes or 0) / (one[0].total_bytes or 1))
    hottest = max(cards, key=lambda one: one[0].temperature_c or 0.0)
    return fullest[1], hottest[1]


def _named(sample: Sample) -> Iterator[tuple[GpuSample, str]]:
    """The cards with their names; those of one name are numbered."""
    names = [gpu.name for gpu in sample.gpus]
    for number, gpu in enumerate(sample.gpus, 1):
        yield gpu, f"{gpu.name} ({number})" if names.count(gpu.name) > 1 else gpu.name


def _likely(now: Circumstances) -> Alarm | None:
    """The cause of a slow answer that nothing proves."""
    sample = now.sample
    loads = [gpu.load_percent for gpu in sample.cards if gpu.load_percent is not None]
    if sample.thrift.saves_power:
        return _thrift_alarm(now)
    spread = now.plan is not None and now.plan.mode == "gpus"  # then they work one after another, not together
    load = (sum(loads) if spread else max(loads)) if loads else 0.0
    if any(gpu.others for gpu in sample.cards) or load >= IDLE_PERCENT:
        return Alarm(
            "others", "care", say("Another program may be using the graphics card."), say("Close it, then ask again.")
        )
    if loads:
        return Alarm(
            "waits",
            "care",
            say("The graphics card waits for the processor."),
            say("Close other programs."),
        )
    if not sample.cards and (sample.cpu_percent or 0.0) >= BUSY_CPU_PERCENT:
        return Alarm("busy", "care", say("Other programs may be using the processor."), say("Close other programs."))
    return None


def _thrift_alarm(now: Circumstances) -> Alarm:
    if now.sample.thrift.on_battery:
        what = say("The computer runs on its battery and saves power.")
        return Alarm("thrift", "care", what, say("Plug it in."))
    what = say("The system keeps the processor slow to save power.")
    return Alarm("thrift", "care", what, say("Choose the power plan for performance."))


def _layers_alarm(plan: Plan) -> Alarm:
    """Planned so, and yet worth knowing: it is why a card is not as fast as it is said to be."""
    if plan.n_cpu_moe:
        what = say("The experts of {count} layers run on the processor.", count=plan.n_cpu_moe)
    else:
        total = plan.model.n_layers + 1
        what = say(
            "{count} of {total} layers run on the processor.", count=max(0, total - plan.n_gpu_layers), total=total
        )
    remedy = say("The card has no room for them. A shorter context or a smaller file may fit whole.")
    return Alarm("layers", "quiet", what, remedy, to_loading=True)


def context_that_frees(plan: Plan, size_bytes: int) -> int:
    """The context, in whole thousands of tokens, that leaves so much more of the card free; 0 when none does."""
    if plan.vram.kv_bytes <= 0:
        return 0
    keep = 1 - size_bytes / plan.vram.kv_bytes
    n_ctx = int(plan.n_ctx * keep) // _CONTEXT_STEP * _CONTEXT_STEP
    return n_ctx if n_ctx >= max(SMALLEST_CONTEXT, plan.n_ctx // 4) else 0


def reload_words(n_ctx: int) -> str:
    """What the button says."""
    return say("Reload with {tokens}", tokens=format_tokens(n_ctx))
