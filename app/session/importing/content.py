"""The content of a message as OpenAI's interface and its many kin write it: a text, or a list of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.session.importing.found import PICTURE, TOOL, UNKNOWN, Tally, a_dict, a_list, a_text

_WORDS = ("text", "input_text", "output_text", "refusal")
_THOUGHTS = ("thinking", "reasoning", "reasoning_content", "thought")
_FILES = {"image": "image", "audio": "audio", "video": "video", "file": "file", "document": "file"}
_TOOLS = ("tool_use", "tool_result", "tool_call", "tool-call", "tool-result", "function_call", "toolCallRequest")
_NAMES = ("filename", "file_name", "fileName", "name", "title", "fileIdentifier")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Said:
    """Words, thoughts, and the names of the files that stood with them and stayed behind."""

    words: str = ""
    thoughts: str = ""
    files: tuple[str, ...] = ()


def said_in(content: Any, tally: Tally) -> Said:
    """What a content says; what is neither words nor thoughts is counted, and files are named."""
    if isinstance(content, str):
        return Said(a_text(content))
    if isinstance(content, dict):
        content = [content]
    words: list[str] = []
    thoughts: list[str] = []
    files: list[str] = []
    for part in a_list(content):
        if isinstance(part, str):
            words.append(a_text(part))
            continue
        known = a_dict(part)
        kind = known.get("type")
        text = _text_of(known)
        if kind in _THOUGHTS:
            thoughts.append(text)
        elif kind in _WORDS or (kind is None and text):
            words.append(text)
        elif file_kind(kind):
            files += names_of([known], tally)
        else:
            tally.add(TOOL if kind in _TOOLS else UNKNOWN)
    return Said("\n\n".join(one for one in words if one), "\n\n".join(one for one in thoughts if one), tuple(files))


def names_of(files: Any, tally: Tally) -> tuple[str, ...]:
    """What attachments are called, each counted; one without a name says what it is."""
    found = tuple(_name_of(one) for one in a_list(files))
    if found:
        tally.add(PICTURE, len(found))
    return found


def file_kind(kind: Any) -> str:
    """ "image" of "input_image", "image_url" and "image/png"; "" for what is no file."""
    words = str(kind).lower() if isinstance(kind, str) else ""
    return next((said for part, said in _FILES.items() if part in words), "")


def count_calls(message: dict[str, Any], tally: Tally) -> None:
    """Calls of tools that stand beside the words of a message."""
    calls = len(a_list(message.get("tool_calls"))) + bool(a_dict(message.get("function_call")))
    if calls:
        tally.add(TOOL, calls)


def _name_of(file: Any) -> str:
    if isinstance(file, str):  # a path, an address, or the picture itself
        return _short(file) if not file.startswith("data:") and len(file) <= 1_000 else "image"
    known = a_dict(file)
    for holder in (known, *(a_dict(known.get(name)) for name in ("file", "image_url", "meta", "source"))):
        for name in _NAMES:
            if text := a_text(holder.get(name)).strip():
                return _short(text)
    kinds = (file_kind(known.get(name)) for name in ("type", "mimeType", "mime_type", "content_type", "file_type"))
    return next((kind for kind in kinds if kind), "file")


def _short(name: str) -> str:
    plain = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
    return plain[:LONGEST_NAME].translate(str.maketrans("[]", "()")) or "file"


def _text_of(part: dict[str, Any]) -> str:
    """`text` is a string, or in the threads interface an object with a value."""
    for name in ("text", "thinking", "reasoning", "content", "refusal"):
        held = part.get(name)
        if isinstance(held, str):
            return a_text(held)
        if isinstance(held, dict):
            return a_text(held.get("value"))
    return ""
