"""The reading receipt and the speed of an answer in one line."""

from __future__ import annotations

from app.core.chat import Receipt, Timing, Usage
from app.core.units import format_duration
from app.core.words import say

WORTH_SAYING = 1.15  # times as fast with drafts as without


def receipt_line(receipt: Receipt, usage: Usage, timing: Timing) -> str:
    """One line: what was read, how fast it was written. Empty when nothing is known."""
    parts = []
    if receipt.files:
        dropped = sum(file.dropped_tokens for file in receipt.files)
        left = say("nothing left out") if not dropped else say("{count} tokens left out", count=f"{dropped:,}")
        files = say("Read 1 file") if len(receipt.files) == 1 else say("Read {count} files", count=len(receipt.files))
        pages, tokens = sum(f.pages for f in receipt.files), sum(f.tokens for f in receipt.files)
        counted = say("1 page") if pages == 1 else say("{count} pages", count=pages)
        read = (files, counted, say("{count} tokens", count=f"{tokens:,}"), left)
        parts.append(say(", ").join(read))
    if not receipt.files and usage.answer_tokens:
        parts.append(say("{count} tokens", count=f"{usage.answer_tokens:,}"))
    if timing.decode_tok_s:
        parts.append(say("{speed} tok/s", speed=speed_words(timing.decode_tok_s)))
    if timing.speculation_gain >= WORTH_SAYING and usage.accepted_tokens:
        parts.append(say("{gain}× by quoting", gain=f"{timing.speculation_gain:.1f}"))
    if timing.ttft_s:
        parts.append(say("first token {time}", time=format_duration(timing.ttft_s)))
    return " · ".join(parts)


def draft_words(drafted: int, accepted: int, gain: float) -> str:
    """ "4.1× by quoting: 312 of 340 drafted tokens accepted"; empty without drafts."""
    if not drafted:
        return ""
    counts = {"accepted": f"{accepted:,}", "drafted": f"{drafted:,}"}
    if gain < WORTH_SAYING:
        return say("{accepted} of {drafted} drafted tokens accepted", **counts)
    return say("{gain}× by quoting: {accepted} of {drafted} drafted tokens accepted", gain=f"{gain:.1f}", **counts)


def speed_words(tok_s: float) -> str:
    return f"{tok_s:,.0f}" if tok_s >= 20 else f"{tok_s:.1f}"
