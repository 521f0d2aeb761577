from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from app.core import words
from app.core.dates import clock_words, date_words, exact_words, moment_words, utc_iso

AT_S = datetime(2026, 11, 3, 9, 5).astimezone().timestamp()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    words.install("en", {})


def test_days_and_moments_are_written_as_people_write_them() -> None:
    words.install("en", {})
    assert (date_words(AT_S), clock_words(AT_S), moment_words(AT_S)) == ("3 Nov 2026", "09:05", "3 Nov 2026, 09:05")
    words.install("zh_CN", {"x": "y"})
    assert date_words(AT_S) == "2026 年 11 月 3 日"
    assert moment_words(AT_S) == "2026 年 11 月 3 日 09:05"
    assert exact_words(AT_S + 7) == f"2026 年 11 月 3 日 09:05:07（{utc_iso(AT_S + 7)}）"
    words.install("en", {})
    assert exact_words(AT_S + 7) == f"3 Nov 2026, 09:05:07 ({utc_iso(AT_S + 7)})"
    assert datetime.fromisoformat(utc_iso(AT_S)).timestamp() == AT_S
