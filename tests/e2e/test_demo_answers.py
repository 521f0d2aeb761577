"""The demo model really answers: what is asserted here is meaning, through the real program and the real child."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.core.chat import Document, Page
from app.core.child import APP_FOLDER
from app.core.citation import Citation
from app.core.loop import Loop
from app.core.params import Sampling
from app.session import readings
from app.session.checking import citations_of
from app.session.demo import demo_question, sampling_of
from app.session.desk import Desk
from app.session.prompt import Said
from app.session.turn import Outcome, Turn, Wish
from tests.helpers.demo import CASES, ENGLISH, MODEL, DemoCase, Known
from tests.helpers.desk import ask, desk_in, fill_pool, load

LOCALES = {"en": "en_US.UTF-8", "zh_CN": "zh_CN.UTF-8"}
GREEDY = Sampling(temperature=0, max_tokens=200)
PLANTED = {"en": ("15 kilograms", "51 kilograms"), "zh_CN": ("书面同意", "口头同意")}
INVENTED = {
    "en": "The landlord may enter the apartment at any hour without notice.",
    "zh_CN": "出租人可以随时进入房屋而无须事先通知承租人。",
}


def carrel(home: Path, *arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(APP_FOLDER / "app" / "__main__.py"), "--home", str(home), *map(str, arguments)]
    environment = os.environ | {"PYTHONUTF8": "1"} | env
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=110, check=False)


def last_line(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Loop]]:
    """One desk with the demo in its engine: each question here is a chat of its own, or goes on in one."""
    with desk_in(tmp_path_factory.mktemp("home")) as (desk, loop):
        fill_pool(desk)
        load(desk, loop, MODEL, 4096)
        yield desk, loop


@cache
def document_of(path: Path) -> Document:
    """The demo's document as `carrel read` gives it."""
    done = subprocess.run(
        [sys.executable, str(APP_FOLDER / "app" / "__main__.py"), "read", str(path), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    [file] = json.loads(done.stdout)["files"]
    pages = tuple(Page(page["number"], page["text"]) for page in file["pages"])
    return Document(str(path), path.name, file["kind"], "0" * 64, pages)


def wish_of(known: Known, document: Document, *, thinking: bool = False) -> Wish:
    return Wish(known.question, (document,), thinking=thinking, sampling=GREEDY)


@pytest.mark.parametrize("language", CASES)
def test_the_demo_command_names_the_rent_and_its_page(tmp_path: Path, language: str) -> None:
    done = last_line(carrel(tmp_path, "demo", "--json", LC_ALL=LOCALES[language]))
    assert done["text"].strip() == CASES[language].facts[1].answer


@pytest.mark.parametrize("language", CASES)
def test_facts_of_a_dropped_document_come_back_with_their_page(running: tuple[Desk, Loop], language: str) -> None:
    case = CASES[language]
    document = document_of(case.document)
    desk, loop = running
    for known in (*case.facts, case.quote, case.missing):
        _, outcome = ask(desk, loop, wish_of(known, document))
        assert outcome.state == "complete"
        assert outcome.text.strip() == known.answer


def test_a_quotation_stands_on_its_page_letter_for_letter() -> None:
    for case in CASES.values():
        document = document_of(case.document)
        quoted = max(case.quote.answer.replace("“", '"').replace("”", '"').split('"'), key=len)
        assert len(quoted) > 15
        assert quoted in document.pages[case.quote.page - 1].text


@pytest.mark.parametrize("language", CASES)
def test_a_true_quotation_passes_the_check_and_a_planted_false_one_does_not(
    running: tuple[Desk, Loop], language: str
) -> None:
    case = CASES[language]
    document, (desk, loop) = document_of(case.document), running
    turn = Turn(desk, wish_of(case.quote, document))
    checked: list[tuple[Citation, ...]] = []
    ended: list[Outcome] = []
    turn.checked.connect(checked.append)
    turn.ended.connect(ended.append)
    turn.start()
    assert loop.run_until(lambda: bool(checked) and bool(ended), 60)
    true = [citation for citation in checked[0] if citation.kind == "quote"]
    assert [(one.verdict, one.places[0].page) for one in true] == [("exact", case.quote.page)]
    planted = ended[0].text.replace(PLANTED[language][0], PLANTED[language][1])
    assert planted != ended[0].text
    [false] = [one for one in citations_of(planted, [Said("user", "", (document,))]) if one.kind == "quote"]
    assert false.verdict in ("fuzzy", "missing")
    invented = ended[0].text.replace(true[0].text[1:-1], INVENTED[language])
    [false] = [one for one in citations_of(invented, [Said("user", "", (document,))]) if one.kind == "quote"]
    assert false.verdict == "missing"


@pytest.mark.parametrize("language", CASES)
def test_what_comes_back_from_disk_answers_as_what_was_read(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "FEWEST_TOKENS", 500)  # the lease is shorter than what is worth a file
    case = CASES[language]
    known = case.facts[0]
    lease = document_of(case.document)
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, MODEL, 8192)
        _, fresh = ask(desk, loop, wish_of(known, lease))
        desk.resume.go_on()
        assert loop.run_until(lambda: desk.resume.is_settled, 30)
        [session] = desk.resume.shelf.sessions()
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, MODEL, 8192)
        _, restored = ask(desk, loop, wish_of(known, lease))
    assert restored.receipt.restored_tokens >= session.sidecar.tokens - 1
    assert fresh.text == restored.text == known.answer


@pytest.mark.parametrize("language", CASES)
def test_thinking_says_where_it_looked_and_the_answer_is_the_same(running: tuple[Desk, Loop], language: str) -> None:
    case = CASES[language]
    known = case.facts[0]
    desk, loop = running
    _, outcome = ask(desk, loop, wish_of(known, document_of(case.document), thinking=True))
    assert outcome.text.strip() == known.answer
    assert "[D1 p.1]" in outcome.thinking


def test_a_conversation_goes_on_about_the_same_document(running: tuple[Desk, Loop]) -> None:
    document = document_of(ENGLISH.document)
    desk, loop = running
    first, outcome = ask(desk, loop, wish_of(ENGLISH.facts[0], document))
    for known in ENGLISH.facts[1:]:
        wish = Wish(known.question, chat_id=first.chat_id, thinking=False, sampling=GREEDY)
        _, outcome = ask(desk, loop, wish)
        assert outcome.text.strip() == known.answer


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_after_kill_minus_nine_and_one_load_the_answer_is_the_same(tmp_path: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, MODEL, 4096)
        for case in CASES.values():
            document = document_of(case.document)
            _, before = ask(desk, loop, wish_of(case.quote, document))
            broken = _killed_in_the_answer(desk, loop, case, document)
            assert broken.state == "failed"
            assert before.text.startswith(broken.text)
            load(desk, loop, MODEL, 4096)
            _, after = ask(desk, loop, wish_of(case.quote, document))
            assert after.text == before.text
            assert after.text.strip() == case.quote.answer


def _killed_in_the_answer(desk: Desk, loop: Loop, case: DemoCase, document: Document) -> Outcome:
    """The same question, and the engine killed after its first words."""
    turn = Turn(desk, wish_of(case.quote, document))
    ended: list[Outcome] = []
    turn.ended.connect(ended.append)

    def kill(*_: object) -> None:
        if not ended and desk.engine.pid is not None:
            os.kill(desk.engine.pid, signal.SIGKILL)

    turn.spoke.connect(kill)
    turn.start()
    assert loop.run_until(lambda: bool(ended), 60)
    return ended[0]


def test_small_talk_is_answered_as_a_toy_should(running: tuple[Desk, Loop]) -> None:
    desk, loop = running
    for question, words in (("Who are you?", "toy"), ("你是谁？", "玩具"), ("What is Carrel?", "offline")):
        _, outcome = ask(desk, loop, Wish(question, thinking=False, sampling=GREEDY))
        assert words in outcome.text


def test_the_toy_is_asked_without_chance() -> None:
    assert sampling_of(str(MODEL), thinking=True).temperature == 0
    assert sampling_of("/models/Qwen3-32B-Q4_K_M.gguf", thinking=True).temperature > 0
    assert demo_question() == ENGLISH.facts[1].question
