"""The reading receipt in words, and a stored message as the conversation shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath

from app.core.chat import AnswerState, FileReading, Receipt, Timing, Usage
from app.core.counts import passes_words, tokens_words
from app.core.errors import CarrelError
from app.core.words import mark, say
from app.session.receipt import draft_words, receipt_line, receipt_markdown
from app.store.rows import Attachment, Message
from app.ui.chat.message import FailureNote, FileNote, MessageItem, ReceiptDetails, ReceiptFile

__all__ = ["RELOAD", "SUPPORT", "failure_of", "item_of", "receipt_details", "receipt_line"]

RELOAD, SUPPORT = "reload", "support"

# Why an answer of an earlier day failed: only its code was kept.
_CAUSES = {
    "engine_out_of_memory": mark("The engine ran out of memory and stopped."),
    "engine_killed": mark("The engine was ended from outside, often because the computer ran out of memory."),
    "engine_gpu_lost": mark("The graphics card went away: its driver was reset, or the computer slept."),
    "engine_stalled": mark("The engine no longer moved and was ended."),
    "engine_gpu_error": mark("The graphics card or its driver reported an error and the engine stopped."),
    "interrupted": mark("Carrel ended before the answer was complete."),
    "no_model": mark("No model is loaded."),
    "context_full": mark("The conversation and its documents do not fit into the context."),
}


def receipt_details(receipt: Receipt, usage: Usage, timing: Timing, model: str) -> ReceiptDetails | None:
    """Everything behind the line: each file with what was sent of it, then how the prompt was read and answered."""
    facts = tuple((name, value) for name, value in _facts(receipt, usage, timing, model) if value)
    if not facts and not receipt.files:
        return None
    files = tuple(_file_line(number, file) for number, file in enumerate(receipt.files, 1))
    told = receipt_markdown(receipt)
    extra = [f"- {say('{name}: {value}', name=n, value=v)}" for n, v in _speed_facts(usage, timing, model) if v]
    return ReceiptDetails(files, facts, "\n".join([told, *extra]).strip())


def _file_line(number: int, file: FileReading) -> ReceiptFile:
    pages = f"{file.pages:,}"
    if file.page_list or file.pages < file.total_pages:
        pages = say("{list} of {total}", list=file.page_list or "–", total=file.total_pages)
    dropped = say("nothing")
    if file.dropped_tokens:
        dropped = say("{tokens}, as chosen", tokens=tokens_words(file.dropped_tokens))
    return ReceiptFile(
        f"D{number}  {PurePath(file.path.replace(chr(92), '/')).name}", pages, f"{file.tokens:,}", dropped
    )


def _facts(receipt: Receipt, usage: Usage, timing: Timing, model: str) -> list[tuple[str, str]]:
    """Name and value; those without a value are not shown."""
    context = read = ""
    if receipt.context_size:
        share = round(100 * receipt.context_used / receipt.context_size)
        used, size = f"{receipt.context_used:,}", f"{receipt.context_size:,}"
        context = say("{used} of {size} tokens, {share} %", used=used, size=size, share=share)
    if receipt.prompt_tokens:
        read = say(
            "{prompt} tokens: {read} read anew, {kept} still in memory, {restored} brought back from disk",
            prompt=f"{receipt.prompt_tokens:,}",
            read=f"{receipt.prompt_tokens - receipt.cached_tokens:,}",
            kept=f"{receipt.cached_tokens - receipt.restored_tokens:,}",
            restored=f"{receipt.restored_tokens:,}",
        )
    passes = say("{passes} over all pages", passes=passes_words(receipt.passes)) if receipt.passes else ""
    left = say("none") if receipt.prompt_tokens else ""
    if receipt.turns_left_out == 1:
        left = say("1 earlier question")
    elif receipt.turns_left_out:
        left = say("{count} earlier questions", count=receipt.turns_left_out)
    return [
        (say("Given to the model"), read),
        (say("Read in"), passes),
        (say("Earlier questions left out"), left),
        (say("Context used"), context),
        *_speed_facts(usage, timing, model),
    ]


def _speed_facts(usage: Usage, timing: Timing, model: str) -> list[tuple[str, str]]:
    written = guessed = speed = ""
    if usage.answer_tokens:
        written = say("{tokens}, thinking included", tokens=tokens_words(usage.answer_tokens))
    if usage.drafted_tokens:
        guessed = draft_words(usage.drafted_tokens, usage.accepted_tokens, timing.speculation_gain)
    if timing.prefill_tok_s:
        speed = say("{speed} tok/s", speed=f"{timing.prefill_tok_s:,.0f}")
    return [
        (say("Written"), written),
        (say("Guessed ahead"), guessed),
        (say("Reading speed"), speed),
        (say("Model file"), Path(model).name if model else ""),
    ]


def item_of(message: Message, error: CarrelError | None = None) -> MessageItem:
    """A stored message as the conversation shows it. `error` is what is known of a fresh failure."""
    files = tuple(_file_note(document) for document in message.documents)
    return MessageItem(
        role="user" if message.role == "user" else "assistant",
        text=message.text,
        key=str(message.id),
        files=files,
        thinking=message.thinking,
        thinking_s=message.thinking_ms / 1000,
        thinking_tokens=message.thinking_tokens,
        receipt=receipt_line(message.receipt, message.usage, message.timing),
        details=receipt_details(message.receipt, message.usage, message.timing, message.model),
        failure=failure_of(message.state, error, message.cause, bool(message.text or message.thinking)),
        state=message.state,
        citations=message.citations,
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


def _file_note(document: Attachment) -> FileNote:
    """Of a file that went out in part the tokens are in the receipt."""
    if document.chosen is None:
        return FileNote(document.name, document.pages, document.tokens, path=document.path)
    return FileNote(document.name, document.pages, 0, len(set(document.chosen)), document.path)
