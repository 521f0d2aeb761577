"""The content of a message as OpenAI's interface and its many kin write it: a text, or a list of parts."""

from __future__ import annotations

from typing import Any

from app.session.importing.found import PICTURE, UNKNOWN, Tally, a_dict, a_list, a_text

_WORDS = ("text", "input_text", "output_text")
_THOUGHTS = ("thinking", "reasoning")
_FILES = ("image_url", "image", "file", "input_image", "input_audio", "image_file", "document", "video_url", "audio")


def words_of(content: Any, tally: Tally) -> tuple[str, str]:
    """The words and the thoughts of a content; what is neither is counted."""
    if isinstance(content, str):
        return a_text(content), ""
    if isinstance(content, dict):
        content = [content]
    words: list[str] = []
    thoughts: list[str] = []
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
        else:
            tally.add(PICTURE if kind in _FILES else UNKNOWN)
    return "\n\n".join(one for one in words if one), "\n\n".join(one for one in thoughts if one)


def _text_of(part: dict[str, Any]) -> str:
    """`text` is a string, or in the threads interface an object with a value."""
    for name in ("text", "thinking", "content"):
        held = part.get(name)
        if isinstance(held, str):
            return a_text(held)
        if isinstance(held, dict):
            return a_text(held.get("value"))
    return ""
