"""How the window puts things: model names, quantizations, engine phases and days, in words a person says."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.units import format_gib, format_tokens
from app.core.words import language, say
from app.engine.messages import Load
from app.engine.state import EngineState, Phase
from app.session.demo import is_demo

if TYPE_CHECKING:
    from app.catalog.local import LocalModel

_QUANT = re.compile(r"[-_.]((?:UD-)?I?Q\d(?:_[A-Z0-9]+)*|BF16|F16|F32)(?=$|[-_.])", re.IGNORECASE)
_SPLIT = re.compile(r"-\d{5}-of-\d{5}$")


def model_name(path: str) -> str:
    """`/m/Qwen3-32B-Q4_K_M.gguf` → "Qwen3-32B"; the demo says what it is."""
    if is_demo(path):
        return say("Demo model")
    stem = _SPLIT.sub("", Path(path).stem)
    found = _QUANT.search(stem)
    return (stem[: found.start()] if found else stem) or stem


def quant_in(name: str) -> str:
    """The quantization a file name tells, "" when it tells none."""
    found = _QUANT.search(_SPLIT.sub("", Path(name).stem))
    return found.group(1).upper() if found else ""


def quant_words(quant: str) -> str:
    """`Q4_K_M` → "4-bit"."""
    return say("{bits}-bit", bits=bits_of(quant)) if re.search(r"\d", quant) else quant


def bits_of(quant: str) -> int:
    """`Q4_K_M` → 4; 16 for a name without a number."""
    digits = re.search(r"\d+", quant)
    return int(digits.group()) if digits else 16


def with_keys(name: str, keys: str) -> str:
    """ "Chats (Ctrl+B)", for tool tips; in Chinese with brackets of its own."""
    return say("{name} ({keys})", name=name, keys=keys)


def model_title(model: LocalModel) -> str:
    """ "Qwen3-32B, 4-bit", of a file that is here."""
    return say(", ").join(part for part in (model_name(str(model.path)), quant_words(model.quant)) if part)


def model_words(path: str, n_ctx: int) -> str:
    """ "Qwen3-32B, 4-bit, 35K tokens"."""
    parts = [model_name(path)]
    if (quant := quant_in(path)) and not is_demo(path):
        parts.append(quant_words(quant))
    if n_ctx:
        parts.append(say("{count} tokens", count=format_tokens(n_ctx)))
    return say(", ").join(parts)


def context_words(n_ctx: int) -> str:
    """A context as tokens and as pages, at 700 tokens a page."""
    return say("{count} tokens, about {pages} pages", count=format_tokens(n_ctx), pages=pages_of(n_ctx))


def pages_of(n_ctx: int) -> int:
    """How many pages so many tokens are, roughly: 700 tokens a page, by tens."""
    return max(1, 10 * round(n_ctx / 7000))


def load_words(spec: Load) -> str:
    """What a model was loaded with, for those who want to know; what is as usual is not said."""
    parts = [
        say("{count} tokens", count=f"{spec.n_ctx:,}"),
        say("context in {kind}", kind=spec.kv_type),
        say("reads {count} tokens at once", count=f"{spec.n_ubatch:,}"),
    ]
    if spec.yarn_factor > 1:
        parts.append(say("stretched {factor} times (YaRN)", factor=f"{spec.yarn_factor:.3g}"))
    if spec.adapters:
        count = len(spec.adapters)
        parts.append(say("1 LoRA adapter") if count == 1 else say("{count} LoRA adapters", count=count))
    if spec.draft_path:
        parts.append(say("a small model guesses ahead"))
    if not spec.n_draft:
        parts.append(say("no guessing ahead"))
    return " · ".join(parts)


def engine_words(state: EngineState) -> str:
    """The engine's phase in a word or two."""
    match state.phase:
        case Phase.LOADING:
            return say("Loading {percent} %", percent=round(state.load_fraction * 100))
        case Phase.STARTING:
            return say("Starting")
        case Phase.LOADED:
            return say("Ready")
        case Phase.ANSWERING:
            return say("Answering")
        case Phase.FAILED:
            return say("Stopped by an error")
        case _:
            return say("Resting until the next question") if state.resting else say("No model loaded")


def engine_role(state: EngineState) -> str:
    """The theme role of the engine's dot; the word beside it says the same."""
    match state.phase:
        case Phase.LOADED:
            return "good"
        case Phase.ANSWERING:
            return "accent"
        case Phase.LOADING | Phase.STARTING:
            return "care"
        case Phase.FAILED:
            return "bad"
        case _:
            return "quiet"


def day_words(at_s: float, today: date) -> str:
    """The heading a chat of that moment (Unix seconds) stands under."""
    day = datetime.fromtimestamp(at_s).astimezone().date()
    if day >= today:
        return say("Today")
    if day == today - timedelta(days=1):
        return say("Yesterday")
    if day > today - timedelta(days=7):
        return say("Previous 7 days")
    if language() == "zh_CN":
        return f"{day.year} 年 {day.month} 月"
    return f"{_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def memory_words(free_bytes: int, total_bytes: int) -> str:
    return say("{free} free of {total}", free=format_gib(free_bytes), total=format_gib(total_bytes))
