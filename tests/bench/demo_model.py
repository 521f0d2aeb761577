"""How often the demo model is right: held-out made-up documents, one question at a time, through the real engine child.

    python tests/bench/demo_model.py [--tokens 500 2000 8000 30000] [--kv f16 q8_0] [--unseen] [--json FILE]

An answer is right when it is the expected text to the last character, mark of the page included. Temperature 0.
`--unseen` asks in wordings that training kept back. `marked` runs any way of asking over the same questions, so a
further column is one more `Way`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.core.chat import Document, Page
from app.core.params import Sampling
from app.engine.messages import Turn
from app.session.demo import demo_model_path
from app.session.prompt import Said, compose_turns
from resources.demo.make.corpus.cases import case, different
from resources.demo.make.corpus.exchanges import Exchange
from resources.demo.make.corpus.values import Words
from tests.helpers.engine import EngineBench, done_of, engine_bench, text_of
from tests.helpers.models import demo_vocabulary

SEED = 77_000_000  # of the examination; training's seeds are far below
AMOUNTS = {500: (24, 4), 2000: (12, 8), 8000: (4, 12), 30000: (1, 20)}  # tokens: documents, questions on each
PATIENCE_S = 3600.0


@dataclass(frozen=True)
class Sheet:
    """A document of the examination and what is asked about it."""

    language: str
    document: Document
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True)
class Way:
    """How the engine is loaded and asked. `load` goes to `Load`, `sampling` to every question."""

    name: str
    load: dict[str, Any] = field(default_factory=dict)
    sampling: Sampling = Sampling(temperature=0, max_tokens=400)  # noqa: RUF009 - frozen
    thinking: bool = False


@dataclass
class Marks:
    """What came of one way at one length in one language. Times in seconds, over all answers."""

    way: str
    language: str
    tokens: int
    right: int = 0
    asked: int = 0
    answer_tokens: int = 0
    decode_s: float = 0.0
    kinds: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.right / max(1, self.asked)


def sheets(language: str, tokens: int, *, unseen: bool = False, documents: int = 0, questions: int = 0) -> list[Sheet]:
    """The examination at this length: always the same documents and questions for the same arguments."""
    Words.learn(demo_vocabulary())
    count, asked = AMOUNTS.get(tokens, (2, 10))
    made = []
    for number in range(documents or count):
        r = Random(SEED + tokens * 100 + number + (50 if language == "zh" else 0))
        drawn = case(r, language, tokens, reserved=unseen, papers=1, full=True)
        [paper] = drawn.papers
        pages = tuple(Page(place, text) for place, text in enumerate(paper.pages, 1))
        document = Document(f"/{paper.name}", paper.name, "text", "", pages)
        made.append(Sheet(language, document, tuple(different(r, drawn, questions or asked))))
    return made


def turns_of(sheet: Sheet, exchange: Exchange) -> tuple[Turn, ...]:
    """The conversation as the program composes it: the document dropped, one question."""
    return compose_turns([Said("user", exchange.question, (sheet.document,))], "")


@contextmanager
def loaded(path: Path, n_ctx: int, way: Way) -> Iterator[EngineBench]:
    """The real engine child with the model in it."""
    with engine_bench() as bench:
        request = bench.load(path.resolve(), n_ctx, **way.load)
        if request.error is not None:
            raise request.error
        yield bench


def answered(bench: EngineBench, turns: tuple[Turn, ...], way: Way) -> tuple[str, Any]:
    """The answer's text and the engine's last word on it."""
    events: list[Any] = []
    asked = bench.supervisor.generate(turns, way.sampling, events.append, thinking=way.thinking)
    bench.end(asked, PATIENCE_S)
    return text_of(events).strip(), done_of(events)


def marked(
    bench: EngineBench,
    way: Way,
    made: list[Sheet],
    tokens: int,
    before: Callable[[EngineBench, Sheet, Exchange], object] = lambda *_: None,
) -> Marks:
    """Ask everything and mark it. `before` runs ahead of each question: forget, save, restore."""
    marks = Marks(way.name, made[0].language, tokens)
    for sheet in made:
        for exchange in sheet.exchanges:
            before(bench, sheet, exchange)
            text, done = answered(bench, turns_of(sheet, exchange), way)
            is_right = text == exchange.answer
            marks.asked += 1
            marks.right += is_right
            marks.kinds[exchange.kind].append(is_right)
            marks.answer_tokens += done.usage.answer_tokens
            marks.decode_s += done.usage.answer_tokens / max(1e-9, done.timing.decode_tok_s)
            if not is_right:
                marks.wrong.append((exchange.question, exchange.answer, text))
    return marks


def main() -> int:
    given = _options()
    report = []
    for tokens in given.tokens:
        for kind in given.kv:
            way = Way(kind, {"kv_type": kind, "n_threads": given.threads})
            with loaded(given.model, min(32_768, tokens * 3 // 2 + 1024), way) as bench:
                for language in given.languages:
                    begun = time.monotonic()
                    drawn = sheets(
                        language, tokens, unseen=given.unseen, documents=given.documents, questions=given.questions
                    )
                    marks = marked(bench, way, drawn, tokens)
                    _show(marks, time.monotonic() - begun, given.verbose)
                    report.append(marks)
    if given.json:
        given.json.write_text(json.dumps([vars(marks) for marks in report], ensure_ascii=False, indent=1), "utf-8")
    return 0


def _show(marks: Marks, took_s: float, verbose: bool) -> None:
    kinds = "  ".join(f"{kind} {sum(rights)}/{len(rights)}" for kind, rights in sorted(marks.kinds.items()))
    head = f"{marks.tokens:>6} {marks.way:<5} {marks.language}  {marks.right}/{marks.asked} = {marks.share:.1%}"
    print(f"{head}  ({took_s:.0f} s)  {kinds}", flush=True)
    for question, wanted, found in marks.wrong if verbose else ():
        print(f"    {question}\n      wanted {wanted!r}\n      found  {found!r}")


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", type=Path, default=demo_model_path())
    options.add_argument("--tokens", type=int, nargs="+", default=sorted(AMOUNTS))
    options.add_argument("--kv", nargs="+", default=["f16", "q8_0"])
    options.add_argument("--languages", nargs="+", default=["en", "zh"])
    options.add_argument("--documents", type=int, default=0, help="0: as many as the table asks for")
    options.add_argument("--questions", type=int, default=0)
    options.add_argument("--threads", type=int, default=0)
    options.add_argument("--unseen", action="store_true")
    options.add_argument("--verbose", action="store_true")
    options.add_argument("--json", type=Path)
    return options.parse_args()


if __name__ == "__main__":
    sys.exit(main())
