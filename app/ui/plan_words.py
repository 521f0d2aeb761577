"""What a plan means for the person in front of it, in one sentence without a single unit of the trade."""

from __future__ import annotations

from app.core.words import say
from app.fit import value
from app.fit.plan import Advice, Plan
from app.ui.words import bits_of, pages_of

WANTED = "32B"


def plan_sentence(plan: Plan) -> str:
    """Where it runs, how fast it answers, how much it can read at once."""
    pages = pages_of(plan.n_ctx)
    pace = _pace(plan.tokens_per_s)
    if plan.mode == "ram":
        return say(
            "Runs on the processor. It answers {pace} and can read about {pages} pages at once.", pace=pace, pages=pages
        )
    if plan.mode == "partial":
        return say(
            "Runs partly on the {gpu}, partly on the processor. It answers {pace} and can read about {pages} pages at "
            "once.",
            gpu=plan.gpu,
            pace=pace,
            pages=pages,
        )
    return say(
        "Runs wholly on the {gpu}. It answers {pace} and can read about {pages} pages at once.",
        gpu=plan.gpu,
        pace=pace,
        pages=pages,
    )


def other_sentence(plan: Plan, best: Plan) -> str:
    """What one gets instead of the recommended plan."""
    pages, pace = pages_of(plan.n_ctx), _pace(plan.tokens_per_s)
    if plan.model.name != best.model.name:
        larger = plan.model.size_bytes * bits_of(best.model.quant) > best.model.size_bytes * bits_of(plan.model.quant)
        if larger:
            return say("The larger model. It answers {pace}; about {pages} pages at once.", pace=pace, pages=pages)
        return say("A smaller model. It answers {pace}; about {pages} pages at once.", pace=pace, pages=pages)
    if plan.model.size_bytes > best.model.size_bytes:
        return say("A little more exact, but a larger file. About {pages} pages at once.", pages=pages)
    return say("A little less exact, but a smaller file. About {pages} pages at once.", pages=pages)


def computer_sentence(advice: Advice) -> str:
    """Whether this computer suits Qwen3-32B, honestly."""
    best = advice.recommended
    if best.mode == "ram":
        return say("Models run on the processor here. That works, and is slower than on a graphics card.")
    if WANTED not in best.model.name:
        return say("Qwen3-32B would be slow or coarse here, so a smaller model is recommended.")
    return say("Enough for Qwen3-32B, the model Carrel is made for.")


def _pace(tok_s: float) -> str:
    speed = f"{tok_s:.0f}" if tok_s >= 9.5 else f"{tok_s:.1f}"
    if tok_s >= value.COMFORTABLE_TOKENS_PER_S:
        return say("faster than one reads (about {speed} tokens a second)", speed=speed)
    if tok_s >= value.READING_TOKENS_PER_S:
        return say("about as fast as one reads ({speed} tokens a second)", speed=speed)
    return say("slower than one reads ({speed} tokens a second)", speed=speed)
