"""One thing is one word: the Chinese of Carrel keeps to the glossary beside it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import language
from app.config.paths import resource
from app.core import counts
from app.core.words import say

# English that a sentence speaks of, and Chinese words that it must not be called then.
FORBIDDEN = (
    (r"\btokens?\b(?<!access token)", ("标记",)),
    (r"\b(chat|conversation)s?\b", ("聊天", "会话")),
    (r"graphics memory|VRAM", ("显卡内存", "图形内存")),
    (r"graphics card", ("图形卡", "显示卡")),
    (r"\bcontext\b", ("语境",)),
    (r"\bpresets?\b", ("模板", "预置")),
    (r"\bfolders?\b", ("目录",)),
    (r"\binstructions\b", ("提示词", "指示")),
    (r"\bdocument sets?\b", ("文件集",)),
    (r"\brecycle bin\b", ("垃圾桶", "废纸篓")),
    (r"\bvault\b", ("保险箱",)),
    (r"\bpassphrase\b", ("密码短语",)),
    (r"\bsettings\b", ("设定",)),
    (r"\bthink(ing)?\b", ("推理",)),
    (r"\banswers?\b", ("答复", "作答")),
)
TOLD_TO_THE_MODEL = {
    "For example: quote every clause you use.",
    "What can you do with a long document that I drop here?",
}
APP = Path(__file__).parents[2] / "app"
CRAMPED = re.compile(r"[一-鿿][A-Za-z0-9]|[A-Za-z0-9][一-鿿]")
PLACE = re.compile(r"\{\w*\}")


@pytest.fixture(scope="module")
def table() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(resource("i18n").glob("*.zh_CN.json")):
        found |= json.loads(file.read_text("utf-8"))
    return found


@pytest.fixture
def speaking() -> Iterator[None]:
    yield
    language.speak("en")


def test_one_thing_is_one_word(table: dict[str, str]) -> None:
    wrong = [
        (text, said, word)
        for text, said in table.items()
        for about, words in FORBIDDEN
        if re.search(about, text, re.IGNORECASE)
        for word in words
        if word in said
    ]
    assert not wrong


def test_the_user_is_addressed_politely(table: dict[str, str]) -> None:
    assert not [said for text, said in table.items() if "你" in said and text not in TOLD_TO_THE_MODEL]


def test_hanzi_and_letters_stand_apart(table: dict[str, str]) -> None:
    assert not [said for said in table.values() if CRAMPED.search(PLACE.sub("", said))]


@pytest.mark.parametrize(
    ("tongue", "one", "many"),
    [
        ("en", ("1 token", "1 page", "1 file", "1 document", "1 pass"), "1,234 pages"),
        ("zh_CN", ("1 个词元", "1 页", "1 个文件", "1 个文档", "1 遍"), "1,234 页"),
    ],
)
def test_what_is_counted_agrees_with_its_number(speaking: None, tongue: str, one: tuple[str, ...], many: str) -> None:
    language.speak(tongue)
    words = (
        counts.tokens_words,
        counts.pages_words,
        counts.files_words,
        counts.documents_words,
        counts.passes_words,
    )
    assert tuple(word(1) for word in words) == one
    assert counts.pages_words(1234) == many
    assert "{" not in say("{count} pages", count=2)


SAYS_ENOUGH = {
    "Stopped.",  # the user stopped it
    "{reason}",  # the planner's own sentence, which names what would run
}


def test_every_error_says_what_to_do_next() -> None:
    bare = []
    for file in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CarrelError" and len(node.args) > 1:
                what, remedy = node.args[1], node.args[2] if len(node.args) > 2 else ast.Constant("")
                enough = isinstance(what, ast.Constant) and what.value in SAYS_ENOUGH
                if not enough and isinstance(remedy, ast.Constant) and not remedy.value:
                    bare.append(f"{file.relative_to(APP)}:{node.lineno}: {ast.unparse(what)}")
    assert not bare
