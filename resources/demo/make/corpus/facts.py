"""What a document states and how it can be asked for; which wordings are kept for the examination."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from random import Random

ALWAYS = {
    "en": (
        "What is {t}?",
        "What's {t}?",
        "what is {t}",
        "Tell me {t}.",
        "{T}?",
        "Can you tell me {t}?",
        "What does the document say about {t}?",
        "Find {t}.",
        "Look up {t}.",
        "I need {t}.",
        "Please give me {t}.",
        "What is {t} according to the document?",
        "Could you find {t} for me?",
        "Please look up {t}",
        "do you know {t}?",
        "I would like to know {t}.",
        "Please tell me what {t} is.",
        "Which is {t}?",
        "{t}",
        "Give me {t} please",
        "And {t}?",
        "what about {t}?",
    ),
    "zh": (
        "{t}是什么？",
        "{t}？",
        "请告诉我{t}。",
        "{t}是多少？",
        "文件里的{t}是什么？",
        "查一下{t}。",
        "我想知道{t}。",
        "请问{t}是什么？",
        "{t}呢？",
        "找出{t}。",
        "关于{t}，文件怎么说？",
        "{t}",
        "帮我找{t}",
        "能告诉我{t}吗？",
        "文件中{t}是什么",
        "根据文件，{t}是什么？",
    ),
}
QUOTE = {
    "en": (
        "Quote the sentence about {t}.",
        "Quote {t}.",
        "What exactly does the document say about {t}? Quote it.",
        "Give me the exact words about {t}.",
        "Please quote the passage on {t}.",
        "Copy the sentence with {t}.",
        "Which sentence names {t}?",
        "Show me the exact sentence about {t}.",
        "quote what it says about {t}",
    ),
    "zh": (
        "请引用关于{t}的原文。",
        "引用{t}的原句。",
        "关于{t}的原文是什么？",
        "请逐字引用{t}的那句话。",
        "文件里关于{t}的原话是什么？",
        "哪一句写了{t}？",
        "把关于{t}的句子抄下来。",
    ),
}
PAGE = {
    "en": (
        "On which page is {t}?",
        "Which page names {t}?",
        "Where in the document is {t}?",
        "On what page do I find {t}?",
        "what page is {t} on",
    ),
    "zh": ("{t}在第几页？", "{t}写在哪一页？", "哪一页写了{t}？", "在第几页可以找到{t}？"),
}
CLAUSE = {
    "en": (
        "What does clause {c} say?",
        "Quote clause {c}.",
        "What is in clause {c}?",
        "Clause {c}?",
        "Read me clause {c}.",
        "What does {c} say?",
        "Please copy clause {c}.",
        "Show clause {c}.",
        "What is written in {c}?",
        "what says clause {c}",
    ),
    "zh": (
        "第 {c} 条是什么？",
        "第 {c} 条怎么说？",
        "请引用第 {c} 条。",
        "{c} 条写了什么？",
        "第 {c} 条的内容是什么？",
        "请读一下第 {c} 条。",
        "{c}写的是什么？",
        "第{c}条？",
    ),
}

POLITE = {
    "en": (
        "Please: {q}",
        "{q} Please answer briefly.",
        "Hi. {q}",
        "Question: {q}",
        "{q} Thanks.",
        "Quick question: {q}",
        "{q} Where does it say so?",
    ),
    "zh": ("请问，{q}", "{q}请简短回答。", "你好，{q}", "问题：{q}", "{q}谢谢。", "请回答：{q}", "麻烦问一下，{q}"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be asked for: its name, the answer without its mark, questions that mean it."""

    topic: str
    answer: str = ""
    asks: tuple[str, ...] = ()
    sentence: str = ""
    clause: str = ""


@dataclass(slots=True)
class Block:
    """A paragraph or a row of a document, and the facts it states."""

    text: str
    facts: list[Fact] = field(default_factory=list)
    glue: str = "\n\n"


def is_reserved(wording: str) -> bool:
    """One wording in eight is never trained on: the examination asks with it."""
    return zlib.crc32(wording.encode()) % 8 == 0


def wordings(pool: tuple[str, ...], *, reserved: bool) -> tuple[str, ...]:
    """The trained wordings of a pool, or the ones kept back; all of them where one side would be empty."""
    return tuple(w for w in pool if is_reserved(w) == reserved) or pool


def asked(r: Random, language: str, fact: Fact, *, reserved: bool) -> str:
    """A question for this fact: one of its own, or a general one around its name."""
    own = r.random() < 0.7 and fact.asks
    pool = fact.asks if own else ALWAYS[language]
    question = r.choice(wordings(pool, reserved=reserved))
    question = question if own else filled(question, fact.topic)
    return question if reserved else _loosened(r, language, question)


def _loosened(r: Random, language: str, question: str) -> str:
    """People leave out marks and capitals, and say please."""
    roll = r.random()
    if roll < 0.12:
        return question.rstrip("?.？。")
    if roll < 0.2:
        return question[:1].lower() + question[1:]
    return r.choice(POLITE[language]).replace("{q}", question) if roll < 0.28 else question


def filled(wording: str, topic: str, clause: str = "") -> str:
    return wording.replace("{t}", topic).replace("{T}", upper(topic)).replace("{c}", clause)


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]
