"""The reading receipt in words, and a stored message as the conversation shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.core.chat import AnswerState, Receipt, Timing, Usage
from app.core.errors import CarrelError
from app.core.words import mark, say
from app.session.receipt import draft_words, receipt_line
from app.store.rows import Message
from app.ui.chat.message import FailureNote, FileNote, MessageItem

__all__ = ["RELOAD", "SUPPORT", "failure_of", "item_of", "receipt_details", "receipt_line"]

RELOAD, SUPPORT = "reload", "support"

# Why an answer of an earlier day failed: only its code was kept.
_CAUSES = {
    "engine_out_of_memory": mark("The engine ran out of memory and stopped."),
    "engine_killed": mark("The engine was ended from outside, often because the computer ran out of memory."),
    "engine_gpu_lost": mark("The graphics card went away: its driver was reset, or the computer slept."),
    "engine_stalled": mark("The engine no longer moved and was ended."),
    "engine_gpu_error": mark("The graphics card or its driver reported an error and the engine stopped."),
    "no_model": mark("No model is loaded."),
    "context_full": mark("The conversation and its documents do not fit into the context."),
}


def receipt_details(receipt: Receipt, usage: Usage, timing: Timing, model: str) -> str:
    """Every number behind the line, one a row."""
    rows = []
    for file in receipt.files:
        row = say(
            "{name}: {pages} pages, {tokens} tokens, {dropped} left out",
            name=Path(file.path).name,
            pages=file.pages,
            tokens=f"{file.tokens:,}",
            dropped=file.dropped_tokens,
        )
        rows.append(row)
    if usage.prompt_tokens:
        rows.append(
            say(
                "Given to the model: {prompt} tokens, {cached} of them still in memory from before",
                prompt=f"{usage.prompt_tokens:,}",
                cached=f"{usage.cached_tokens:,}",
            )
        )
        if receipt.restored_tokens:
            rows.append(say("Brought back from disk: {count} tokens", count=f"{receipt.restored_tokens:,}"))
        rows.append(say("Written: {count} tokens, thinking included", count=f"{usage.answer_tokens:,}"))
    if drafts := draft_words(usage.drafted_tokens, usage.accepted_tokens, timing.speculation_gain):
        rows.append(drafts)
    if timing.prefill_tok_s:
        rows.append(say("Reading speed: {speed} tok/s", speed=f"{timing.prefill_tok_s:,.0f}"))
    if receipt.context_size:
        rows.append(
            say("Context: {used} of {size} tokens", used=f"{receipt.context_used:,}", size=f"{receipt.context_size:,}")
        )
    if model:
        rows.append(say("Model file: {name}", name=Path(model).name))
    return "\n".join(rows)


def item_of(message: Message, error: CarrelError | None = None) -> MessageItem:
    """A stored message as the conversation shows it. `error` is what is known of a fresh failure."""
    files = tuple(FileNote(d.name, d.pages, d.tokens) for d in message.documents)
    return MessageItem(
        role="user" if message.role == "user" else "assistant",
        text=message.text,
        key=str(message.id),
        files=files,
        thinking=message.thinking,
        thinking_s=message.thinking_ms / 1000,
        receipt=receipt_line(message.receipt, message.usage, message.timing),
        details=receipt_details(message.receipt, message.usage, message.timing, message.model),
        failure=failure_of(message.state, error, message.cause, bool(message.text or message.thinking)),
        state=message.state,
    )


def failure_of(state: AnswerState, error: CarrelError | None, code: str, some_text: bool) -> FailureNote | None:
    """The card under an answer that failed: cause, what was saved, one button."""
    code = error.code if error is not None else code
    if state != "failed" or code == "cancelled":
        return None
    broken = code.startswith("engine_") and code != "engine_busy"
    reloads = broken or code in ("no_model", "load_out_of_memory")
    if error is None:
        cause = say(_CAUSES.get(code, mark("The engine stopped before the answer was complete.")))
    else:  # the button below is the remedy when there is one
        cause = say(error.template, **error.params) if reloads else str(error)
    saved = say("The answer up to here is saved.") if some_text else say("Your question is saved.")
    return FailureNote(
        cause,
        saved,
        say("Reload the model") if reloads else "",
        RELOAD if reloads else "",
        say("Save support bundle…") if broken else "",
        SUPPORT if broken else "",
    )


def without_button(failure: FailureNote) -> FailureNote:
    """The same card when its remedy has been taken."""
    return replace(failure, action="", action_label="")
