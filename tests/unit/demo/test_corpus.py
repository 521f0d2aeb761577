"""The texts the demo model learns from: each answer is in the document where it says, in Carrel's own prompt format."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from llama_cpp import llama_cpp as C

from app.core.chat import Document, Page
from app.engine.worker.template import ChatTemplate
from app.engine.worker.vocab import Vocab
from app.session.prompt import READING_RULES, compose_turns, document_block
from app.session.prompt import Said as Spoken
from resources.demo.make.corpus.cases import Case, block, case, exchanges
from resources.demo.make.corpus.exchanges import Exchange
from resources.demo.make.corpus.facts import CLAUSE, PAGE, QUOTE, is_reserved, wordings
from resources.demo.make.corpus.papers import Paper
from resources.demo.make.corpus.talk import talks
from resources.demo.make.corpus.values import Words
from resources.demo.make.export import OUT
from resources.demo.make.lesson import RULES, SAID, SILENT, Chat, lesson
from resources.demo.make.vocab import SPECIAL
from resources.demo.make.write import TEMPLATE_FILE
from tests.helpers.models import demo_vocabulary

LANGUAGES = ("en", "zh")


class LlamaCutter:
    """llama.cpp's own tokenizer as the one that lessons are cut with."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self.special = {name: vocab.special_ids[name] for name in SPECIAL}

    def ids(self, text: str) -> list[int]:
        return [int(token) for token in self.vocab.encode(text)]


@pytest.fixture(scope="module")
def cutter() -> Iterator[LlamaCutter]:
    params = C.llama_model_default_params()
    params.vocab_only = True
    model = C.llama_model_load_from_file(str(OUT).encode(), params)
    yield LlamaCutter(Vocab(model))
    C.llama_model_free(model)


def some_cases(count: int = 30, tokens: int = 1500) -> Iterator[tuple[Random, Case]]:
    Words.learn(demo_vocabulary())
    for seed in range(count):
        r = Random(seed)
        yield r, case(r, LANGUAGES[seed % 2], tokens)


def as_document(paper: Paper) -> Document:
    pages = tuple(Page(number, text) for number, text in enumerate(paper.pages, 1))
    return Document(f"/{paper.name}", paper.name, "text", "0" * 64, pages)


def test_rules_and_documents_are_written_as_the_program_writes_them() -> None:
    assert RULES == READING_RULES
    for _, made in some_cases(6):
        for number, paper in enumerate(made.papers, 1):
            assert block(paper, number) == document_block(as_document(paper), number)


def test_every_quote_stands_on_its_page() -> None:
    quotes = 0
    for _, made in some_cases():
        for paper in made.papers:
            for place in paper.places:
                assert place.quote in paper.pages[place.page - 1]
                quotes += bool(place.quote)
    assert quotes > 300


def test_every_value_asked_for_is_printed_once_under_its_name() -> None:
    """A topic stands for one fact of its document, and what is said to be missing is not stated in it."""
    for _, made in some_cases():
        for paper in made.papers:
            topics = [place.fact.topic for place in paper.places]
            assert len(topics) == len(set(topics))
            assert not set(topics) & {fact.topic for fact in paper.missing}


def test_answers_cite_the_page_of_what_they_say() -> None:
    kinds: set[str] = set()
    for r, made in some_cases():
        for exchange in islice(exchanges(r, made), 20):
            kinds.add(exchange.kind)
            assert ("[D" in exchange.answer) == (exchange.kind not in ("missing", "talk")) or exchange.kind == "whole"
    assert kinds == {"value", "two", "quote", "clause", "page", "missing", "whole", "talk"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_examination_asks_in_words_that_no_lesson_uses(language: str) -> None:
    for pools in (QUOTE, PAGE, CLAUSE):
        pool = pools[language]
        trained, kept = wordings(pool, reserved=False), wordings(pool, reserved=True)
        assert set(trained) | set(kept) == set(pool)
        assert set(trained).isdisjoint(kept) or not any(map(is_reserved, pool))


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_talk_is_known_in_both_languages(language: str) -> None:
    sets = talks(language)
    assert len(sets) == len(talks("en"))
    assert all(len(asks) >= 4 and answer.endswith((".", "。", "!", "！")) for asks, answer in sets)


def test_a_lesson_is_the_conversation_as_the_template_renders_it(cutter: LlamaCutter) -> None:
    """The same ids as the engine would read, up to where the last answer begins; both ways of thinking."""
    template = ChatTemplate(TEMPLATE_FILE.read_text(encoding="utf-8"), cutter.vocab)
    for form, thinking in (("plain", False), ("thinking", True)):
        for r, made in some_cases(4, tokens=600):
            asked = list(islice(exchanges(r, made), 3))
            chat = _written(cutter, made, asked, form)
            documents = tuple(as_document(paper) for paper in made.papers)
            thread = [Spoken("user", asked[0].question, documents)]
            for before, after in pairwise(asked):
                thread += [Spoken("assistant", before.answer), Spoken("user", after.question)]
            prompt = [int(token) for token in template.encode(compose_turns(thread, ""), thinking)]
            assert chat.ids[: len(prompt)] == prompt
            assert set(chat.weights[len(prompt) : -1]) == {SAID}
            assert chat.weights[len(prompt) - 1] == SILENT


def _written(cutter: LlamaCutter, made: Case, asked: list[Exchange], form: str) -> Chat:
    chat = Chat(cutter)
    chat.hear("system", RULES)
    pending = "".join(block(paper, number) + "\n\n" for number, paper in enumerate(made.papers, 1))
    for turn, exchange in enumerate(asked):
        chat.hear("user", pending + exchange.question)
        chat.say(exchange, form if turn == len(asked) - 1 else "past", turn)
        pending = ""
    return chat


def test_lessons_are_the_same_for_the_same_seed_and_fit(cutter: LlamaCutter) -> None:
    Words.learn(demo_vocabulary())
    for size in (512, 1024):
        one, two = (lesson(Random(size), cutter, size) for _ in range(2))
        assert one.ids == two.ids
        assert len(one.ids) <= size
        assert SAID in one.weights


def test_the_fast_tokenizer_cuts_as_llama_does(cutter: LlamaCutter) -> None:
    pytest.importorskip("tokenizers")
    scribe: Any = pytest.importorskip("resources.demo.make.scribe").Scribe(demo_vocabulary())
    for r, made in some_cases(4):
        text = "\n\n".join(block(paper, 1) for paper in made.papers) + next(exchanges(r, made)).question
        assert np.array_equal(scribe.ids(text), cutter.ids(text))
