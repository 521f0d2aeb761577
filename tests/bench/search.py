"""How long a search takes at every keystroke over a large library, and what its index costs.

`python tests/bench/search.py`. The library: 2,000 chats of 20,000 messages, and documents of 50 MB of page text, half
English and half Chinese, words and signs as unevenly common as in real texts. Typed are common and rare words, Chinese
from the first sign on, phrases and exclusions, letter by letter. All times are those of the processor.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.core.chat import Document, Page
from app.session.search import TYPING_LIMIT
from app.store.store import Store

PAGES_A_DOCUMENT = 100
SIGNS, WORDS = 3_500, 30_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--messages", type=int, default=10, help="in each chat")
    parser.add_argument("--megabytes", type=float, default=50.0, help="of page text")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="carrel-search-") as folder:
        store = Store(Path(folder) / "carrel.db")
        library = Library(random.Random(7))
        began_s = time.process_time()
        pages = library.fill(store, args.chats, args.messages, int(args.megabytes * 1e6))
        filled_s = time.process_time() - began_s
        before = size_bytes(folder)
        steps = index(store)
        print(f"{args.chats:,} chats, {args.chats * args.messages:,} messages, {pages:,} pages, {before / 1e6:.0f} MB")
        print(
            f"written in {filled_s:.1f} s; read by the index in {sum(steps):.1f} s, in {len(steps):,} steps: ", end=""
        )
        print(f"median {at(steps, 0.5)}, 99 % {at(steps, 0.99)}, longest {at(steps, 1.0)}")
        print(f"the index takes {(size_bytes(folder) - before) / 1e6:.0f} MB more")
        typed = [text for words in library.queries() for text in itertools.accumulate(words)]
        for text in typed:  # what is read from the disk for the first time says more of the disk
            store.search(text, limit=TYPING_LIMIT)
        times = [timed(store, text) for text in typed]
        slowest = sorted(zip(times, typed, strict=True), reverse=True)[:3]
        print(f"{len(times)} keystrokes: median {at(times, 0.5)}, 95 % {at(times, 0.95)}, longest {at(times, 1.0)}")
        print("slowest: " + "; ".join(f"{text!r} {took_s * 1000:.0f} ms" for took_s, text in slowest))
        store.close()
        began_s = time.process_time()
        Store(Path(folder) / "carrel.db").close()
        print(f"opening the file: {(time.process_time() - began_s) * 1000:.0f} ms")


class Library:
    """Texts whose words and signs follow Zipf's law."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.signs = [chr(code) for code in chance.sample(range(0x4E00, 0x9FA5), SIGNS)]
        made = {"".join(chance.choices("etaoinshrdlucmfwypvbgk", k=chance.randint(2, 11))) for _ in range(WORDS)}
        self.words = sorted(made, key=lambda word: (len(word), word))
        self._sign_weights = list(itertools.accumulate(1 / (rank + 4) for rank in range(len(self.signs))))
        self._word_weights = list(itertools.accumulate(1 / (rank + 4) for rank in range(len(self.words))))

    def fill(self, store: Store, chats: int, messages: int, page_bytes: int) -> int:
        """Write everything; returns the number of pages."""
        written = pages = 0
        while written < page_bytes:
            texts = [self.text(3_000) for _ in range(PAGES_A_DOCUMENT)]
            name = f"document {pages // PAGES_A_DOCUMENT}.pdf"
            found = tuple(Page(number, text) for number, text in enumerate(texts, 1))
            chat = store.create_chat(name)
            with store.transaction():
                document = store.save_document(Document(name, name, "pdf", name, found, tokenizer="t"))
                store.add_message(chat.id, None, "user", "?", [document])
            written += sum(len(text.encode()) for text in texts)
            pages += len(texts)
        for number in range(chats):
            with store.transaction():
                chat_id, parent_id = store.create_chat(f"{number} {self.text(60)}").id, None
                for place in range(messages):
                    role, size = ("assistant", 1_800) if place % 2 else ("user", 240)
                    parent_id = store.add_message(chat_id, parent_id, role, self.text(size)).id  # type: ignore[arg-type]
        return pages

    def text(self, size_bytes: int) -> str:
        """English or Chinese, as it comes."""
        if self._chance.random() < 0.5:
            signs = self._chance.choices(self.signs, cum_weights=self._sign_weights, k=size_bytes // 3)
            return "。".join("".join(signs[at : at + 18]) for at in range(0, len(signs), 18))
        words = self._chance.choices(self.words, cum_weights=self._word_weights, k=max(1, size_bytes // 5))
        return " ".join(words)[:size_bytes]

    def queries(self) -> list[str]:
        signs, words = self.signs, self.words
        return [
            *(words[place] for place in (3, 40, 900, 12_000, 22_000)),
            *(signs[place] + signs[other] for place, other in ((0, 1), (5, 60), (100, 300), (900, 2_000), (3, 3_000))),
            f"{words[10]} {words[200]} {words[4_000]}",
            f"{signs[0]}{signs[2]} {words[7]}",
            f'"{words[1]} {words[2]}"',
            f"{words[5]} -{words[6]}",
            signs[0] + signs[1] + signs[2] + signs[3],
        ]


def index(store: Store) -> list[float]:
    """Have everything read in the steps of the background; what each took of the processor."""
    steps, more = [], True
    while more:
        began_s = time.process_time()
        more = store.index_some()
        steps.append(time.process_time() - began_s)
    return steps


def timed(store: Store, text: str) -> float:
    """As the window asks while somebody types; the time of the processor, whatever else the machine does."""
    began_s = time.process_time()
    store.search(text, limit=TYPING_LIMIT)
    return time.process_time() - began_s


def at(times: list[float], share: float) -> str:
    return f"{sorted(times)[min(len(times) - 1, int(share * len(times)))] * 1000:.0f} ms"


def size_bytes(folder: str) -> int:
    return sum(path.stat().st_size for path in Path(folder).iterdir())


if __name__ == "__main__":
    main()
