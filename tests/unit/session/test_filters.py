"""What narrows a search is read out of what is typed, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import language
from app.core.chat import Document, Page, Receipt, Timing, Usage
from app.session.filters import KINDS, Filter, Wish, begun_filter, read_wish, with_filters
from app.store.narrowing import Narrow
from app.store.store import Store

TODAY = date(2026, 11, 22)
NAMES = st.text("ab 合同é.-", min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
DAYS = st.dates().map(date.isoformat)
FILTERS = st.one_of(
    st.builds(Filter, st.sampled_from(("folder", "model")), NAMES),
    st.builds(Filter, st.sampled_from(("after", "before")), DAYS),
    st.sampled_from((Filter("file"), Filter("pinned"))),
)
WORDS = st.text('ab 合同"“”-', max_size=12)
LINES = st.text('in:has是：置顶文件 after2026-11"“”d', max_size=24)


@pytest.fixture(params=["en", "zh_CN"])
def tongue(request: pytest.FixtureRequest) -> Iterator[str]:
    language.speak(request.param)
    yield request.param
    language.speak("en")


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
@given(st.lists(FILTERS, max_size=4, unique=True), NAMES)
def test_what_is_typed_for_conditions_is_read_as_them(spoken: str, filters: list[Filter], words: str) -> None:
    language.speak(spoken)
    try:
        wish = Wish(words, tuple(filters))
        assert read_wish(wish.typed) == wish
        assert read_wish(f"{words} " + " ".join(one.typed for one in filters)) == wish
    finally:
        language.speak("en")


@given(LINES)
def test_nothing_typed_is_lost_and_twice_is_once(line: str) -> None:
    wish = read_wish(line, today=TODAY)
    left = "".join(wish.words.split())
    typed = "".join(line.split())
    if not wish.filters:
        assert left == typed
    assert len(left) <= len(typed)
    assert read_wish(wish.words).words.split() == wish.words.split() or not wish.filters
    assert all(one.kind in KINDS and one.words for one in wish.filters)
    assert isinstance(wish.narrow, Narrow)
    begun_filter(line)


@given(WORDS)
def test_words_without_a_colon_stay_as_they_are(words: str) -> None:
    assert read_wish(words) == Wish(words.strip())


@pytest.mark.parametrize(
    ("line", "words", "filters"),
    [
        ("in:Work deposit", "deposit", [Filter("folder", "Work")]),
        ('IN:"Two words"  rent', "rent", [Filter("folder", "Two words")]),
        ("押金 在：合同 有：附件 是：置顶", "押金", [Filter("folder", "合同"), Filter("file"), Filter("pinned")]),
        ("after:2026-11 before:2026.11.05", "", [Filter("after", "2026-11-01"), Filter("before", "2026-11-05")]),
        ("自:2026年3月 早于：昨天", "", [Filter("after", "2026-03-01"), Filter("before", "2026-11-21")]),
        (
            "after:7d after:2025 after:today",
            "",
            [Filter("after", f) for f in ("2026-11-15", "2025-01-01", "2026-11-22")],
        ),
        ("model:qwen3 is:pinned has:files", "", [Filter("model", "qwen3"), Filter("pinned"), Filter("file")]),
        ("has:file has:file", "", [Filter("file")]),
        (
            "http://x.org at 10:30 has:teeth before:noon is:it a:",
            "http://x.org at 10:30 has:teeth before:noon is:it a:",
            [],
        ),
        ("before:2026-13 after:2026-02-30 after:99999d", "before:2026-13 after:2026-02-30 after:99999d", []),
        ('"the in:Work phrase" -in:Work', '"the in:Work phrase" -in:Work', []),
    ],
)
def test_lines(line: str, words: str, filters: list[Filter]) -> None:
    assert read_wish(line, today=TODAY) == Wish(words, tuple(filters))


def test_what_is_being_typed_is_known() -> None:
    begun = begun_filter('rent in:"Two w')
    assert begun is not None
    assert (begun.kind, begun.value, begun.before) == ("folder", "Two w", "rent")
    assert begun_filter("在：") is not None
    assert begun_filter("in:Work rent") is None
    assert begun_filter("rent") is None
    assert begun_filter("http:x") is None


def test_conditions_are_said_in_the_language_spoken(tongue: str) -> None:
    words = [Filter("after", "2026-11-05").words, Filter("folder", "Work").words, Filter("file").words]
    english = ["since 5 Nov 2026", "in Work", "with files"]
    assert words == (english if tongue == "en" else ["2026 年 11 月 5 日起", "在“Work”中", "有文件"])


def test_the_store_finds_only_what_fits(tmp_path: Path) -> None:
    now = [datetime(2026, 3, 10).astimezone().timestamp()]
    store = Store(tmp_path / "s.db", now=lambda: now[0])
    lease = Document("/lease.pdf", "lease.pdf", "pdf", "ab", (Page(1, "the rent of the page"),), tokenizer="t")
    old = store.create_chat("old rent")
    question = store.add_message(old.id, None, "user", "rent with a file", [store.save_document(lease)])
    answer = store.begin_answer(old.id, question.id, "Qwen3-8B-Q4.gguf")
    store.append_answer(answer.id, [("answer", "rent said by a model")])
    store.finish_answer(answer.id, "complete", Usage(), Timing(), Receipt())
    now[0] = datetime(2026, 11, 20).astimezone().timestamp()
    new = store.create_chat("new rent")
    store.add_message(new.id, None, "user", "rent of today")
    store.pin_chats([new.id], pinned=True)
    folder = store.create_folder("Moving House")
    store.move_chats([(new.id, folder.id)])

    def found(line: str) -> list[tuple[str, int | None]]:
        wish = with_filters((), line)
        return [(hit.kind, hit.chat_id) for hit in store.search(wish.words, narrow=wish.narrow).hits]

    everything = {("chat", 1), ("chat", 2), ("message", 1), ("message", 2), ("page", 1)}
    assert set(found("rent")) == everything
    of_new = {("chat", 2), ("message", 2)}
    for line in ("in:house", "is:pinned", "after:2026-11", 'in:"moving house" after:2026-11-20'):
        assert set(found(f"rent {line}")) == of_new, line
        assert found(line) == [("chat", 2)], "without words: the chats that fit"
    for line in ("has:file", "before:2026-11", "model:QWEN3"):
        assert set(found(f"rent {line}")) == everything - of_new, line
    assert found("rent in:Nowhere") == found("in:Nowhere") == found("rent model:llama") == []
    assert found("said model:qwen3-8b") == [("message", 1)]
    assert found("rent has:file is:pinned") == []
    store.close()
