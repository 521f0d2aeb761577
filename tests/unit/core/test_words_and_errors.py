from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core import words
from app.core.errors import Cancelled, CarrelError
from app.core.words import mark, say


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    words.install("en", {})
    yield
    words.install("en", {})


def test_a_sentence_without_a_translation_is_said_in_english() -> None:
    words.install("zh_CN", {"Stop": "停止"})
    assert say("Stop") == "停止"
    assert say("Copy {name}", name="a") == "Copy a"
    assert words.language() == "zh_CN"


def test_places_are_filled_in_the_words_of_the_language() -> None:
    words.install("zh_CN", {"{done} of {total}": "共 {total} 个，已完成 {done} 个"})
    assert say("{done} of {total}", done=2, total=7) == "共 7 个，已完成 2 个"


def test_braces_in_values_and_in_plain_sentences_are_left_alone() -> None:
    assert say("{cause}!", cause="{not a place}") == "{not a place}!"
    assert say("100 % {literally}") == "100 % {literally}"
    assert mark("{later}") == "{later}"


def test_an_error_is_said_when_it_is_shown_not_when_it_was_raised() -> None:
    error = CarrelError("no_space", "{size} are missing.", "Free {size} first.", size="3 GB")
    assert str(error) == "3 GB are missing. Free 3 GB first."
    words.install("zh_CN", {"{size} are missing.": "还差 {size}。", "Free {size} first.": "请先腾出 {size}。"})
    assert str(error) == "还差 3 GB。请先腾出 3 GB。"
    assert error.args == ("no_space",)


def test_an_error_without_a_remedy_ends_with_its_sentence() -> None:
    assert str(CarrelError("gone", "It is gone.")) == "It is gone."


def test_a_parameter_may_be_called_template() -> None:
    assert say("{template}", template="x") == "x"


def test_cancelled_is_an_error_with_a_code() -> None:
    with pytest.raises(CarrelError) as caught:
        raise Cancelled
    assert caught.value.code == "cancelled"
