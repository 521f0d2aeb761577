"""What an answer took: its receipt, and figures of an answer that was made in two goes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.chat import Receipt, Timing, Usage
from app.session.prompt import Said, readings


def receipt_of(
    thread: Sequence[Said], usage: Usage, context_used: int, n_ctx: int, *, restored_tokens: int, turns_left_out: int
) -> Receipt:
    """What the model was given, made from what was really sent."""
    return Receipt(
        readings(thread),
        context_used,
        n_ctx,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        restored_tokens=min(restored_tokens, usage.cached_tokens),
        turns_left_out=turns_left_out,
    )


def joined_usage(before: Usage, after: Usage, prompt_tokens: int, said_tokens: int) -> Usage:
    """Of an answer begun before and gone on with. For the model the words that were there are part of the prompt;
    here they count as answer: at least the `said_tokens` they make now, for a first go that was never counted.
    """
    cached = before.cached_tokens if before.prompt_tokens else min(after.cached_tokens, prompt_tokens)
    return Usage(
        prompt_tokens=prompt_tokens,
        answer_tokens=max(before.answer_tokens, said_tokens) + after.answer_tokens,
        cached_tokens=cached,
        drafted_tokens=before.drafted_tokens + after.drafted_tokens,
        accepted_tokens=before.accepted_tokens + after.accepted_tokens,
    )


def joined_timing(before: Timing, after: Timing, before_tokens: int, after_tokens: int) -> Timing:
    """The first token is that of the first go; the speed is all tokens over all the time they took."""
    if not before.decode_tok_s:
        return msgspec.structs.replace(after, ttft_s=before.ttft_s or after.ttft_s)
    if not after.decode_tok_s or not after_tokens:
        return before
    first_s, second_s = before_tokens / before.decode_tok_s, after_tokens / after.decode_tok_s
    share = after_tokens / max(1, before_tokens + after_tokens)
    return msgspec.structs.replace(
        before,
        prefill_tok_s=before.prefill_tok_s or after.prefill_tok_s,
        decode_tok_s=(before_tokens + after_tokens) / (first_s + second_s),
        speculation_gain=before.speculation_gain * (1 - share) + after.speculation_gain * share,
    )
