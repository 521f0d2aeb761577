"""Which of the options is best, and which others could be wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.fit import value
from app.fit.option import Option

MOST_ALTERNATIVES = 3


def choose(found: Iterable[Option]) -> Option | None:
    """The best option: a well readable 32B wholly on the card, else any model so, else whatever is worth most.

    Among equals the first candidate wins; on few cards rather than on many, and with a card rather than without.
    """
    return max(found, key=lambda option: (rank(option), option.worth, _tidiness(option)), default=None)


def _tidiness(option: Option) -> tuple[bool, int]:
    """A card reads documents many times faster than a processor, even where it only helps."""
    return bool(option.room.gpus), -len(option.room.gpus)


def rank(option: Option) -> int:
    if option.mode not in ("gpu", "gpus") or option.n_ctx < value.USEFUL_CONTEXT:
        return 0
    return 2 if _is_preferred(option) and _is_readable(option) else 1


def _is_preferred(option: Option) -> bool:
    return option.candidate.model == value.PREFERRED_MODEL


def _is_readable(option: Option) -> bool:
    return value.quant_loss(option.candidate.quant) <= value.LARGEST_READABLE_LOSS and option.kv_type != "q4_0"


def _is_bearable(option: Option) -> bool:
    return value.quant_loss(option.candidate.quant) <= value.LARGEST_BEARABLE_LOSS


def alternatives(best: Option, found: Sequence[Option]) -> list[Option]:
    """Finer weights, a longer context, the 32B in spite of all, a smaller model: where there are any."""
    same = [o for o in found if o.candidate.model == best.candidate.model and o.candidate.quant != best.candidate.quant]
    loss = value.quant_loss(best.candidate.quant)
    useful = min(value.USEFUL_CONTEXT, best.n_ctx)
    finer = choose(
        o for o in same if o.mode == best.mode and o.n_ctx >= useful and value.quant_loss(o.candidate.quant) < loss
    )
    longer = choose(o for o in same if o.mode == best.mode and o.n_ctx > best.n_ctx)
    anyway = [] if _is_preferred(best) else _preferred_ways(found)
    smaller = choose(o for o in found if o.candidate.size_bytes < best.candidate.size_bytes * 0.75 and _other(o, best))
    picked: list[Option] = []
    for option in (*anyway, finer, longer, smaller):
        if option and all(option.candidate.file != p.candidate.file for p in picked):
            picked.append(option)
    return picked[:MOST_ALTERNATIVES]


def _preferred_ways(found: Sequence[Option]) -> list[Option]:
    """The 32B with a good quantization partly in RAM, and a coarse one wholly on the card."""
    ours = [o for o in found if _is_preferred(o)]
    whole = choose(o for o in ours if o.mode in ("gpu", "gpus") and _is_bearable(o))
    slow = choose(o for o in ours if o.mode in ("partial", "ram") and _is_readable(o))
    return [option for option in (slow, whole) if option]


def _other(option: Option, best: Option) -> bool:
    return option.candidate.model != best.candidate.model
