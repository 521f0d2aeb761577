"""An engine child whose choice of words is scripted: for measuring speculation on weights that cannot quote.

    python tests/bench/scripted_child.py KIND ANSWER_FILE

Everything is computed as always: the prompt, each row, the sampler. Only which token counts as drawn is taken from a
script: `verbatim` quotes the prompt, `half` alternates 60 tokens of it with 60 of the answer file, `prose` is the
answer file alone, a text that the prompt does not hold. A draft model computes as always too; what it is sure of is
scripted: it dares a guess at seven of ten tokens, and six of seven guesses are right.
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
    from app.engine.worker.speculation.draft import DraftModel
    from app.engine.worker.speech import Say
    from app.engine.worker.vocab import Ids

STRETCH = 60


def script(kind: str, prompt: Ids, other: Ids, length: int) -> list[int]:
    """The answer's tokens. Quotations begin somewhere else in the prompt each time."""
    if kind == "prose":
        return [int(token) for token in other[:length]]
    if kind == "verbatim":
        start = len(prompt) // 3
        return [int(token) for token in prompt[start : start + length]]
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


def bend_drafter(drafter: DraftModel, prompt_tokens: int, said: list[int]) -> None:
    """Let its guesses follow the script, as well as a small model of the same family would."""
    whole = type(drafter)._sure_token

    def sure_token() -> int:
        whole(drafter)
        index = drafter._start + len(drafter._held) - prompt_tokens
        if not 0 <= index < len(said) or (dice := index * 2654435761 % 10) >= 7:
            return -1
        return said[index] if dice else (said[index] + 1) % 1000

    drafter._sure_token = sure_token  # type: ignore[method-assign]


def main(kind: str, answer_file: str) -> None:
    from app.engine.worker import main as child
    from app.engine.worker import service  # noqa: F401  first, as in the program: libraries are opened in its order
    from app.engine.worker.engine import Engine

    whole, text = Engine._job, Path(answer_file).read_text(encoding="utf-8")

    def job(self: Engine, command: m.Generate, say: Say, started_s: float) -> Job:
        made = whole(self, command, say, started_s)
        prompt = made.text.ids[: made.prompt_tokens]
        said = script(kind, prompt, self.vocab.encode(text), command.sampling.max_tokens)
        made.picker = ScriptedPicker(made.picker, said)  # type: ignore[assignment]
        if self._drafter is not None:
            bend_drafter(self._drafter, len(prompt), said)
        return made

    Engine._job = job  # type: ignore[method-assign]
    child.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
