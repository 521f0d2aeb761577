"""Whole documents: what stands in them, how they are set on pages, and where each fact then is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from resources.demo.make.corpus.cards import card_blocks, plain_blocks, table_blocks
from resources.demo.make.corpus.facts import Block, Fact
from resources.demo.make.corpus.forms import FORMS, form_blocks
from resources.demo.make.corpus.values import word, word_zh

ENDINGS = ("pdf", "pdf", "md", "txt", "docx")
STEMS = {
    "en": ("lease", "contract", "report", "notes", "minutes", "letter", "list", "offer", "plan", "scan", "agreement"),
    "zh": ("租赁合同", "合同", "报告", "记录", "会议纪要", "清单", "方案", "扫描件", "协议", "说明"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A fact, the page it is printed on, and its sentence as the lines of that page break it."""

    fact: Fact
    page: int
    quote: str


@dataclass(slots=True)
class Paper:
    """A document as the program hands it to the model, with what its maker knows of it."""

    name: str
    language: str
    pages: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    missing: list[Fact] = field(default_factory=list)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """`width` 0 keeps Markdown as it is; otherwise lines are broken and marks are gone, as in a PDF's text."""

    width: int
    page_characters: int
    foot: bool


def paper(r: Random, language: str, characters: int, *, simple: bool = False) -> Paper:
    """A document of about this many characters. `simple` ones are lists, the first thing to learn on."""
    made = Paper(_name(r, language), language)
    blocks, made.missing = _content(r, language, characters, simple=simple)
    made.title = blocks[0].text.lstrip("# ")
    _set_on_pages(made, blocks, _style(r, language, characters))
    _keep_what_is_clear(made)
    return made


def _name(r: Random, language: str) -> str:
    ending, stem = r.choice(ENDINGS), r.choice(STEMS[language])
    if language == "zh":
        return f"{word_zh(r) if r.random() < 0.6 else ''}{stem}.{ending}"
    return f"{word(r) + r.choice('-_ ') if r.random() < 0.6 else ''}{stem}.{ending}"


def _content(r: Random, language: str, characters: int, *, simple: bool) -> tuple[list[Block], list[Fact]]:
    """Forms and cards in any order until the length is there; a form comes once at most."""
    blocks: list[Block] = []
    missing: list[Fact] = []
    forms = list(FORMS[language])
    r.shuffle(forms)
    if r.random() < 0.3:
        forms.sort(key=lambda name: not name.startswith("lease"))
    size = 0
    while size < characters:
        left = characters - size
        if (
            forms
            and not simple
            and (r.random() < 0.6 or not blocks)
            and left > (900 if language == "zh" else 2400) * r.random()
        ):
            more, absent = form_blocks(r, forms.pop(0))
            missing = absent if not blocks else missing  # in a mixture another form may well say it
        else:
            some = r.choice((card_blocks, card_blocks, plain_blocks, table_blocks))
            count = max(3, min(40, left // (14 if language == "zh" else 45)))
            more, absent = some(r, language, r.randint(3, count) if count > 3 else 3)
            missing = missing + absent
        for block in more:
            blocks.append(block)
            size += len(block.text) + 2
            if size > characters and len(blocks) > 3:
                break
    return blocks, missing


def _style(r: Random, language: str, characters: int) -> Style:
    scale = 0.4 if language == "zh" else 1.0
    broken = r.random() < 0.5
    width = int(r.choice((70, 80, 90, 96, 100, 110)) * (0.4 if language == "zh" else 1)) if broken else 0
    size = int(r.choice((250, 500, 900, 1400, 2000, 2400)) * scale)
    if characters > 12000 * scale:
        size = max(size, int(900 * scale))
    if not broken and r.random() < 0.35:
        size = 10**9
    return Style(width, size, broken and r.random() < 0.5)


def _set_on_pages(made: Paper, blocks: list[Block], style: Style) -> None:
    text, number = "", 1
    for block in blocks:
        shown = _plain(block.text) if style.width else block.text
        breaks = list(_breaks(shown, style.width, made.language)) if style.width else []
        printed = _broken(shown, breaks, 0, len(shown))
        if text and len(text) + len(printed) > style.page_characters:
            made.pages.append(text.rstrip())
            text, number = "", number + 1
        text += printed + ("\n" if style.width else block.glue)
        for fact in block.facts:
            made.places.append(Place(fact, number, _quote(fact.sentence, shown, breaks)))
    made.pages.append(text.rstrip())
    if style.foot:
        total = len(made.pages)
        made.pages = [f"{page}\nPage {place} of {total}" for place, page in enumerate(made.pages, 1)]


def _plain(text: str) -> str:
    if text.startswith("|"):
        rows = (row for row in text.split("\n") if not set(row) <= set("|- "))
        text = "\n".join(" ".join(cell.strip() for cell in row.strip("|").split("|")) for row in rows)
    return text.replace("**", "").removeprefix("## ").removeprefix("# ")


def _breaks(text: str, width: int, language: str) -> Iterator[int]:
    """Where lines end: at the last space that fits; Chinese breaks anywhere."""
    start = 0
    while len(text) - start > width:
        end = start + width
        if language == "en":
            space = text.rfind(" ", start + 1, end + 1)
            if space < 0:
                return
            end = space
        yield end
        start = end


def _broken(text: str, breaks: list[int], start: int, end: int) -> str:
    parts, last = [], start
    for place in breaks:
        if start < place < end:
            parts.append(text[last:place])
            last = place + (text[place] == " ")
    return "\n".join([*parts, text[last:end]])


def _quote(sentence: str, shown: str, breaks: list[int]) -> str:
    """The sentence as it is printed; none where bold marks cut it."""
    start = shown.find(sentence.replace("**", "")) if sentence else -1
    return (
        _broken(shown, breaks, start, start + len(sentence.replace("**", "")))
        if start >= 0 and "**" not in shown
        else ""
    )


def _keep_what_is_clear(made: Paper) -> None:
    """A name that stands for two facts cannot be asked for; a missing one must stand nowhere."""
    count = Counter(place.fact.topic for place in made.places)
    clauses = Counter(number for number, _ in {(place.fact.clause, place.quote) for place in made.places})
    clear = (place for place in made.places if count[place.fact.topic] == 1)
    made.places = [place if clauses[place.fact.clause] == 1 else _unnumbered(place) for place in clear]
    made.missing = [fact for fact in made.missing if fact.topic not in count]


def _unnumbered(place: Place) -> Place:
    """The same without its clause: several forms in one document may number theirs alike."""
    return replace(place, fact=replace(place.fact, clause=""))
