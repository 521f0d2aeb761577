"""How often the demo model is right: held-out made-up documents, one question at a time, through the real engine child.

    python tests/bench/demo_model.py [--tokens 500 2000 8000 30000] [--kv f16 q8_0] [--ways plain restored drafts]
        [--unseen] [--json FILE]

An answer is right when it is the expected text to the last character, mark of the page included. Temperature 0.
`--unseen` asks in wordings that training kept back. Ways of asking over the same questions: `restored` answers each
from a document that came back from disk, `drafts` with speculation as this machine's costs advise it, and `free`
with drafts wherever the text offers any. Lengths beyond the trained 32,768 tokens stretch the positions by YaRN.
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
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.core.chat import Document, Page
from app.core.params import Sampling
from app.engine import messages as m
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
TRAINED = 32_768


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
    drafted: int = 0
    accepted: int = 0
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
            marks.drafted += done.usage.drafted_tokens
            marks.accepted += done.usage.accepted_tokens
            if done.timing.decode_tok_s:
                marks.decode_s += (done.usage.answer_tokens - 1) / done.timing.decode_tok_s
            if not is_right:
                marks.wrong.append((exchange.question, exchange.answer, text))
    return marks


def main() -> int:
    given = _options()
    report = []
    for tokens in given.tokens:
        for kind, name in product(given.kv, given.ways):
            n_ctx = _context(tokens)
            way = _way(name, kind, given.threads, n_ctx)
            with loaded(given.model, n_ctx, way) as bench, TemporaryDirectory() as folder:
                before = Restoring(Path(folder)) if name == "restored" else lambda *_: None
                for language in given.languages:
                    begun = time.monotonic()
                    drawn = sheets(
                        language, tokens, unseen=given.unseen, documents=given.documents, questions=given.questions
                    )
                    marks = marked(bench, way, drawn, tokens, before)
                    _show(marks, time.monotonic() - begun, given.verbose)
                    report.append(marks)
    if given.json:
        given.json.write_text(json.dumps([vars(marks) for marks in report], ensure_ascii=False, indent=1), "utf-8")
    return 0


class Restoring:
    """Before each question: the document's state comes from disk, after something else had taken its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._saved: dict[str, Path] = {}

    def __call__(self, bench: EngineBench, sheet: Sheet, exchange: Exchange) -> None:
        path = self._saved.get(sheet.document.name + sheet.language)
        if path is None:
            path = self._saved[sheet.document.name + sheet.language] = self._save(bench, sheet, exchange)
        other = Said("user", "Hello. " * 300)
        answered(bench, compose_turns([other], ""), Way("other", sampling=Sampling(temperature=0, max_tokens=1)))
        heard: list[Any] = []
        bench.end(bench.supervisor.restore_session(str(path), heard.append), PATIENCE_S)
        assert isinstance(heard[-1], m.Restored), heard
        assert heard[-1].size_bytes > 0, "it was still there: nothing came from disk"

    def _save(self, bench: EngineBench, sheet: Sheet, exchange: Exchange) -> Path:
        path = self._folder / f"session-{len(self._saved)}"
        answered(bench, turns_of(sheet, exchange), Way("first", sampling=Sampling(temperature=0, max_tokens=1)))
        heard: list[Any] = []
        document = compose_turns([Said("user", "", (sheet.document,))], "")
        bench.end(bench.supervisor.save_session(document, str(path), heard.append), PATIENCE_S)
        assert isinstance(heard[-1], m.Saved), heard
        return path


def _context(tokens: int) -> int:
    return tokens * 3 // 2 + 1024 if tokens <= 20_000 else max(TRAINED, tokens * 17 // 16 // 256 * 256)


def _way(name: str, kind: str, threads: int, n_ctx: int) -> Way:
    load: dict[str, Any] = {"kv_type": kind, "n_threads": threads}
    if name in ("drafts", "free"):
        load["n_draft"] = 63
    if name == "free":
        load["costs"] = tuple(m.Cost(rows, 256, 10.0 + rows / 10) for rows in (1, 8, 16, 32, 64))
    if n_ctx > TRAINED:
        load |= {"yarn_factor": n_ctx / TRAINED, "yarn_orig_ctx": TRAINED}
    return Way(f"{name}, {kind}" + (", YaRN" if n_ctx > TRAINED else ""), load)


def _show(marks: Marks, took_s: float, verbose: bool) -> None:
    kinds = "  ".join(f"{kind} {sum(rights)}/{len(rights)}" for kind, rights in sorted(marks.kinds.items()))
    head = f"{marks.tokens:>6} {marks.way:<14} {marks.language}  {marks.right}/{marks.asked} = {marks.share:.1%}"
    speed = f"{marks.answer_tokens / marks.decode_s:.0f} tok/s" if marks.decode_s else ""
    drafts = f", {marks.accepted} of {marks.drafted} drafts in {marks.answer_tokens} tokens" if marks.drafted else ""
    print(f"{head}  ({took_s:.0f} s, {speed}{drafts})  {kinds}", flush=True)
    for question, wanted, found in marks.wrong if verbose else ():
        print(f"    {question}\n      wanted {wanted!r}\n      found  {found!r}")


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", type=Path, default=demo_model_path())
    options.add_argument("--tokens", type=int, nargs="+", default=sorted(AMOUNTS))
    options.add_argument("--kv", nargs="+", default=["f16", "q8_0"])
    options.add_argument("--ways", nargs="+", default=["plain"], choices=("plain", "restored", "drafts", "free"))
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
