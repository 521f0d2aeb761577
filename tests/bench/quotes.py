"""How long it takes to check what an answer cites against as many pages as a 128K-token context holds.

`python tests/bench/quotes.py`. The pages are words drawn from a seeded source, English and Chinese; the answer quotes
them in every way: as they stand, restyled, with wrong letters, from the wrong page, and not at all.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.cite.check import check
from app.cite.sources import Sources, Volume
from app.core.chat import Document, Page

ENGLISH_PAGES, ENGLISH_CHARACTERS = 70, 3_150  # 64K tokens at 3.44 characters each
CHINESE_PAGES, CHINESE_CHARACTERS = 75, 1_500  # 64K tokens at 1.76


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quotes", type=int, default=40, help="quotations in the answer")
    args = parser.parse_args()
    chance = random.Random(7)
    documents = (book("english", english(chance)), book("chinese", chinese(chance)))
    answer = quoting(documents, args.quotes, chance)
    index_s = min(timed(lambda: [Volume(document.pages) for document in documents]) for _ in range(args.runs))
    sources = Sources(documents)
    first_s = timed(lambda: check(answer, sources))
    again_s = min(timed(lambda: check(answer, sources)) for _ in range(args.runs))
    characters = sum(len(page.text) for document in documents for page in document.pages)
    found = [one.verdict for one in check(answer, sources) if one.kind == "quote"]
    print(f"{characters:,} characters on {sum(len(d.pages) for d in documents)} pages, answer of {len(answer):,}")
    print({verdict: found.count(verdict) for verdict in sorted(set(found))})
    print(
        f"index {index_s * 1000:.0f} ms, first check with index {first_s * 1000:.0f} ms, next {again_s * 1000:.0f} ms"
    )


def timed(work: object) -> float:
    began_s = time.perf_counter()
    assert callable(work)
    work()
    return time.perf_counter() - began_s


def english(chance: random.Random) -> list[str]:
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(6_000)]
    pages = []
    for _ in range(ENGLISH_PAGES):
        text = ""
        while len(text) < ENGLISH_CHARACTERS:
            text += " ".join(chance.choices(words, k=chance.randint(6, 18))).capitalize() + ". "
        pages.append(text)
    return pages


def chinese(chance: random.Random) -> list[str]:
    signs = [chr(code) for code in chance.sample(range(0x4E00, 0x9FA5), 2_500)]
    sentences = (CHINESE_CHARACTERS // 21 for _ in range(CHINESE_PAGES))
    return ["".join("".join(chance.choices(signs, k=20)) + "。" for _ in range(count)) for count in sentences]


def book(name: str, pages: list[str]) -> Document:
    return Document(name, name, "text", name, tuple(Page(number, text) for number, text in enumerate(pages, 1)))


def quoting(documents: tuple[Document, ...], count: int, chance: random.Random) -> str:
    lines = []
    for at in range(count):
        number = chance.randint(1, len(documents))
        page = chance.choice(documents[number - 1].pages)
        start = chance.randrange(len(page.text) - 200)
        text = page.text[start : start + chance.randint(40, 160)].strip()
        cited = page.number
        if at % 5 == 1:
            text = text.upper().replace(" ", "  ")
        elif at % 5 == 2:
            text = "".join(sign if chance.random() > 0.04 else "x" for sign in text)
        elif at % 5 == 3:
            cited = chance.randint(1, 70)
        elif at % 5 == 4:
            text = "".join(chance.sample(text, len(text))).strip()
        lines.append(f"- It says “{text}” [D{number} p.{cited}].")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
