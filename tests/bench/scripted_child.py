"""An engine child whose choice of words is scripted: for measuring speculation on weights that cannot quote.

    python tests/bench/scripted_child.py KIND ANSWER_FILE

Everything is computed as always: the prompt, each row, the sampler. Only which token counts as drawn is taken from a
script: `verbatim` quotes the prompt, `half` alternates 60 tokens of it with 60 of the answer file, `prose` is the
answer file alone, a text that the prompt does not hold.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if TYPE_CHECKING:
    from app.engine import messages as m
    from app.engine.worker.context import Logits
    from app.engine.worker.job import Job
    from app.engine.worker.picker import Picker
    from app.engine.worker.speech import Say
    from app.engine.worker.vocab import Ids

STRETCH = 60


def script(kind: str, prompt: Ids, other: Ids, length: int) -> list[int]:
    """The answer's tokens. Quotations begin somewhere else in the prompt each time."""
    if kind == "prose":
        return other[:length].tolist()
    if kind == "verbatim":
        start = len(prompt) // 3
        return prompt[start : start + length].tolist()
    import numpy as np

    said: list[int] = []
    places = np.random.default_rng(1).permutation(np.arange(64, max(65, len(prompt) - 2 * STRETCH)))
    for turn in range(length // (2 * STRETCH) + 1):
        said += other[turn * STRETCH : (turn + 1) * STRETCH].tolist()
        said += prompt[places[turn] : places[turn] + STRETCH].tolist()
    return said[:length]


class ScriptedPicker:
    """Draws as the real one does, and then says what the script says."""

    def __init__(self, picker: Picker, said: list[int]) -> None:
        self._picker, self._said = picker, iter(said)

    def pick(self, logits: Logits) -> int:
        drawn = self._picker.pick(logits)
        return next(self._said, drawn)

    def close(self) -> None:
        self._picker.close()


def main(kind: str, answer_file: str) -> None:
    from app.engine.worker import main as child
    from app.engine.worker.service import Service  # first, as in the program: libraries are opened in its order

    assert Service
    from app.engine.worker.engine import Engine

    whole, text = Engine._job, Path(answer_file).read_text(encoding="utf-8")

    def job(self: Engine, command: m.Generate, say: Say, started_s: float) -> Job:
        made = whole(self, command, say, started_s)
        prompt = made.text.ids[: made.prompt_tokens]
        said = script(kind, prompt, self.vocab.encode(text), command.sampling.max_tokens)
        made.picker = ScriptedPicker(made.picker, said)  # type: ignore[assignment]
        return made

    Engine._job = job  # type: ignore[method-assign]
    child.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
