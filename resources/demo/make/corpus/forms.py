"""Documents after a form: contracts, reports, minutes. The forms are plain text in `texts/`.

`# titles`, `## section`, `> sentence` (other wordings follow at once), `= topic = answer = questions`,
`! topic = questions` for what such a document never says. `{name:kind}` is drawn anew for every document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from random import Random

from resources.demo.make.corpus.facts import Block, Fact
from resources.demo.make.corpus.values import MAKERS, form_text

SLOT = re.compile(r"\{(\w+):(\w+)\}")


@dataclass(slots=True)
class Clause:
    """A sentence in several wordings, what is drawn for it, and what can be asked."""

    wordings: list[str] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)
    questions: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """One kind of document in one language."""

    language: str
    titles: tuple[str, ...] = ()
    sections: list[tuple[str, list[Clause]]] = field(default_factory=list)
    absent: list[Fact] = field(default_factory=list)


FORMS = {
    language: tuple(f"{kind}.{language}.txt" for kind in ("lease", "work", "report", "minutes"))
    for language in ("en", "zh")
}


@cache
def form(name: str) -> Form:
    """Read a form."""
    made = Form(name.split(".")[1])
    was_sentence = False
    for line in filter(None, form_text(name).splitlines()):
        mark, _, rest = line.partition(" ")
        if mark == "#":
            made.titles = tuple(rest.split(" / "))
        elif mark == "##":
            made.sections.append((rest, []))
        elif mark == ">":
            clauses = made.sections[-1][1]
            if not was_sentence:
                clauses.append(Clause())
            clauses[-1].slots |= dict(SLOT.findall(rest))
            clauses[-1].wordings.append(SLOT.sub(r"{\1}", rest))
        elif mark == "=":
            topic, answer, asks = (part.strip() for part in rest.split(" = "))
            made.sections[-1][1][-1].questions.append((topic, answer, tuple(a.strip() for a in asks.split(" ; "))))
        else:
            topic, asks = (part.strip() for part in rest.split(" = "))
            made.absent.append(Fact(topic, asks=tuple(a.strip() for a in asks.split(" ; "))))
        was_sentence = mark == ">"
    return made


def tidy(text: str) -> str:
    """Drawn Chinese dates bring their own space; two in a row, or one after a mark, is one too many."""
    return re.sub(r"(?<=[，。：、（])  ?(?=\d)", "", re.sub("  +", " ", text))


def form_blocks(r: Random, name: str) -> tuple[list[Block], list[Fact]]:
    """A document of this form and what it leaves out: clauses are dropped, sections are renumbered."""
    made, zh = form(name), name.endswith(".zh.txt")
    numbered, keep = r.random() < 0.8, r.choice((0.5, 0.8, 1.0))
    heading = r.choice(("## ", "## ", "# ", ""))
    blocks = [Block(("# " if heading else "") + r.choice(made.titles))]
    missing = list(made.absent)
    number = 0
    for title, clauses in made.sections:
        kept = [clause for clause in clauses if r.random() < keep]
        missing += [Fact(t, asks=a) for clause in clauses if clause not in kept for t, _, a in clause.questions]
        is_head = title in ("Parties", "当事人")
        if not kept:
            continue
        if not is_head:
            number += 1
            if zh and r.random() < 0.6 and number <= 10:
                blocks.append(Block(f"{heading}第{'一二三四五六七八九十'[number - 1]}条　{title}"))
            else:
                blocks.append(Block(f"{heading}{number}. {title}" if numbered else heading + title))
        for place, clause in enumerate(kept, 1):
            mark = f"{number}.{place}" if numbered and not is_head else ""
            blocks.append(_stated(r, made.language, clause, mark))
    return blocks, missing


def _stated(r: Random, language: str, clause: Clause, mark: str) -> Block:
    makers = MAKERS[language]
    drawn = {name: makers[kind](r) for name, kind in clause.slots.items()}
    wording = r.choice(clause.wordings)
    sentence = tidy(wording.format(**drawn))
    facts = []
    for topic, answer, asks in clause.questions:
        if all(slot in wording for slot in re.findall(r"\{\w+\}", answer)):
            facts.append(Fact(topic, tidy(answer.format(**drawn)), asks, sentence, mark))
    return Block(f"{mark} {sentence}" if mark else sentence, facts)
