"""Translation: English source sentences, looked up in one table for the chosen language.

The window and the terminal share it, so it does not depend on Qt. `installed` is set once at start (and
again when the user changes the language); a sentence missing from the table shows in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_table: Mapping[str, str] = {}
_language = "en"


def install(language: str, table: Mapping[str, str]) -> None:
    """Speak `language` ("en", "zh_CN") from now on, with `table` from English to that language."""
    global _table, _language
    _language, _table = language, table


def language() -> str:
    """The language spoken now."""
    return _language


def say(template: str, /, **params: Any) -> str:
    """The sentence in the current language with its `{named}` places filled.

    Write the English sentence as a literal at the call: the translation test finds it there.
    """
    text = _table.get(template, template)
    return text.format(**params) if params else text


def sentences(*parts: str) -> str:
    """Sentences one after the other; in Chinese without a space between them."""
    return ("" if _language == "zh_CN" else " ").join(part for part in parts if part)


def mark(template: str) -> str:
    """A sentence to be said later: marks the literal for the translation test, returns it unchanged."""
    return template
