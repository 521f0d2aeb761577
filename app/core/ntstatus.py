"""How Windows says that a process died: an NTSTATUS as its exit code, where Linux has a signal."""

from __future__ import annotations

ILLEGAL_INSTRUCTION = 0xC000001D
NO_MEMORY = (0xC0000017, 0xC000012D)  # STATUS_NO_MEMORY, STATUS_COMMITMENT_LIMIT
TERMINATED = 1  # what the Task Manager and `taskkill /F` give a process as its code

_NAMES = {
    0xC0000005: "access violation",
    0xC0000006: "error while reading a mapped file",
    0xC0000017: "no memory",
    ILLEGAL_INSTRUCTION: "illegal instruction",
    0xC00000FD: "stack overflow",
    0xC000012D: "commitment limit",
    0xC0000135: "a DLL is missing",
    0xC0000139: "a DLL is of another version",
    0xC000013A: "Ctrl+C",
    0xC0000142: "a DLL failed to begin",
    0xC0000374: "heap corruption",
    0xC0000409: "abort",
    0xE06D7363: "C++ exception",
}


def describe_status(code: int) -> str:
    """ "access violation (0xC0000005)"; "" for what is an ordinary exit code."""
    if code <= 0xFFFF:
        return ""
    return f"{_NAMES[code]} (0x{code:08X})" if code in _NAMES else f"0x{code:08X}"
