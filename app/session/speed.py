"""How fast this computer reads a prompt: as measured with this model, else with any, else guessed from the plan."""

from __future__ import annotations

import msgspec

from app.fit.plan import Plan
from app.session.desk import Desk
from app.store.store import Store

LEAST_READ_TOKENS = 512  # a shorter reading says little about the speed
# Reading is to writing as this: measured 31 and 38 for 32B and 8B on a card, 4 on one thread of a processor.
READS_PER_WRITE_ON_CARD, READS_PER_WRITE_IN_RAM = 30.0, 4.0


class ReadingSpeed(msgspec.Struct, frozen=True):
    """Prompt tokens a second, 0 when nothing is known. `is_guess` when it was never measured here."""

    tok_s: float = 0.0
    is_guess: bool = False


def reading_speed(desk: Desk, store: Store, plan: Plan | None = None) -> ReadingSpeed:
    """On the database thread: the last answer of this model that read enough, else the machine's last, else a guess."""
    plan = desk.plan or plan
    path = desk.engine.state.path or (plan.model.path if plan else "")
    measured = store.reading_speed(path, LEAST_READ_TOKENS) if path else 0.0
    if measured:
        return ReadingSpeed(measured)
    if plan is not None and plan.tokens_per_s:
        ratio = READS_PER_WRITE_IN_RAM if plan.mode == "ram" else READS_PER_WRITE_ON_CARD
        return ReadingSpeed(plan.tokens_per_s * ratio, is_guess=True)
    return ReadingSpeed(desk.resume.shelf.rates().read_tok_s, is_guess=True)
