"""Random values of every kind a document can hold: names, amounts, dates, numbers; in English and Chinese."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from resources.demo.make.corpus import names as n
from resources.demo.make.vocab import CJK_RANGES, Vocabulary, unspelled

Maker = Callable[[Random], str]


class Words:
    """Every word and character the vocabulary can say: each is seen and copied in training, so none is a stranger."""

    english: tuple[str, ...] = ("copper", "marble", "winter", "signal")
    chinese: tuple[str, ...] = ("北辰", "清泉", "暖川", "佳火")
    hanzi: tuple[str, ...] = ("川", "泉", "辰", "火")

    @classmethod
    def learn(cls, vocabulary: Vocabulary) -> None:
        texts = [_text(piece) for piece in vocabulary.tokens]
        cls.english = tuple(t[1:] for t in texts if t[:1] == " " and len(t) > 3 and t[1:].isalpha() and t.isascii())
        han = [t for t in texts if t and all(CJK_RANGES[0][0] <= ord(c) <= CJK_RANGES[0][1] for c in t)]
        cls.hanzi = tuple(t for t in han if len(t) == 1)
        cls.chinese = tuple(t for t in han if len(t) > 1)


def _text(piece: str) -> str:
    try:
        return unspelled(piece).decode()
    except (KeyError, UnicodeDecodeError):
        return ""


@cache
def form_text(name: str) -> str:
    return (Path(__file__).parent / "texts" / name).read_text(encoding="utf-8")


def word(r: Random) -> str:
    return r.choice(Words.english).lower()


def coined(r: Random) -> str:
    """A name nobody has: syllables, or a word."""
    return r.choice(n.HEADS) + r.choice(n.TAILS) if r.random() < 0.6 else word(r).capitalize()


def person(r: Random) -> str:
    first = r.choice(n.FIRST) if r.random() < 0.8 else coined(r)
    last = r.choice(n.LAST) if r.random() < 0.6 else coined(r)
    middle = (
        f" {r.choice(n.FIRST)}" if r.random() < 0.15 else f" {r.choice('ABCDEFGHJKLMNPRSTW')}." * (r.random() < 0.1)
    )
    return f"{first}{middle} {last}"


def amount(r: Random, low: int, high: int) -> str:
    """A number of any size between two powers of ten, written as people write amounts."""
    value = r.randrange(10**low, 10 ** r.randint(low + 1, high))
    value = value // 50 * 50 or 50 if r.random() < 0.5 else value
    return f"{value:,}" if r.random() < 0.85 else str(value)


def _money(r: Random, low: int, high: int) -> str:
    cents = f".{r.randrange(100):02}" if r.random() < 0.2 else ".00" if r.random() < 0.3 else ""
    form = r.choice(n.MONEY) if r.random() < 0.6 else n.MONEY[0]
    return form.format(amount(r, low, high) + cents)


def date(r: Random) -> str:
    day, month, year = r.randint(1, 28), r.choice(n.MONTHS), r.randint(1950, 2035)
    style = r.random()
    if style < 0.7:
        return f"{day} {month} {year}"
    return f"{month} {day}, {year}" if style < 0.9 else f"{year}-{r.randint(1, 12):02}-{day:02}"


def ordinal(r: Random) -> str:
    value = r.randint(1, 28)
    return f"{value}{'th' if 10 <= value <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}"


def code(r: Random) -> str:
    letters = "".join(r.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(r.randint(1, 3)))
    digits = "".join(r.choice("0123456789") for _ in range(r.randint(3, 5)))
    return f"{letters}-{r.randint(2019, 2030)}-{digits}" if r.random() < 0.5 else f"{letters}-{digits}"


def digits(r: Random, count: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(count))


def phone(r: Random) -> str:
    return f"555-{digits(r, 4)}" if r.random() < 0.6 else f"0{digits(r, 3)} {digits(r, 3)} {digits(r, 3)}"


def city(r: Random) -> str:
    return coined(r) + (r.choice(("field", "ton", "burg", "")) if r.random() < 0.3 else "")


def percent(r: Random) -> str:
    number = f"{r.randint(0, 60)}.{r.randint(1, 9)}" if r.random() < 0.5 else str(r.randint(1, 95))
    return f"{number} percent" if r.random() < 0.7 else f"{number}%"


def project(r: Random) -> str:
    return f"{word(r).capitalize()} {word(r).capitalize()}"


def time(r: Random) -> str:
    return f"{r.randint(0, 23):02}:{r.choice(('00', '15', '30', '45'))}"


ENGLISH: dict[str, Maker] = {
    "person": person,
    "money": lambda r: _money(r, 2, 7),
    "small": lambda r: _money(r, 1, 3),
    "date": date,
    "ordinal": ordinal,
    "code": code,
    "phone": phone,
    "city": city,
    "percent": percent,
    "project": project,
    "time": time,
    "street": lambda r: f"{r.randint(1, 199)} {coined(r)} {r.choice(n.STREETS)}",
    "flat": lambda r: f"Apartment {r.randint(1, 60)}{r.choice('ABCDEF')}",
    "area": lambda r: f"{r.randint(18, 240)} square metres",
    "int": lambda r: str(r.randint(1, 240)),
    "digit": lambda r: str(r.randint(1, 9)),
    "four": lambda r: digits(r, 4),
    "meter": lambda r: digits(r, r.randint(6, 8)),
    "big": lambda r: amount(r, 2, 5),
    "days": lambda r: f"{r.randint(2, 120)} days",
    "hours": lambda r: f"{r.randint(2, 96)} hours",
    "months": lambda r: f"{r.randint(2, 48)} months",
    "count": lambda r: r.choice(n.COUNTS),
    "weight": lambda r: f"{r.randint(3, 60)} kilograms",
    "bank": lambda r: f"{coined(r)} {r.choice(('Savings Bank', 'Bank', 'Trust', 'Credit Union', 'Mutual Bank'))}",
    "firm": lambda r: f"{coined(r)} {r.choice(n.FIRMS)}" if r.random() < 0.6 else f"{project(r)} {r.choice(n.FIRMS)}",
    "room": lambda r: r.choice(n.ROOMS),
    "title": lambda r: r.choice(("Mr.", "Ms.", "Dr.")),
    "job": lambda r: r.choice(n.JOBS),
    "year": lambda r: str(r.randint(1890, 2030)),
    "version": lambda r: f"{r.randint(0, 12)}.{r.randint(0, 20)}.{r.randint(0, 9)}",
    "item": lambda r: r.choice(n.ITEMS),
    "things": lambda r: r.choice(n.THINGS),
    "word": word,
}


def person_zh(r: Random) -> str:
    pool = n.GIVEN if r.random() < 0.65 else Words.hanzi
    return r.choice(n.SURNAMES) + "".join(r.choice(pool) for _ in range(2 if r.random() < 0.8 else 1))


def word_zh(r: Random) -> str:
    return r.choice(Words.chinese) if r.random() < 0.6 else r.choice(Words.hanzi) + r.choice(Words.hanzi)


def _money_zh(r: Random, low: int, high: int) -> str:
    return (
        f"{amount(r, low, high)} 元"
        if r.random() < 0.75
        else f"{r.randint(1, 900)} 万元"
        if high > 3
        else f"{r.randint(5, 99)}.5 元"
    )


def date_zh(r: Random) -> str:
    return f" {r.randint(1950, 2035)} 年 {r.randint(1, 12)} 月 {r.randint(1, 28)} 日"


def phone_zh(r: Random) -> str:
    return f"0{digits(r, 3)}-{digits(r, 7)}" if r.random() < 0.6 else "1" + digits(r, 10)


def city_zh(r: Random) -> str:
    return r.choice(n.CITIES) if r.random() < 0.5 else word_zh(r) + r.choice("市县镇")


def road_zh(r: Random) -> str:
    road = r.choice(n.ROADS) if r.random() < 0.5 else word_zh(r) + r.choice("路街巷")
    town = city_zh(r)
    return (
        f"{town}{'市' * (town in n.CITIES)}{word_zh(r) + '区' if r.random() < 0.5 else ''}{road} {r.randint(1, 300)} 号"
    )


CHINESE: dict[str, Maker] = ENGLISH | {
    "person": person_zh,
    "money": lambda r: _money_zh(r, 2, 7),
    "small": lambda r: _money_zh(r, 1, 3),
    "date": date_zh,
    "md": lambda r: f" {r.randint(1, 12)} 月 {r.randint(1, 28)} 日",
    "day": lambda r: str(r.randint(1, 28)),
    "hour": lambda r: f" {r.randint(0, 23)} 时",
    "phone": phone_zh,
    "city": city_zh,
    "street": road_zh,
    "percent": lambda r: f"{r.randint(1, 60)}%" if r.random() < 0.5 else f"{r.randint(0, 40)}.{r.randint(1, 9)}%",
    "flat": lambda r: f"{road_zh(r)} {r.randint(1, 30)} 幢 {r.randint(1, 30)}0{r.randint(1, 9)} 室",
    "area": lambda r: f"{r.randint(18, 240)} 平方米",
    "weight": lambda r: f"{r.randint(3, 60)} 公斤",
    "han": lambda r: r.choice(n.HAN),
    "bank": lambda r: f"{word_zh(r)}银行" if r.random() < 0.5 else f"{r.choice(n.CITIES)}{word_zh(r)}银行",
    "firm": lambda r: f"{r.choice(n.CITIES) if r.random() < 0.4 else ''}{word_zh(r)}{r.choice(n.FIRMS_ZH)}",
    "room": lambda r: r.choice(n.ROOMS_ZH),
    "job": lambda r: r.choice(n.JOBS_ZH),
    "project": lambda r: f"{word_zh(r)}{r.choice(n.KINDS_ZH)}",
    "item": lambda r: r.choice(n.ITEMS_ZH),
    "word": word_zh,
}
MAKERS = {"en": ENGLISH, "zh": CHINESE}
