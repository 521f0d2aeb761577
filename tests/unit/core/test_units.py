from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import words
from app.core.units import GIB, format_bytes, format_duration, format_gib, format_tokens


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    words.install("en", {})
    yield
    words.install("en", {})


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 KB"),
        (999_400, "999 KB"),
        (999_600, "1 MB"),
        (640_400_000, "640 MB"),
        (999_400_000, "999 MB"),
        (999_600_000, "1.0 GB"),
        (19_762_149_024, "19.8 GB"),
        (1_234_567_000_000, "1,234.6 GB"),
    ],
)
def test_sizes_as_downloads_state_them(size_bytes: int, text: str) -> None:
    assert format_bytes(size_bytes) == text


@given(st.integers(0, 10**14))
def test_no_size_reads_as_a_thousand_of_its_unit(size_bytes: int) -> None:
    number, unit = format_bytes(size_bytes).split()
    assert unit == "GB" or float(number.replace(",", "")) < 1000


def test_memory_as_cards_are_sold() -> None:
    assert format_gib(24 * GIB) == "24.0 GB"
    assert format_gib(25_757_220_864) == "24.0 GB"


@pytest.mark.parametrize(
    ("tokens", "text"), [(0, "0"), (9999, "9,999"), (10240, "10K"), (35840, "35K"), (131072, "128K")]
)
def test_context_sizes(tokens: int, text: str) -> None:
    assert format_tokens(tokens) == text


@pytest.mark.parametrize(
    ("seconds", "english_text", "chinese_text"),
    [
        (0.04, "0.0 s", "0.0 秒"),
        (9.94, "9.9 s", "9.9 秒"),
        (9.96, "10 s", "10 秒"),
        (59.6, "1 min", "1 分"),
        (130, "2 min 10 s", "2 分 10 秒"),
        (3599.7, "1 h 0 min", "1 小时 0 分"),
        (7380, "2 h 3 min", "2 小时 3 分"),
    ],
)
def test_durations(seconds: float, english_text: str, chinese_text: str) -> None:
    assert format_duration(seconds) == english_text
    words.install("zh_CN", {})
    assert format_duration(seconds) == chinese_text
