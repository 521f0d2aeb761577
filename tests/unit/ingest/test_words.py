from __future__ import annotations

import ast
import json
import string

import pytest

from tests.unit.ingest.making import ROOT

CHINESE: dict[str, str] = {
    english: chinese
    for path in sorted((ROOT / "resources/i18n").glob("ingest*.zh_CN.json"))
    for english, chinese in json.loads(path.read_text(encoding="utf-8")).items()
}


def sentences() -> set[str]:
    """The literals given to `mark`, `say` and `CarrelError` in the room."""
    found: set[str] = set()
    for path in (ROOT / "app/ingest").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                places = {"mark": slice(0, 1), "say": slice(0, 1), "CarrelError": slice(1, 3)}.get(node.func.id)
                literals = [arg.value for arg in node.args[places] if isinstance(arg, ast.Constant)] if places else []
                found.update(text for text in literals if isinstance(text, str) and text)
    return found


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_has_its_chinese_and_no_chinese_is_left_over() -> None:
    assert sentences() == set(CHINESE)


@pytest.mark.parametrize("english", sorted(CHINESE))
def test_the_chinese_has_the_same_places_and_its_own_punctuation(english: str) -> None:
    chinese = CHINESE[english]
    assert places(chinese) == places(english)
    assert chinese.endswith("。")
    assert not set(",;:!?") & set(chinese)
