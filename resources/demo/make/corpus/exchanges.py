"""Questions on documents and their one right answer each."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from resources.demo.make.corpus.facts import CLAUSE, PAGE, QUOTE, Fact, asked, filled, upper, wordings
from resources.demo.make.corpus.papers import Paper, Place

IN_PAPER = {
    "en": ("In D{d}: ", "According to D{d}, ", "In {name}: ", "Look in {name}. ", "In document {d}, ", "D{d}: "),
    "zh": ("在 D{d} 中，", "根据 D{d}，", "在 {name} 里：", "请看 {name}。", "文件 {d}：", "D{d}："),
}
WHOLE = {
    "en": (
        (("How many pages does {d} have?", "How long is {d}?", "how many pages"), "{D} has {pages} pages."),
        (("What is the name of the file?", "Which file is {d}?", "file name?"), "{D} is {name}."),
        (("What is the title?", "What kind of document is this?", "What is this?"), "The title is {title} [{d} p.1]."),
    ),
    "zh": (
        (("{d} 有几页？", "文件有多少页？", "一共几页？"), "{d} 有 {pages} 页。"),
        (("文件名是什么？", "{d} 是哪个文件？"), "{d} 是 {name}。"),
        (("标题是什么？", "这是什么文件？", "这是什么？"), "标题是{title} [{d} p.1]。"),
    ),
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, what is thought about it, and the answer."""

    kind: str
    question: str
    thought: str
    answer: str


@dataclass(frozen=True, slots=True)
class Desk:
    """All documents of a conversation, and how questions on them are put."""

    language: str
    papers: tuple[Paper, ...]
    reserved: bool = False

    def exchange(self, r: Random) -> Exchange:
        """One question of any kind."""
        number = r.randrange(len(self.papers))
        paper = self.papers[number]
        roll = r.random()
        if roll < 0.14 and paper.missing:
            return self.about_missing(r, number)
        if not paper.places or roll > 0.985:
            return self.about_whole(r, number)
        place = r.choice(paper.places)
        if roll < 0.30 and place.quote:
            return self.about_quote(r, number, place)
        if roll < 0.42 and place.quote and place.fact.clause:
            return self.about_clause(r, number, place)
        if roll < 0.46:
            return self.about_page(r, number, place)
        if roll < 0.53 and len(paper.places) > 1:
            return self.about_two(r, number, *r.sample(paper.places, 2))
        return self.about_value(r, number, place)

    def about_value(self, r: Random, number: int, place: Place) -> Exchange:
        question = asked(r, self.language, place.fact, reserved=self.reserved)
        mark = self.mark(number, place.page)
        return Exchange(
            "value",
            self._put(r, number, question, place.fact),
            self._seen(place.fact, mark),
            self._said(place.fact, mark),
        )

    def about_two(self, r: Random, number: int, one: Place, two: Place) -> Exchange:
        first, second = (asked(r, self.language, place.fact, reserved=self.reserved) for place in (one, two))
        if self.language == "en":
            question = (
                f"{first.rstrip('?.')}, and {second[:1].lower()}{second[1:]}"
                if r.random() < 0.7
                else f"{first} {second}"
            )
        else:
            question = first + second if first[-1] in "？。" else f"{first}，{second}"
        marks = (self.mark(number, place.page) for place in (one, two))
        seen, said = [], []
        for place, mark in zip((one, two), marks, strict=True):
            seen.append(self._seen(place.fact, mark))
            said.append(self._said(place.fact, mark))
        gap = "" if self.language == "zh" else " "
        return Exchange("two", self._put(r, number, question, one.fact), gap.join(seen), gap.join(said))

    def about_quote(self, r: Random, number: int, place: Place) -> Exchange:
        wording = r.choice(wordings(QUOTE[self.language], reserved=self.reserved))
        mark = self.mark(number, place.page)
        question = self._put(r, number, filled(wording, place.fact.topic), place.fact)
        says = (
            f"文件写道：“{place.quote}” {mark}"
            if self.language == "zh"
            else f'The document says: "{place.quote}" {mark}'
        )
        return Exchange("quote", question, self._seen(place.fact, mark), says)

    def about_clause(self, r: Random, number: int, place: Place) -> Exchange:
        wording = r.choice(wordings(CLAUSE[self.language], reserved=self.reserved))
        clause, mark = place.fact.clause, self.mark(number, place.page)
        question = self._put(r, number, filled(wording, "", clause), place.fact)
        if self.language == "zh":
            return Exchange(
                "clause", question, f"第 {clause} 条见 {mark}。", f"第 {clause} 条写道：“{place.quote}” {mark}"
            )
        return Exchange(
            "clause", question, f"Clause {clause} is in {mark}.", f'Clause {clause} says: "{place.quote}" {mark}'
        )

    def about_page(self, r: Random, number: int, place: Place) -> Exchange:
        topic, mark = place.fact.topic, self.mark(number, place.page)
        question = filled(r.choice(wordings(PAGE[self.language], reserved=self.reserved)), topic)
        says = (
            f"{topic}在第 {place.page} 页 {mark}。"
            if self.language == "zh"
            else f"{upper(topic)} is on page {place.page} {mark}."
        )
        return Exchange("page", self._put(r, number, question, place.fact), self._seen(place.fact, mark), says)

    def about_missing(self, r: Random, number: int) -> Exchange:
        elsewhere = {place.fact.topic for paper in self.papers for place in paper.places}
        fact = r.choice(self.papers[number].missing)
        if fact.topic in elsewhere:
            return self.about_whole(r, number)
        question = asked(r, self.language, fact, reserved=self.reserved)
        if self.language == "zh":
            return Exchange("missing", question, f"文件里找不到{fact.topic}。", f"文件中没有提到{fact.topic}。")
        return Exchange(
            "missing", question, f"I do not find {fact.topic}.", f"The document does not mention {fact.topic}."
        )

    def about_whole(self, r: Random, number: int) -> Exchange:
        asks, answer = r.choice(WHOLE[self.language])
        paper, name = self.papers[number], f"D{number + 1}"
        only = len(self.papers) == 1
        here = name if not only or self.language == "zh" else "the document"
        question = r.choice(asks if only else tuple(ask for ask in asks if "{d}" in ask) or asks).replace("{d}", here)
        if not only and name not in question:
            question = f"{name}: {question}"
        facts = {"d": name, "D": name, "pages": len(paper.pages), "name": paper.name, "title": paper.title}
        return Exchange(
            "whole", question, f"这是 {name}。" if self.language == "zh" else f"This is {name}.", answer.format(**facts)
        )

    def mark(self, number: int, page: int) -> str:
        return f"[D{number + 1} p.{page}]"

    def _put(self, r: Random, number: int, question: str, fact: Fact) -> str:
        """With several documents the question names its own, always where another could answer."""
        others = (paper for place, paper in enumerate(self.papers) if place != number)
        shared = fact.clause or any(fact.topic == place.fact.topic for paper in others for place in paper.places)
        if len(self.papers) == 1 or (not shared and r.random() < 0.5):
            return question
        pool = IN_PAPER[self.language]
        return r.choice(pool).format(d=number + 1, name=self.papers[number].name) + question

    def _seen(self, fact: Fact, mark: str) -> str:
        return f"{fact.topic}见 {mark}。" if self.language == "zh" else f"{upper(fact.topic)} is in {mark}."

    def _said(self, fact: Fact, mark: str) -> str:
        return f"{fact.answer} {mark}。" if self.language == "zh" else f"{fact.answer} {mark}."
