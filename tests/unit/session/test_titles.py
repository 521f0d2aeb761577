"""A chat is named after what was said, once, beside whatever else the engine does."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine import messages as m
from app.session.titles import clean_title, suggest_title
from app.session.turn import Wish
from tests.helpers.desk import ask, desk_in, load
from tests.helpers.models import script_model

ANSWER = "Deposit of two months"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return script_model(tmp_path_factory.mktemp("models") / "script.gguf", ANSWER)


def test_the_chat_bears_what_the_model_says(tmp_path: Path, model: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        turn, outcome = ask(desk, loop, Wish("How high is the deposit?", thinking=False))
        assert turn.chat_id is not None
        named: list[str] = []
        turns = (m.Turn("user", "How high is the deposit?"),)
        suggest_title(desk, turn.chat_id, turns, outcome.text, named.append)
        assert loop.run_until(lambda: bool(named), 30)
        assert named == [ANSWER]
        assert desk.store.call(lambda store: store.chat(turn.chat_id).title) == ANSWER  # type: ignore[arg-type]


def test_a_name_given_by_hand_stays(tmp_path: Path, model: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        turn, outcome = ask(desk, loop, Wish("How high is the deposit?", thinking=False))
        assert turn.chat_id is not None
        desk.store.call(lambda store: store.rename_chat(turn.chat_id, "Mine"))  # type: ignore[arg-type]
        named: list[str] = []
        suggest_title(desk, turn.chat_id, (m.Turn("user", "How high is the deposit?"),), outcome.text, named.append)
        assert loop.run_until(lambda: not desk.engine.is_busy, 30)
        assert desk.store.call(lambda store: store.chat(turn.chat_id).title) == "Mine"  # type: ignore[arg-type]
        assert named == []


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ('"The rent of the flat."\n', "The rent of the flat"),
        ("\n\n**租约中的押金**", "租约中的押金"),
        ("《两份合同的比较》。", "两份合同的比较"),
        ("   \n  ", ""),
        ("word " * 40, ("word " * 40)[:59].rstrip() + "…"),
    ],
)
def test_only_the_title_is_kept(said: str, title: str) -> None:
    assert clean_title(said) == title
