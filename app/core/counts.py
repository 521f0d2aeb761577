"""Numbers with what they count: one thing in the singular, more in the plural, thousands set apart."""

from __future__ import annotations

from app.core.words import say


def format_count(number: int) -> str:
    """`41203` → "41,203", in English and in Chinese alike."""
    return f"{number:,}"


def tokens_words(count: int) -> str:
    return say("1 token") if count == 1 else say("{count} tokens", count=format_count(count))


def pages_words(count: int) -> str:
    return say("1 page") if count == 1 else say("{count} pages", count=format_count(count))


def files_words(count: int) -> str:
    return say("1 file") if count == 1 else say("{count} files", count=format_count(count))


def documents_words(count: int) -> str:
    return say("1 document") if count == 1 else say("{count} documents", count=format_count(count))


def passes_words(count: int) -> str:
    return say("1 pass") if count == 1 else say("{count} passes", count=format_count(count))


def chats_words(count: int) -> str:
    return say("1 chat") if count == 1 else say("{count} chats", count=format_count(count))
