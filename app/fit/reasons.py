"""The sentences in which a plan explains itself."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.units import format_gib, format_tokens
from app.core.words import language, say
from app.fit import value
from app.fit.notes import card_names, notes
from app.fit.option import Option
from app.fit.search import Fixed, native_context

gigabytes = format_gib
WORTH_TELLING = 1.15  # times as long


def explain(
    best: Option,
    found: Sequence[Option],
    fixed: Fixed = Fixed(),  # noqa: B008
    *,
    whole_catalog: bool = False,
) -> str:
    """Why this plan and no other. `whole_catalog` says that every model could have been chosen."""
    slow = best.tokens_per_s < value.COMFORTABLE_TOKENS_PER_S
    last_resort = best.mode == "partial" and fixed.n_gpu_layers is None and slow
    parts = [
        say("As a last resort:") if last_resort else "",
        _choice(best),
        _cache(best) if fixed.kv_type is None else "",
        _next_finer(best, found),
        _instead_of_32b(best) if whole_catalog else "",
        *notes(best),
    ]
    return _join(parts)


def compare(other: Option, best: Option) -> str:
    """What an alternative gives and takes, next to the recommended plan."""
    parts = [_difference(other, best), _place(other), *notes(other)]
    return _join(parts)


def asked(option: Option) -> str:
    """For a plan in which everything was given."""
    return _join([say("As asked: it takes {need}.", need=_need(option)), *notes(option)])


def no_card(option: Option) -> str:
    """For layers on a card where there is none."""
    need = gigabytes(option.need.total_bytes)
    return say("There is no graphics card here that can be used. On one this would take {need}.", need=need)


def refuse(nearest: Option, other: Option | None) -> str:
    """Why it does not run, and what would."""
    parts = [_misses(nearest)]
    if other:
        parts.append(
            say(
                "This would: {quant} with {context} tokens, {kv_type} cache and {layers} of {all} layers on the card.",
                quant=other.candidate.quant,
                context=format_tokens(other.n_ctx),
                kv_type=other.kv_type,
                layers=other.n_gpu_layers,
                all=other.candidate.facts.n_layers + 1,
            )
        )
    else:
        parts.append(say("Choose a smaller model or quantization, or close other programs."))
    return _join(parts)


def _choice(best: Option) -> str:
    name, quant, context = best.candidate.facts.name, best.candidate.quant, format_tokens(best.n_ctx)
    if best.mode in ("gpu", "gpus"):
        return say(
            "{model} in {quant} is wholly on the {gpu}, with {context} tokens of context.",
            model=name,
            quant=quant,
            gpu=card_names(best),
            context=context,
        )
    if best.n_cpu_moe:
        return say(
            "{model} in {quant} with the experts of {layers} of {all} layers in RAM and all else on the {gpu}, "
            "{context} tokens of context.",
            model=name,
            quant=quant,
            layers=best.n_cpu_moe,
            all=best.candidate.facts.n_layers,
            gpu=card_names(best),
            context=context,
        )
    if best.mode == "partial":
        return say(
            "{model} in {quant} with {layers} of {all} layers on the {gpu} and the rest in RAM, "
            "{context} tokens of context.",
            model=name,
            quant=quant,
            layers=best.n_gpu_layers,
            all=best.candidate.facts.n_layers + 1,
            gpu=card_names(best),
            context=context,
        )
    return say(
        "{model} in {quant} runs on the processor from RAM, with {context} tokens of context.",
        model=name,
        quant=quant,
        context=context,
    )


def _cache(best: Option) -> str:
    if best.kv_type == "q8_0":
        made = say("The 8-bit cache makes room for that at no noticeable cost.")
        return _join([made, _slower(best)])
    if best.kv_type == "q4_0":
        made = say("The 4-bit cache makes room for that; reasoning suffers a little.")
        return _join([made, _slower(best)])
    if best.n_ctx == native_context(best.candidate.facts):
        return say("That is all the model was trained for, with an uncompressed cache.")
    slower = best.slowdown_of("q8_0")
    if best.mode in ("gpu", "gpus") and best.room.measured and slower >= WORTH_TELLING:
        return say(
            "An 8-bit cache would hold more, but was measured to take {times} times as long deep in a document here.",
            times=f"{slower:.1f}",
        )
    return ""


def _slower(best: Option) -> str:
    """What the cache type costs in speed, where that was measured on this card."""
    if not best.room.measured or best.slowdown < WORTH_TELLING:
        return ""
    return say(
        "Deep in a document each token takes {times} times as long with it, as measured here.",
        times=f"{best.slowdown:.1f}",
    )


def _next_finer(best: Option, found: Sequence[Option]) -> str:
    """Why not one quantization finer: what it would leave, by the same model in the same place."""
    loss = value.quant_loss(best.candidate.quant)
    same = [o for o in found if o.candidate.model == best.candidate.model and o.mode == best.mode]
    finer = [o for o in same if value.quant_loss(o.candidate.quant) < loss and o.kv_type == best.kv_type]
    if best.mode not in ("gpu", "gpus") or not finer:
        return ""
    nearest = max(finer, key=lambda o: (value.quant_loss(o.candidate.quant), o.n_ctx))
    if nearest.n_ctx >= best.n_ctx:
        return ""
    return say(
        "The finer {quant} would leave only {context}.",
        quant=nearest.candidate.quant,
        context=format_tokens(nearest.n_ctx),
    )


def _instead_of_32b(best: Option) -> str:
    if best.candidate.model == value.PREFERRED_MODEL or best.candidate.model not in value.MODEL_POINTS:
        return ""
    if best.mode == "ram" and best.tokens_per_s >= value.COMFORTABLE_TOKENS_PER_S:
        return say("It answers faster than one reads; the 32B would crawl here.")
    if best.mode in ("ram", "partial"):
        return say("The 32B would crawl here.")
    return say(
        "No readable quantization of the 32B leaves {context} tokens here without a 4-bit cache.",
        context=format_tokens(value.USEFUL_CONTEXT),
    )


def _difference(other: Option, best: Option) -> str:
    name, quant, context = other.candidate.facts.name, other.candidate.quant, format_tokens(other.n_ctx)
    if other.candidate.model != best.candidate.model:
        larger = other.candidate.model == value.PREFERRED_MODEL
        if larger:
            return say("The larger {model} in {quant}, {context} tokens.", model=name, quant=quant, context=context)
        return say("A smaller, quicker {model} in {quant}, {context} tokens.", model=name, quant=quant, context=context)
    if value.quant_loss(other.candidate.quant) < value.quant_loss(best.candidate.quant):
        return say("Finer weights, {quant}, for {context} tokens.", quant=quant, context=context)
    return say("Coarser weights, {quant}, for a context of {context} tokens.", quant=quant, context=context)


def _place(option: Option) -> str:
    if option.n_cpu_moe:
        return say(
            "The experts of {layers} of {all} layers in RAM, all else on the {gpu}.",
            layers=option.n_cpu_moe,
            all=option.candidate.facts.n_layers,
            gpu=card_names(option),
        )
    if option.mode == "partial":
        return say(
            "{layers} of {all} layers on the {gpu}, the rest in RAM.",
            layers=option.n_gpu_layers,
            all=option.candidate.facts.n_layers + 1,
            gpu=card_names(option),
        )
    return say("From RAM, on the processor.") if option.mode == "ram" else ""


def _misses(option: Option) -> str:
    place = option.room
    if place.gpus and not option.fits_on_cards and option.need.total_bytes <= place.vram_bytes:
        return say(
            "{model} in {quant} with {context} tokens does not divide over the {gpu}: each takes whole layers.",
            model=option.candidate.facts.name,
            quant=option.candidate.quant,
            context=format_tokens(option.n_ctx),
            gpu=card_names(option),
        )
    if place.gpus and not option.fits_on_cards:
        return say(
            "{model} in {quant} with {context} tokens needs {need} on the {gpu} and may use {free}.",
            model=option.candidate.facts.name,
            quant=option.candidate.quant,
            context=format_tokens(option.n_ctx),
            need=gigabytes(option.need.total_bytes),
            gpu=card_names(option),
            free=gigabytes(max(0, place.vram_bytes)),
        )
    return say(
        "{model} in {quant} with {context} tokens needs {need} of RAM and may use {free}.",
        model=option.candidate.facts.name,
        quant=option.candidate.quant,
        context=format_tokens(option.n_ctx),
        need=gigabytes(option.need.ram_bytes),
        free=gigabytes(max(0, place.ram_bytes)),
    )


def _need(option: Option) -> str:
    if option.mode == "ram" and not option.need.total_bytes:
        return say("{size} of RAM", size=gigabytes(option.need.ram_bytes))
    return say("{size} of graphics memory", size=gigabytes(option.need.total_bytes))


def _join(parts: Sequence[str]) -> str:
    return ("" if language() == "zh_CN" else " ").join(part for part in parts if part)
