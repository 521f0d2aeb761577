"""What the chart over time can show: one kind of figure at a time, each with its unit, columns and names."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.units import GIB
from app.core.words import say
from app.machine.throttle import throttle_words
from app.session.columns import MOST_CARDS, REASONS, card_column


@dataclass(frozen=True, slots=True)
class View:
    """One kind of figure: its columns with their names, and what they are divided by. Columns of `bands` are 1 where
    something held, and shaded."""

    key: str
    name: str
    unit: str
    columns: tuple[tuple[str, str], ...]
    divisor: float = 1.0
    bands: tuple[tuple[str, str], ...] = ()


def views(*, has_gpu: bool, cards: int = 1) -> tuple[View, ...]:
    """In the language spoken now; those of a graphics card only where there is one, a line a card where there are
    several."""
    return (*_speeds(), *(_of_gpu(cards) if has_gpu else ()), *_of_computer())


def _speeds() -> tuple[View, ...]:
    speed, measured, expected = say("tok/s"), say("Measured"), say("Expected here")
    writing = (("decode_tok_s", measured), ("expected_decode_tok_s", expected))
    reading = (("prefill_tok_s", measured), ("expected_prefill_tok_s", expected))
    depth, waiting = (("depth_tokens", say("Context filled")),), (("waiting", say("Questions waiting")),)
    return (
        View("decode", say("Writing speed"), speed, writing),
        View("prefill", say("Reading speed"), speed, reading),
        View("depth", say("Context filled"), say("tokens"), depth),
        View("waiting", say("Questions waiting"), "", waiting),
    )


def _of_gpu(cards: int) -> tuple[View, ...]:
    clocks = (("gpu_clock_mhz", say("Processors")), ("gpu_memory_clock_mhz", say("Memory")))
    slowed = tuple((f"gpu_slowed_by_{reason}", throttle_words((reason,))) for reason in REASONS)
    parts = (
        ("vram_used_bytes", say("In use")),
        ("vram_weights_bytes", say("Weights")),
        ("vram_kv_bytes", say("KV")),
        ("vram_compute_bytes", say("Working memory")),
        ("vram_other_bytes", say("Other programs, driver")),
    )
    load = (("gpu_load_percent", say("GPU load")),)
    heat = (("gpu_temperature_c", say("Temperature")),)
    power = (("gpu_power_w", say("Power")),)
    views = [
        View("load", say("GPU load"), "%", _each("load_percent", cards) or load),
        View("vram", say("Graphics memory"), "GB", parts, GIB),
        View("temperature", say("Temperature"), "°C", _each("temperature_c", cards) or heat, bands=slowed[:1]),
        View("power", say("Power"), "W", _each("power_w", cards) or power, bands=slowed[1:3]),
        View("clock", say("Clock"), "MHz", _each("clock_mhz", cards) or clocks, bands=slowed),
    ]
    if cards > 1:
        views.insert(2, View("cards", say("Graphics memory by card"), "GB", _each("used_bytes", cards), GIB))
    return tuple(views)


def _of_computer() -> tuple[View, ...]:
    disk = (("disk_read_bytes_s", say("Reads")), ("disk_write_bytes_s", say("Writes")))
    ram = (("ram_used_bytes", say("In use")), ("engine_ram_bytes", say("Engine")))
    return (
        View("cpu", say("Processor"), "%", (("cpu_percent", say("Processor")),)),
        View("ram", say("Memory"), "GB", ram, GIB),
        View("disk", say("Disk"), "MB/s", disk, 1e6),
    )


def _each(figure: str, cards: int) -> tuple[tuple[str, str], ...]:
    """A line for each of several cards; none for one alone."""
    if cards < 2:
        return ()
    numbers = range(1, min(cards, MOST_CARDS) + 1)
    return tuple((card_column(number, figure), say("Card {number}", number=number)) for number in numbers)
