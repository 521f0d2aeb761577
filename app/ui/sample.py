"""A scripted engine and sample values: what the pictures of the window, and its tests, are fed with.

It speaks the true protocol in this process, through the true supervisor, so everything above it is real.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.core.chat import Timing, Usage
from app.core.child import Exit
from app.engine import messages as m

_PIECES = re.compile(r"[一-鿿]|\s*[^\s一-鿿]{1,6}|\s+")


@dataclass
class Script:
    """What the engine will say and how. `delay_s` is between tokens; `die_after` tokens it dies like a killed child."""

    answer: str = "Hello."
    thinking: str = ""
    delay_s: float = 0.0
    prefill_steps: int = 2
    load_steps: int = 3
    load_step_s: float = 0.0
    n_ctx: int = 0
    die_after: int | None = None
    load_failure: str = ""
    decode_tok_s: float = 62.0
    ttft_s: float = 0.8
    drafts: tuple[int, int, float] = (0, 0, 1.0)
    costs: tuple[m.Cost, ...] = ()
    cached: int = 0
    title: str = ""  # said when the chat is to be named


class ScriptedLink:
    """One scripted child: a thread that reads commands and answers them."""

    pid = 4_194_303

    def __init__(self, script: Script, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> None:
        self._script, self._on_line, self._on_exit = script, on_line, on_exit
        self._commands: queue.SimpleQueue[m.Down | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._dead = threading.Event()
        self.generated: list[m.Generate] = []
        self.loaded: list[m.Load] = []
        self._thread = threading.Thread(target=self._run, name="scripted-engine", daemon=True)
        self._thread.start()

    def send(self, line: bytes) -> None:
        message = m.decode_down(line)
        if isinstance(message, m.Cancel):
            self._cancelled.add(message.id)
        elif message is not None:
            self._commands.put(message)

    def kill(self) -> None:
        if not self._dead.is_set():
            self._dead.set()
            self._commands.put(None)
            self._on_exit(Exit(-9, ""))

    def close(self, timeout_s: float = 3.0) -> None:
        self._dead.set()
        self._commands.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (command := self._commands.get()) is not None and not self._dead.is_set():
            match command:
                case m.Hello():
                    self._say(m.Ready(m.PROTOCOL, "scripted"))
                case m.Load():
                    self._load(command)
                case m.Unload():
                    self._say(m.Unloaded(command.id))
                case m.Tokenize():
                    counts = tuple(count_tokens(text) for text in command.texts)
                    total = sum(count_tokens(turn.content) + 8 for turn in command.turns)
                    self._say(m.Tokens(command.id, counts, total))
                case m.Generate():
                    self.generated.append(command)
                    self._generate(command)

    def _load(self, load: m.Load) -> None:
        script = self._script
        self.loaded.append(load)
        if script.load_failure:
            self._say(m.Failed(load.id, script.load_failure))
            return
        for step in range(script.load_steps):
            self._say(m.LoadProgress(load.id, (step + 1) / (script.load_steps + 1)))
            time.sleep(script.load_step_s)
        n_ctx = script.n_ctx or load.n_ctx
        self._say(m.Loaded(load.id, n_ctx, 151936, 64, "qwen3 32B", 4.2, True, load.n_gpu_layers, script.costs))

    def _generate(self, wish: m.Generate) -> None:
        script, total = self._script, sum(count_tokens(turn.content) + 8 for turn in wish.turns)
        for step in range(script.prefill_steps + 1):
            done = script.cached + (total - script.cached) * step // script.prefill_steps
            self._say(m.PrefillProgress(wish.id, done, total, script.cached))
            time.sleep(script.delay_s)
        if script.title and wish.turns[-1].content.startswith("Give this conversation a title"):
            script = replace(script, answer=script.title, thinking="", delay_s=0.0)
        begun = bool(wish.thought or wish.spoken)
        tokens = [("thinking", t) for t in pieces(script.thinking)] if wish.thinking and not begun else []
        tokens += [("answer", t) for t in pieces(script.answer.removeprefix(wish.spoken))]
        said = 0
        for number, (channel, text) in enumerate(tokens):
            if script.die_after is not None and number == script.die_after:
                self.kill()
            if self._dead.is_set() or wish.id in self._cancelled:
                break
            self._say(m.Delta(wish.id, "thinking" if channel == "thinking" else "answer", text))
            said += 1
            self._say_drafts(wish.id, said / len(tokens))
            time.sleep(script.delay_s)
        if not self._dead.is_set():
            reason: m.Reason = "cancelled" if wish.id in self._cancelled else "stop"
            drafted, accepted, gain = script.drafts
            timing = Timing(4.2, script.ttft_s, 1840.0, script.decode_tok_s, gain)
            self._say(m.Done(wish.id, reason, Usage(total, said, script.cached, drafted, accepted), timing))

    def _say_drafts(self, number: int, share: float) -> None:
        drafted, accepted, gain = self._script.drafts
        if drafted:
            self._say(m.Speculation(number, int(drafted * share), int(accepted * share), gain))

    def _say(self, message: m.Up) -> None:
        if not self._dead.is_set():
            self._on_line(m.encode(message))


class ScriptedEngine:
    """A `Connect`: every child it starts follows `script`, which may be changed between questions."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.links: list[ScriptedLink] = []

    @property
    def loads(self) -> list[m.Load]:
        """Every load that was asked for."""
        return [load for link in self.links for load in link.loaded]

    def __call__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> ScriptedLink:
        link = ScriptedLink(self.script, on_line, on_exit)
        self.links.append(link)
        return link


def pieces(text: str) -> list[str]:
    """Text cut about as a tokenizer cuts it; joined they are the text again."""
    return _PIECES.findall(text)


def count_tokens(text: str) -> int:
    return len(pieces(text))
