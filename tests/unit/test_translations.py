"""Every sentence a person can meet exists in Chinese, with the same places to fill."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config.paths import resource

APP = Path(__file__).parents[2] / "app"
PLACES = re.compile(r"\{(\w*)\}")
HALF_WIDTH_END = re.compile(r"[一-鿿][,.!?;:](\s|$)")


def sentences() -> dict[str, str]:
    """Every literal said, marked or raised, with the place it stands."""
    found = {}
    for file in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for literal in said_in(node):
                    found[literal] = f"{file.relative_to(APP.parent)}:{node.lineno}"
    return found


def said_in(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    spoken = {"say": call.args[:1], "mark": call.args[:1], "CarrelError": call.args[1:3]}.get(name, [])
    for argument in spoken:
        for leaf in leaves(argument):
            if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and leaf.value:
                yield leaf.value


def leaves(node: ast.expr) -> list[ast.expr]:
    """Both sides of a choice between two literals."""
    return [*leaves(node.body), *leaves(node.orelse)] if isinstance(node, ast.IfExp) else [node]


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    table: dict[str, str] = {}
    for file in sorted(resource("i18n").glob("*.zh_CN.json")):
        table |= json.loads(file.read_text("utf-8"))
    return table


def test_every_sentence_has_its_chinese(chinese: dict[str, str]) -> None:
    said = {text: place for text, place in sentences().items() if re.search("[A-Za-z]{2}", PLACES.sub("", text))}
    missing = {text: place for text, place in said.items() if text not in chinese}
    assert not missing, "\n".join(f"{place}: {text!r}" for text, place in missing.items())


def test_the_places_to_fill_are_the_same(chinese: dict[str, str]) -> None:
    wrong = [text for text, said in chinese.items() if sorted(PLACES.findall(text)) != sorted(PLACES.findall(said))]
    assert not wrong


def test_nothing_is_translated_that_is_no_longer_said(chinese: dict[str, str]) -> None:
    source = "\n".join(file.read_text("utf-8") for file in APP.rglob("*.py"))
    known = set(sentences())
    stale = [text for text in chinese if text not in known and json.dumps(text, ensure_ascii=False)[1:-1] not in source]
    assert not stale


def test_chinese_sentences_end_in_full_width_marks(chinese: dict[str, str]) -> None:
    wrong = [said for said in chinese.values() if HALF_WIDTH_END.search(said)]
    assert not wrong


def test_one_sentence_has_one_translation() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for file in sorted(resource("i18n").glob("*.zh_CN.json")):
        for text, said in json.loads(file.read_text("utf-8")).items():
            assert seen.get(text, (said, ""))[0] == said, f"{text!r} differs in {seen[text][1]} and {file.name}"
            seen[text] = (said, file.name)
