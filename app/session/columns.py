"""The columns of the history: stable English names with their units, as a CSV file has them too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.machine.live import GpuSample
from app.machine.throttle import SERIOUS, Throttle

if TYPE_CHECKING:
    from app.session.monitor import Moment

MOST_CARDS = 8  # of which each has columns of its own
CARD_FIGURES = ("load_percent", "used_bytes", "temperature_c", "power_w", "clock_mhz")
REASONS: tuple[Throttle, ...] = ("heat", "power", "power_brake", "slowdown")  # the others are nobody's trouble


def card_column(number: int, figure: str) -> str:
    """The column of a figure of card `number`, counted from 1: "card2_load_percent"."""
    return f"card{number}_{figure}"


CARD_NAMES = tuple(card_column(number, figure) for number in range(1, MOST_CARDS + 1) for figure in CARD_FIGURES)

NAMES = (
    "unix_s",
    "decode_tok_s",
    "prefill_tok_s",
    "expected_decode_tok_s",
    "expected_prefill_tok_s",
    "depth_tokens",
    "waiting",
    "gpu_load_percent",
    "gpu_temperature_c",
    "gpu_power_w",
    "gpu_clock_mhz",
    "gpu_memory_clock_mhz",
    "gpu_slowed",
    "gpu_lost",
    "vram_used_bytes",
    "vram_total_bytes",
    "vram_weights_bytes",
    "vram_kv_bytes",
    "vram_compute_bytes",
    "vram_other_bytes",
    "vram_shared_bytes",
    "cpu_percent",
    "ram_used_bytes",
    "ram_total_bytes",
    "engine_ram_bytes",
    "disk_read_bytes_s",
    "disk_write_bytes_s",
    "disk_free_bytes",
    "swap_in_bytes_s",
    *(f"gpu_slowed_by_{reason}" for reason in REASONS),
    *CARD_NAMES,
)


def values_of(moment: Moment) -> dict[str, float | None]:
    """One row. Several cards: loads and clocks averaged, watts and bytes added, the hottest temperature."""
    sample, gpus, parts, disk = moment.sample, moment.sample.gpus, moment.parts, moment.sample.disk
    values: dict[str, float | None] = {
        "unix_s": moment.unix_s,
        "decode_tok_s": moment.decode_tok_s,
        "prefill_tok_s": moment.prefill_tok_s,
        "expected_decode_tok_s": moment.expected_tok_s,
        "expected_prefill_tok_s": moment.expected_prefill_tok_s,
        "depth_tokens": moment.depth_tokens or None,
        "waiting": moment.waiting,
        "cpu_percent": sample.cpu_percent,
        "ram_used_bytes": sample.ram_used_bytes,
        "ram_total_bytes": sample.ram_total_bytes,
        "engine_ram_bytes": sample.process_ram_bytes,
        "disk_read_bytes_s": disk.read_bytes_s,
        "disk_write_bytes_s": disk.write_bytes_s,
        "disk_free_bytes": disk.free_bytes,
        "swap_in_bytes_s": disk.swap_bytes_s,
        **_gpu_values(gpus),
        "gpu_temperature_c": sample.hottest_c,
    }
    if parts is not None:
        values |= {
            "vram_weights_bytes": parts.weights_bytes,
            "vram_kv_bytes": parts.kv_bytes,
            "vram_compute_bytes": parts.compute_bytes,
            "vram_other_bytes": parts.other_bytes,
        }
    return values


def _gpu_values(gpus: tuple[GpuSample, ...]) -> dict[str, float | None]:
    if not gpus:
        return {}
    told = [gpu.throttle for gpu in gpus if gpu.throttle is not None]
    return {
        "gpu_load_percent": mean(gpu.load_percent for gpu in gpus),
        "gpu_power_w": total(gpu.power_w for gpu in gpus),
        "gpu_clock_mhz": mean(gpu.clock_mhz for gpu in gpus),
        "gpu_memory_clock_mhz": mean(gpu.memory_clock_mhz for gpu in gpus),
        "gpu_slowed": float(any(SERIOUS & set(reasons) for reasons in told)) if told else None,
        "gpu_lost": float(any(gpu.is_lost for gpu in gpus)),
        **{
            f"gpu_slowed_by_{reason}": float(any(reason in reasons for reasons in told)) if told else None
            for reason in REASONS
        },
        **_each_card(gpus),
        "vram_used_bytes": total(gpu.used_bytes for gpu in gpus),
        "vram_total_bytes": total(gpu.total_bytes for gpu in gpus),
        "vram_shared_bytes": total(gpu.shared_bytes for gpu in gpus),
    }


def _each_card(gpus: tuple[GpuSample, ...]) -> dict[str, float | None]:
    """Of several cards each by itself; one alone is what the other columns say."""
    if len(gpus) < 2:
        return {}
    numbered = enumerate(gpus[:MOST_CARDS], 1)
    return {card_column(number, name): getattr(gpu, name) for number, gpu in numbered for name in CARD_FIGURES}


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that are known; None of none."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def total(values: Iterable[float | None]) -> float | None:
    """Of those that are known; None of none."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
