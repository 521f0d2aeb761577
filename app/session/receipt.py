"""The reading receipt: in one line with the speed, in rows, and in the forms it is exported in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from app.core.chat import FileReading, Receipt, Timing, Usage
from app.core.citation import Citation
from app.core.counts import files_words, pages_words, tokens_words
from app.core.units import format_duration
from app.core.words import say

WORTH_SAYING = 1.15  # times as fast with drafts as without


def receipt_line(receipt: Receipt, usage: Usage, timing: Timing) -> str:
    """One line: what was read, how fast it was written. Empty when nothing is known."""
    parts = []
    if receipt.files:
        dropped = sum(file.dropped_tokens for file in receipt.files)
        left = say("nothing left out") if not dropped else say("{tokens} left out", tokens=tokens_words(dropped))
        files = say("Read {files}", files=files_words(len(receipt.files)))
        pages, tokens = sum(f.pages for f in receipt.files), sum(f.tokens for f in receipt.files)
        read = (files, pages_words(pages), tokens_words(tokens), left)
        parts.append(say(", ").join(read))
    if receipt.passes > 1:
        parts.append(say("in {count} passes", count=receipt.passes))
    if receipt.restored_tokens:
        parts.append(say("{tokens} brought back from disk", tokens=tokens_words(receipt.restored_tokens)))
    if not receipt.files and usage.answer_tokens:
        parts.append(tokens_words(usage.answer_tokens))
    if timing.decode_tok_s:
        parts.append(say("{speed} tok/s", speed=speed_words(timing.decode_tok_s)))
    if timing.speculation_gain >= WORTH_SAYING and usage.accepted_tokens:
        parts.append(say("{gain}× by quoting", gain=f"{timing.speculation_gain:.1f}"))
    if timing.ttft_s:
        parts.append(say("first token {time}", time=format_duration(timing.ttft_s)))
    return " · ".join(parts)


def receipt_rows(receipt: Receipt) -> list[str]:
    """Everything of a receipt but the speed, a sentence a row: each file, then how the prompt was read."""
    rows = [file_words(number, file) for number, file in enumerate(receipt.files, 1)]
    if receipt.turns_left_out == 1:
        rows.append(say("1 earlier question without an answer was left out"))
    elif receipt.turns_left_out:
        rows.append(say("{count} earlier questions without an answer were left out", count=receipt.turns_left_out))
    if receipt.prompt_tokens:
        rows.append(_source_words(receipt))
    if receipt.context_size:
        used, size = f"{receipt.context_used:,}", f"{receipt.context_size:,}"
        rows.append(say("Context: {used} of {size} tokens", used=used, size=size))
    return rows


def file_words(number: int, file: FileReading) -> str:
    """One file of a receipt with its pages and what was dropped."""
    name, tokens = PurePath(file.path.replace("\\", "/")).name, tokens_words(file.tokens)
    if not file.page_list and not file.dropped_tokens:
        return say(
            "D{number} {name}: {pages}, {tokens}",
            number=number,
            name=name,
            pages=pages_words(file.pages),
            tokens=tokens,
        )
    return say(
        "D{number} {name}: pages {list} of {total}, {tokens}; {dropped} dropped as chosen",
        number=number,
        name=name,
        list=file.page_list or "–",
        total=file.total_pages,
        tokens=tokens,
        dropped=tokens_words(file.dropped_tokens),
    )


def _source_words(receipt: Receipt) -> str:
    """Where the prompt came from: read now, kept from before, or brought back from disk."""
    kept = receipt.cached_tokens - receipt.restored_tokens
    return say(
        "Prompt of {prompt} tokens: {read} read now, {kept} still in memory, {restored} brought back from disk",
        prompt=f"{receipt.prompt_tokens:,}",
        read=f"{receipt.prompt_tokens - receipt.cached_tokens:,}",
        kept=f"{kept:,}",
        restored=f"{receipt.restored_tokens:,}",
    )


def citations_line(citations: Sequence[Citation]) -> str:
    """What was found of an answer's quotations and page references, in one line; empty when it has none."""
    quotes = [one for one in citations if one.kind == "quote" and one.verdict != "said"]
    found = sum(one.is_found for one in quotes)
    doubtful = sum(
        one.is_doubtful for one in citations if one.kind == "page" and one.verdict in ("no_page", "left_out")
    )
    parts = []
    if quotes:
        parts.append(say("{found} of {count} quotations found", found=found, count=len(quotes)))
    if misplaced := sum(one.is_misplaced for one in quotes):
        parts.append(say("{count} on another page than named", count=misplaced))
    if differing := sum(one.numbers_differ for one in quotes):
        parts.append(say("{count} with other numbers", count=differing))
    if doubtful:
        parts.append(say("{pages} named that were not given", pages=pages_words(doubtful)))
    return " · ".join(parts)


def receipt_markdown(receipt: Receipt, citations: Sequence[Citation] = ()) -> str:
    """The receipt as a Markdown list, for a chat that is exported."""
    rows = receipt_rows(receipt)
    if line := citations_line(citations):
        rows.append(line)
    return "\n".join(f"- {row}" for row in rows)


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
