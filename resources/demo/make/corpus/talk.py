"""Small talk and what Carrel is, in `texts/talk.*.txt`: questions of one meaning a line, their answer below."""

from __future__ import annotations

from functools import cache
from random import Random

from resources.demo.make.corpus.exchanges import Exchange
from resources.demo.make.corpus.facts import wordings
from resources.demo.make.corpus.values import form_text

THOUGHTS = {"en": "This is about Carrel and me.", "zh": "这是关于 Carrel 和我的问题。"}


@cache
def talks(language: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Every set of questions with its answer."""
    lines = [line for line in form_text(f"talk.{language}.txt").splitlines() if line]
    return tuple((tuple(q.strip() for q in lines[i].split(" ; ")), lines[i + 1]) for i in range(0, len(lines), 2))


def talk(r: Random, language: str, *, reserved: bool = False) -> Exchange:
    """One exchange that needs no document."""
    asks, answer = r.choice(talks(language))
    question = r.choice(wordings(asks, reserved=reserved))
    if r.random() < 0.3:
        question = question.lower().rstrip("?.!？。！")
    return Exchange("talk", question, THOUGHTS[language], answer)
