"""A conversation as token ids with the weight of each: the chat template's own frame, loss on what the model says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resources.demo.make.corpus.cases import Case, block, case, different, exchanges
from resources.demo.make.corpus.exchanges import Exchange
from resources.demo.make.corpus.talk import talk
from resources.demo.make.corpus.values import word, word_zh

# The program's own words before every conversation with a document (READING_RULES of the session).
RULES = (
    "The user's messages may contain documents. Each page begins with a marker such as [D1 p.2]. "
    "Answer from the documents when they hold the answer, cite pages by their markers, quote exactly, "
    "and say plainly when something is not in the documents."
)
SILENT, READ, SAID = 0, 1, 2  # the weights' names: nothing, a little (documents), all (answers)

Ids = list[int]
Row = tuple[NDArray[np.uint16], NDArray[np.uint8], NDArray[np.int16]]


class Cutter(Protocol):
    """Cuts text into the model's ids; `special` are those of the chat frame."""

    special: dict[str, int]

    def ids(self, text: str) -> Ids: ...


class Chat:
    """One conversation being written down."""

    def __init__(self, scribe: Cutter) -> None:
        self._scribe = scribe
        self.ids: Ids = []
        self.weights: list[int] = []
        self.turns: list[int] = []
        self._start, self._end = scribe.special["<|im_start|>"], scribe.special["<|im_end|>"]
        self._think = scribe.special["<think>"], scribe.special["</think>"]
        self._break, self._gap = scribe.ids("\n"), scribe.ids("\n\n")

    def put(self, ids: Ids, weight: int = SILENT, turn: int = -1) -> None:
        self.ids += ids
        self.weights += [weight] * len(ids)
        self.turns += [turn] * len(ids)

    def hear(self, role: str, text: str, weight: int = SILENT) -> None:
        """What is given to the model: its rules, the user's message."""
        self.put([self._start, *self._scribe.ids(f"{role}\n")])
        self.put(self._scribe.ids(text), weight)
        self.put([self._end, *self._break])

    def say(self, exchange: Exchange, form: str, turn: int) -> None:
        """An answer: "thinking", "plain" (its thinking switched off) or "past" (as the template shows earlier ones).

        After "past" comes no mark that says whether to think, so its first word is not learned from.
        """
        self.put([self._start, *self._scribe.ids("assistant\n")])
        opened, closed = self._think
        if form == "thinking":
            thought = [opened, *self._scribe.ids(f"\n{exchange.thought}\n"), closed, *self._gap]
            self.put(thought, SAID, turn)
        elif form == "plain":
            self.put([opened, *self._gap, closed, *self._gap])
        first = len(self.ids)
        self.put([*self._scribe.ids(exchange.answer), self._end], SAID, turn)
        if form == "past":
            self.weights[first] = SILENT
        self.put(self._break)

    @property
    def has_answer(self) -> bool:
        return SAID in self.weights

    def cut(self, size: int) -> None:
        del self.ids[size:], self.weights[size:], self.turns[size:]


FORMS = ("plain", "plain", "thinking", "past")


def lesson(r: Random, scribe: Cutter, size: int, *, simple: bool = False) -> Chat:
    """A conversation that fills `size` tokens: documents first, then questions until there is no room."""
    language = r.choice(("en", "zh"))
    if r.random() < 0.04 and size <= 1024:
        return _small_talk(r, scribe, size, language)
    chat = _on_documents(r, scribe, size, language, simple=simple)
    return chat if chat.has_answer else lesson(r, scribe, size, simple=simple)


def _on_documents(r: Random, scribe: Cutter, size: int, language: str, *, simple: bool) -> Chat:
    share = 0.4 if size <= 512 else 0.5 if size <= 1024 else 0.7 if size <= 4096 else 0.85 if size <= 8192 else 0.92
    made = case(r, language, int(size * share * r.uniform(0.45, 1.0)), simple=simple)
    chat = Chat(scribe)
    chat.hear("system", _system(r, language))
    ordered = r.random() < 0.4  # as the template renders: earlier answers bare, the last one marked
    asked = _seldom_twice(r, made)
    documents = "\n\n".join(block(paper, number) for number, paper in enumerate(made.papers, 1))
    pending = documents + "\n\n"
    for turn in range(10_000):
        exchange = next(asked)
        mark = len(chat.ids)
        chat.hear("user", pending + exchange.question, READ if pending else SILENT)
        chat.say(exchange, "past" if ordered and turn else r.choice(FORMS), turn)
        if len(chat.ids) > size:
            chat.cut(mark)
            break
        pending = ""
    if ordered and not pending:
        _mark_last(chat, exchange, size)
    return chat


def _seldom_twice(r: Random, made: Case) -> Iterator[Exchange]:
    """What was answered before could be copied from there: it is asked again only now and then."""
    answered: set[str] = set()
    for exchange in exchanges(r, made):
        if exchange.answer not in answered or r.random() < 0.15:
            answered.add(exchange.answer)
            yield exchange


def _mark_last(chat: Chat, exchange: Exchange, size: int) -> None:
    """The question that had no room for its earlier form: asked last, if it now fits."""
    mark = len(chat.ids)
    chat.hear("user", exchange.question)
    chat.say(exchange, "plain", 9_999)
    if len(chat.ids) > size:
        chat.cut(mark)


def _system(r: Random, language: str) -> str:
    if r.random() < 0.85:
        return RULES
    own = " ".join(word(r) for _ in range(8)) if language == "en" else "".join(word_zh(r) for _ in range(6))
    return f"{own}\n\n{RULES}"


def _small_talk(r: Random, scribe: Cutter, size: int, language: str) -> Chat:
    chat = Chat(scribe)
    for turn in range(60):
        mark = len(chat.ids)
        exchange = talk(r, language)
        chat.hear("user", exchange.question)
        chat.say(exchange, r.choice(FORMS), turn)
        if len(chat.ids) > size:
            chat.cut(mark)
            break
    return chat


def examination(r: Random, scribe: Cutter, made: Case, size: int, questions: int) -> tuple[Chat, list[str]]:
    """A conversation with questions nobody trained on, each answered as "plain"; with their kinds."""
    chat = Chat(scribe)
    chat.hear("system", RULES)
    pending = "\n\n".join(block(paper, number) for number, paper in enumerate(made.papers, 1)) + "\n\n"
    kinds: list[str] = []
    for turn, exchange in enumerate(different(r, made, questions)):
        mark = len(chat.ids)
        chat.hear("user", pending + exchange.question)
        chat.say(exchange, "plain", turn)
        if len(chat.ids) > size:
            chat.cut(mark)
            break
        kinds.append(exchange.kind)
        pending = ""
    return chat, kinds


def batch(size: int, rows: int, make: Callable[[], Chat], pad: int) -> Row:
    """Conversations side by side, each filled up to `size`: ids, weights, and the number of the answer they are in."""
    ids = np.full((rows, size), pad, np.uint16)
    weights, turns = np.zeros((rows, size), np.uint8), np.full((rows, size), -1, np.int16)
    for row in range(rows):
        chat = make()
        length = min(size, len(chat.ids))
        ids[row, :length], weights[row, :length] = chat.ids[:length], chat.weights[:length]
        turns[row, :length] = chat.turns[:length]
    return ids, weights, turns
