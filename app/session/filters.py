"""What narrows a search, as it is typed: `in:Work has:file after:2026-11 model:qwen3 is:pinned`, in both languages.

What is not understood stays among the words, so that nothing typed is lost: `http://x` and `at 10:30` are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from app.core.dates import date_words
from app.core.words import language, mark, say
from app.store.narrowing import Narrow

Kind = Literal["folder", "file", "pinned", "model", "after", "before"]
KINDS: tuple[Kind, ...] = ("folder", "file", "pinned", "model", "after", "before")

_NAMES: dict[str, Kind | Literal["has", "is"]] = {
    **dict.fromkeys(("in", "folder", "在", "文件夹", "資料夾"), "folder"),
    **dict.fromkeys(("has", "有", "含"), "has"),
    **dict.fromkeys(("is", "是"), "is"),
    **dict.fromkeys(("model", "模型"), "model"),
    **dict.fromkeys(("after", "since", "晚于", "之后", "自"), "after"),
    **dict.fromkeys(("before", "until", "早于", "之前"), "before"),
}
_WORDS_OF = {
    "en": ("in", "has:file", "is:pinned", "model", "after", "before"),
    "zh_CN": ("在", "有:文件", "是:置顶", "模型", "自", "早于"),
}
_FILE = ("file", "files", "attachment", "document", "文件", "附件", "文档")
_PINNED = ("pinned", "pin", "置顶", "已置顶")
_TODAY, _YESTERDAY = ("today", "今天"), ("yesterday", "昨天")
_PART = re.compile(
    r"(?P<phrase>[\"“][^\"”]*[\"”]?)|(?:^|(?<=\s))(?P<name>[^\s:：\"“”-][^\s:：\"“”]*)[:：]"
    r"(?:[\"“”](?P<quoted>[^\"“”]*)[\"“”]|(?P<value>[^\s\"“”]+))(?=\s|$)"
)
_BEGUN = re.compile(r"(?:^|\s)(?P<name>[^\s:：\"“”-][^\s:：\"“”]*)[:：](?P<quote>[\"“”]?)(?P<value>[^\"“”]*)$")
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")
_AGO = re.compile(r"(\d{1,4})\s?(?:d|days?|天)")


class Filter(msgspec.Struct, frozen=True):
    """One condition. `value` is a folder's or model's name, or the first day of what was typed, as 2026-11-22."""

    kind: Kind
    value: str = ""

    @property
    def words(self) -> str:
        """As a person reads it."""
        is_day = self.kind in ("after", "before")
        return say(_SAID[self.kind], value=date_words(_starts_s(self.value)) if is_day else self.value)

    @property
    def typed(self) -> str:
        """As one would type it in the language spoken."""
        name = _WORDS_OF.get(language(), _WORDS_OF["en"])[KINDS.index(self.kind)]
        if self.kind in ("file", "pinned"):
            return name
        plain = re.fullmatch(r"[^\s\"“”]+", self.value)
        return f"{name}:{self.value}" if plain else f'{name}:"{self.value}"'


class Wish(msgspec.Struct, frozen=True):
    """What is looked for: the conditions, and the words that are left."""

    words: str = ""
    filters: tuple[Filter, ...] = ()

    @property
    def narrow(self) -> Narrow:
        """As the store is asked. Days are those of this computer's clock."""

        def values(kind: Kind) -> list[str]:
            return [one.value for one in self.filters if one.kind == kind]

        since = [_starts_s(value) for value in values("after")]
        until = [_starts_s(value) for value in values("before")]
        return Narrow(
            folders=tuple(values("folder")),
            models=tuple(values("model")),
            has_file=bool(values("file")),
            is_pinned=bool(values("pinned")),
            since_s=max(since, default=None),
            until_s=min(until, default=None),
        )

    @property
    def typed(self) -> str:
        """As one would type it."""
        return " ".join(part for part in (*(one.typed for one in self.filters), self.words) if part)


class Begun(msgspec.Struct, frozen=True):
    """A condition at the end of the line that is still being typed: its kind, its value so far, what stands before."""

    kind: Kind | Literal["has", "is"]
    value: str
    before: str


def read_wish(text: str, *, today: date | None = None) -> Wish:
    """Take the conditions out of a line; each once, in their order."""
    filters: list[Filter] = []

    def take(found: re.Match[str]) -> str:
        if found["phrase"]:
            return found[0]
        made = _filter(found["name"], found["quoted"] if found["quoted"] is not None else found["value"], today)
        if made is None:
            return found[0]
        filters.append(made)
        return ""

    words = " ".join(_PART.sub(take, text).split()) if ":" in text or "：" in text else text.strip()
    return Wish(words, tuple(dict.fromkeys(filters)))


def begun_filter(text: str) -> Begun | None:
    """What is being typed after the last colon, for whoever proposes how it may go on."""
    found = _BEGUN.search(text)
    kind = _NAMES.get(found["name"].lower()) if found else None
    if found is None or kind is None or (not found["quote"] and " " in found["value"]):
        return None
    return Begun(kind, found["value"], text[: found.start("name")].rstrip())


def with_filters(filters: Iterable[Filter], words: str) -> Wish:
    """Conditions that are set already, and a line that may hold more."""
    more = read_wish(words)
    return Wish(more.words, tuple(dict.fromkeys((*filters, *more.filters))))


def _filter(name: str, value: str, today: date | None) -> Filter | None:
    kind, value = _NAMES.get(name.lower()), " ".join(value.split())
    if kind is None or not value:
        return None
    if kind == "has":
        return Filter("file") if value.lower() in _FILE else None
    if kind == "is":
        return Filter("pinned") if value.lower() in _PINNED else None
    if kind in ("after", "before"):
        day = _first_day(value, today or datetime.now().astimezone().date())
        return Filter(kind, day.isoformat()) if day else None
    return Filter(kind, value)


def _first_day(text: str, today: date) -> date | None:
    """Of a day, a month or a year; "7d" is seven days ago."""
    if text.lower() in _TODAY:
        return today
    if text.lower() in _YESTERDAY:
        return today - timedelta(days=1)
    try:
        if ago := _AGO.fullmatch(text.lower()):
            return today - timedelta(days=int(ago[1]))
        found = _DAY.fullmatch(text)
        return date(*(int(part or 1) for part in found.groups())) if found else None
    except (ValueError, OverflowError):
        return None


def _starts_s(day: str) -> float:
    """The first moment of a day here, in Unix seconds."""
    try:
        return datetime.fromisoformat(day).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):  # before the clocks of this system
        return 0.0


_SAID: dict[Kind, str] = {
    "folder": mark("in {value}"),
    "file": mark("with files"),
    "pinned": mark("pinned"),
    "model": mark("model {value}"),
    "after": mark("since {value}"),
    "before": mark("before {value}"),
}
