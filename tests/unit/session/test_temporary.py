"""A temporary chat is answered like any other and leaves nothing on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.params import Choices
from app.engine import messages as m
from app.session.temporary import TemporaryDesk, is_temporary, keep_chat
from app.session.turn import Turn, Wish
from tests.unit.session.test_turn import Bench

SECRET = "Zürich-4711-unheard"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


def test_nothing_of_it_is_on_the_disk(bench: Bench, tmp_path: Path) -> None:
    desk = TemporaryDesk(bench.desk)
    turn = Turn(desk, Wish(f"Remember {SECRET}", choices=Choices(instructions=SECRET)))
    turn.ended.connect(bench.ended.append)
    turn.start()
    bench.until(lambda: isinstance(bench.script.heard[-1], m.Generate))
    bench.answer(f"It is {SECRET}.")
    kept = desk.store.call(lambda store: store.thread(turn.chat_id or 0))
    assert [message.text for message in kept] == [f"Remember {SECRET}", f"It is {SECRET}."]
    assert is_temporary(turn.chat_id)
    assert bench.desk.store.call(lambda store: store.list_chats()) == []
    desk.close()
    bench.desk.store.close()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert SECRET.encode() not in file.read_bytes(), file


def test_settings_and_plan_are_those_of_the_desk_on_both_sides(bench: Bench) -> None:
    desk = TemporaryDesk(bench.desk)
    desk.change_settings(thinking=False)
    assert not bench.desk.settings.thinking
    bench.desk.settings = msgspec.structs.replace(bench.desk.settings, system_prompt="Be brief.")
    assert desk.settings.system_prompt == "Be brief."
    desk.plan = None
    assert desk.engine is bench.desk.engine
    assert desk.store is not bench.desk.store


def test_kept_it_is_called_after_its_first_question(bench: Bench) -> None:
    desk, kept = TemporaryDesk(bench.desk), list[int]()
    chat = desk.store.call(lambda store: store.create_chat())
    turn = Turn(desk, Wish("May I keep a dog?\nThe lease is attached.", chat_id=chat.id))
    turn.ended.connect(bench.ended.append)
    turn.start()
    bench.until(lambda: isinstance(bench.script.heard[-1], m.Generate))
    bench.answer("A small one.")
    keep_chat(desk, bench.desk, chat.id, kept.append)
    bench.until(lambda: bool(kept))
    assert bench.desk.store.call(lambda store: store.chat(kept[0])).title == "May I keep a dog?"
