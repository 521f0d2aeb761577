"""What goes with a plan and should be known: slowness, cards, stretched positions, what spare memory is used for."""

from __future__ import annotations

from app.core.words import say
from app.fit import value
from app.fit.option import Option
from app.fit.search import DEFAULT_UBATCH
from app.fit.stretch import trained_context


def notes(option: Option) -> list[str]:
    """The sentences that apply."""
    found = []
    speed = option.tokens_per_s
    if option.mode in ("partial", "ram") and speed < value.COMFORTABLE_TOKENS_PER_S:
        slow = speed < value.READING_TOKENS_PER_S
        found.append(
            say("Slow: about {speed} tokens a second.", speed=_speed(speed))
            if slow
            else say("About as fast as one reads: {speed} tokens a second.", speed=_speed(speed))
        )
    if option.n_cpu_moe and speed >= value.COMFORTABLE_TOKENS_PER_S:
        found.append(say("About {speed} tokens a second, for each reads few experts.", speed=_speed(speed)))
    if option.mode == "gpus":
        found.append(say("The layers are spread over {count} cards.", count=len(option.room.gpus)))
    if value.quant_loss(option.candidate.quant) > value.LARGEST_READABLE_LOSS:
        found.append(say("So few bits misread noticeably more often."))
    if option.n_gpu_layers and not option.room.gpus:
        found.append(say("There is no usable graphics card: all layers stay in RAM."))
    if option.yarn_factor:
        found.append(_stretching(option))
    found += _spent(option)
    if not option.candidate.facts.exact:
        found.append(say("Its memory is scaled from the file's size until its header is read."))
    return found


def _spent(option: Option) -> list[str]:
    """What memory that was left over is used for."""
    spent = []
    if option.draft_path:
        spent.append(say("A small model beside it drafts ahead, in memory that was left over."))
    if option.n_ubatch > DEFAULT_UBATCH:
        spent.append(say("Memory left over lets it read {tokens} tokens at once.", tokens=f"{option.n_ubatch:,}"))
    return spent


def _stretching(option: Option) -> str:
    return say(
        "Beyond {native} tokens its positions are stretched {factor} times (YaRN): "
        "it may read short texts slightly less well.",
        native=f"{trained_context(option.candidate.facts):,}",
        factor=f"{option.yarn_factor:.3g}",
    )


def card_names(option: Option) -> str:
    """The cards it is planned for."""
    names = [gpu.name for gpu in option.room.gpus]
    return " + ".join(names)


def _speed(tokens_per_s: float) -> str:
    return f"{tokens_per_s:.0f}" if tokens_per_s >= 2 else f"{tokens_per_s:.1f}"
