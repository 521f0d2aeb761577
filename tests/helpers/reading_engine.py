"""An engine that reads: it notes every marked sentence of the pages it is given, and answers from notes.

It speaks the true protocol through the true supervisor. One word is one token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from app.core.chat import Timing, Usage
from app.core.child import Exit
from app.engine import messages as m

MARKED = re.compile(r"\[(D\d+) p\.(\d+)\][^\n]*\n(.*?)(?=\n\n\[|\Z)", re.DOTALL)
PADDING = "As is to be read there,"  # what a pass that condenses leaves out
FACT = re.compile(r"The (\w+) is \w+\.")


class ReadingEngine:
    """A `Connect` and its link. `die_at` kills the child at that Generate, counted from 1; `asked` are all of them."""

    pid = 4_194_302

    def __init__(self, n_ctx: int = 400) -> None:
        self.n_ctx = n_ctx
        self.asked: list[m.Generate] = []
        self.die_at = 0
        self.hold = False  # answers nothing until it is cancelled
        self.long_at: set[int] = set()  # these answers run into their limit
        self._on_line: Callable[[bytes], None] = lambda _: None
        self._on_exit: Callable[[Exit], None] = lambda _: None

    def __call__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> ReadingEngine:
        self._on_line, self._on_exit = on_line, on_exit
        return self

    def send(self, line: bytes) -> None:
        command = m.decode_down(line)
        match command:
            case m.Hello():
                self._say(m.Ready(m.PROTOCOL, "reading"))
            case m.Load():
                self._say(m.Loaded(command.id, self.n_ctx, 500, 2, "toy", 0.1))
            case m.Tokenize():
                counts = tuple(words(text) for text in command.texts)
                self._say(m.Tokens(command.id, counts, prompt_words(command.turns)))
            case m.Generate():
                self._generate(command)
            case m.Cancel():
                self._say(m.Done(command.id, "cancelled", Usage(), Timing()))
            case _:
                pass

    def kill(self) -> None:
        self._on_exit(Exit(-9, ""))

    def close(self, timeout_s: float = 3.0) -> None: ...

    def _generate(self, command: m.Generate) -> None:
        self.asked.append(command)
        if len(self.asked) == self.die_at:
            self.kill()
            return
        if self.hold:
            return
        total = prompt_words(command.turns)
        assert total <= self.n_ctx, "a prompt was sent that does not fit"
        text = answer_to(command.turns[-1].content, command.json_schema)
        self._say(m.PrefillProgress(command.id, total, total))
        self._say(m.Delta(command.id, "answer", text))
        reason: m.Reason = "length" if len(self.asked) in self.long_at else "stop"
        self._say(m.Done(command.id, reason, Usage(total, words(text)), Timing(ttft_s=0.1)))

    def _say(self, message: m.Up) -> None:
        self._on_line(m.encode(message))


def answer_to(prompt: str, schema: str) -> str:
    """Every fact with its page; in a form, the fact named like each column."""
    if "[Notes on " in prompt:
        return "\n".join(dict.fromkeys(re.findall(r"“The \w+ is \w+\.” \[D\d+ p\.\d+\]", prompt)))
    facts = [(found[1], found[2], said) for found in MARKED.finditer(prompt) for said in FACT.finditer(found[3])]
    if schema:
        known = {said[1]: _entry(said[0], int(page)) for _, page, said in facts}
        return json.dumps({column: known.get(column, _entry("", 0)) for column in json.loads(schema)["properties"]})
    told = [f"{PADDING} “{said[0]}” [{document} p.{page}]" for document, page, said in facts]
    return "\n".join(told) or "Nothing on these pages."


def _entry(said: str, page: int) -> dict[str, object]:
    return {"value": said.split(" ")[-1].strip("."), "quote": said, "page": page}


def words(text: str) -> int:
    return len(text.split())


def prompt_words(turns: tuple[m.Turn, ...]) -> int:
    return sum(words(turn.content) + 4 for turn in turns)
