"""Why the engine failed, in words: from the code of a refusal, or from how its process died."""

from __future__ import annotations

import re
from pathlib import Path

from app.core.child import Exit
from app.core.errors import CarrelError
from app.core.ntstatus import NO_MEMORY
from app.core.units import format_duration

_MEMORY = re.compile(r"out of memory|failed to allocate|cudaMalloc failed|bad_alloc|MemoryError", re.I)
_LOST = re.compile(
    r"no CUDA-capable device|GPU is lost|fallen off the bus|device[^\n]{0,20}\b(lost|removed|unavailable)"
    r"|driver shutting down|unspecified launch failure|launch timed out|context is destroyed|device-side.*reset",
    re.I,
)
_CUDA = re.compile(r"CUDA error|cublas|driver", re.I)


def of_death(exit_: Exit) -> CarrelError:
    """The sentence for a child that ended without being asked to. The log's last lines travel as `log`."""
    common = {"log": exit_.last_words, "how": exit_.cause()}
    if _MEMORY.search(exit_.last_words) or exit_.code in NO_MEMORY:
        return CarrelError(
            "engine_out_of_memory",
            "The engine ran out of memory and stopped.",
            "Your text is saved. Load the model again, with a shorter context if it happens twice.",
            **common,
        )
    if exit_.lacks_instructions:
        return CarrelError(
            "engine_wrong_cpu",
            "The engine was built for a processor with instructions that this one does not have.",
            "Run the set-up again on this computer.",
            **common,
        )
    if exit_.was_ended:
        return CarrelError(
            "engine_killed",
            "The engine was ended from outside, often because the computer ran out of memory.",
            "Your text is saved. Load the model again.",
            **common,
        )
    if _LOST.search(exit_.last_words):
        return CarrelError(
            "engine_gpu_lost",
            "The graphics card went away while the engine used it: its driver was reset, or the computer slept.",
            "Your text is saved. Load the model again; if it fails at once, restart the computer.",
            **common,
        )
    if _CUDA.search(exit_.last_words):
        return CarrelError(
            "engine_gpu_error",
            "The graphics card or its driver reported an error and the engine stopped.",
            "Your text is saved. Load the model again; if it fails at once, restart the computer.",
            **common,
        )
    return CarrelError(
        "engine_died",
        "The engine stopped unexpectedly ({how}).",
        "Your text is saved. Load the model again.",
        **common,
    )


def of_start(error: OSError) -> CarrelError:
    """The sentence for a child that the system did not let start."""
    return CarrelError(
        "engine_not_started",
        "The engine could not be started: {cause}.",
        "Close other programs, then load the model again; if it happens twice, run the set-up again.",
        cause=error.strerror or str(error),
    )


def of_stall(silent_s: float) -> CarrelError:
    """The sentence for a child that was ended because it no longer moved."""
    return CarrelError(
        "engine_stalled",
        "The engine gave no sign of life for {time}, much longer than its slowest step, and was ended.",
        "Your text is saved. Load the model again; if it happens twice, restart the computer.",
        time=format_duration(silent_s),
    )


def of_refusal(code: str, detail: str, path: str = "", *, is_load: bool = False) -> CarrelError:
    """The sentence for a request the engine answered with Failed."""
    name = Path(path).name
    if not is_load and (code == "out_of_memory" or _is_allocation(code, detail)):
        code = "decode_out_of_memory"
    match code:
        case "cancelled":
            return CarrelError("cancelled", "Stopped.")
        case "out_of_memory":
            return CarrelError(
                "load_out_of_memory",
                "There was not enough memory to load {name}.",
                "Close other programs that use the graphics card, or choose a shorter context or a smaller file.",
                name=name,
                log=detail,
            )
        case "context_refused":
            return CarrelError(
                "context_refused",
                "The model is loaded, but its context could not be made.",
                "Choose a shorter context.",
                log=detail,
            )
        case "context_full":
            return CarrelError(
                "context_full",
                "The conversation and its documents do not fit into the context.",
                "Remove a document, start a new chat, or load the model with a longer context.",
                log=detail,
            )
        case "not_text":
            return CarrelError(
                "not_text",
                "Something in this request is not readable text, as in a file name of another encoding.",
                "Rename the file, or type the text anew.",
                log=detail,
            )
        case "decode_out_of_memory":
            return CarrelError(
                "engine_out_of_memory",
                "The engine ran out of memory and stopped.",
                "Your text is saved. Load the model again, with a shorter context if it happens twice.",
                log=detail,
            )
        case "disk_full":
            return CarrelError(
                "session_disk_full",
                "The disk is full: what the engine has read could not be kept for the next time.",
                "Free some space; nothing else is affected.",
                log=detail,
            )
        case "session_refused" | "session_missing" | "session_unreadable":
            return CarrelError(
                code,
                "The saved reading does not belong to this model as it is loaded, or is damaged.",
                "It was removed; the documents are read again.",
                log=detail,
            )
        case "session_no_room":
            return CarrelError(
                "session_no_room",
                "The saved reading does not fit into the context as it is now.",
                "The documents are read again.",
                log=detail,
            )
        case "session_not_saved" | "nothing_to_save":
            return CarrelError(
                code,
                "What the engine has read could not be kept for the next time.",
                "Nothing else is affected; the log says more.",
                log=detail,
            )
        case "adapter_refused":
            return CarrelError(
                "adapter_refused",
                "The adapter does not belong to {name}, or its file is damaged.",
                "Choose an adapter made for this model, or load the model without it.",
                name=name,
                log=detail,
            )
        case "grammar_refused":
            return CarrelError(
                "grammar_refused",
                "The form asked of the answer cannot be read: neither a JSON schema nor a GBNF grammar.",
                "Correct it, or ask without it.",
                log=detail,
            )
        case "no_numbers":
            return CarrelError(
                "engine_no_numbers",
                "What the model computes is not a number any more: its file is damaged, or the graphics card fails.",
                "Check the file, or download it again; if it is whole, restart the computer.",
                log=detail,
            )
        case "busy":
            return CarrelError(
                "engine_busy", "The engine is answering as many questions as it can.", "Try again in a moment."
            )
        case "no_model":
            return CarrelError("no_model", "No model is loaded.", "Load one first.")
        case "template_failed":
            return CarrelError(
                "template_failed",
                "The chat template inside this model file cannot be used.",
                "Choose another file of the model.",
                log=detail,
            )
        case "load_refused":
            return CarrelError(
                "load_refused",
                "{name} could not be loaded: the engine does not accept the file.",
                "It may be damaged or of another kind. Check it, or download it again.",
                name=name,
                log=detail,
            )
    return CarrelError(
        "engine_refused",
        "The engine could not do this ({what}).",
        "Try again; if it happens twice, load the model again.",
        what=code,
        log=detail,
    )


def _is_allocation(code: str, detail: str) -> bool:
    """Whether a step failed because memory for it could not be had: llama.cpp's -2, or its words, or Python's."""
    return code in ("decode_failed", "engine_fault") and ("returned -2" in detail or bool(_MEMORY.search(detail)))
