"""Chooses the language and installs its tables, `resources/i18n/<room>.<language>.json`, one a room."""

from __future__ import annotations

import json
import locale
import os

from app.config.paths import resource
from app.core import words


def speak(choice: str) -> str:
    """Install the table for `choice` ("system", "en", "zh_CN"); returns the language spoken."""
    language = _system_language() if choice == "system" else choice
    table: dict[str, str] = {}
    for file in sorted(resource("i18n").glob(f"*.{language}.json")):
        table |= json.loads(file.read_text("utf-8"))
    words.install(language if table else "en", table)
    return words.language()


def _system_language() -> str:
    named = next((os.environ[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(k)), "")
    named = named or locale.getlocale()[0] or ""
    return "zh_CN" if named.lower().startswith(("zh", "chinese")) else "en"
