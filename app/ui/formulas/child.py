"""The child process that typesets formulas: a line of JSON in, a line of JSON out.

A process of its own, because a deep formula takes minutes (its work doubles with each level) and nothing but the end
of a process stops that; and because Python shares one lock among its threads, which the window needs for itself.
"""

from __future__ import annotations

import json
import os
import sys
import threading

from app.session.tex.typesetting import Typesetter

LONGEST_S = 2.0
IDLE_S = 300.0


def main() -> None:
    """Answer until the parent closes the pipe, or nothing was wanted for a while."""
    answers = sys.stdout.buffer
    typesetter = Typesetter()
    fuse = _Fuse()
    for line in sys.stdin.buffer:
        fuse.light(LONGEST_S)
        wanted = json.loads(line)
        display, apart = bool(wanted["display"]), bool(wanted.get("apart"))
        answer = typesetter.set_formula(str(wanted["tex"]), display=display, apart=apart)
        answers.write(json.dumps({"number": wanted["number"], **answer}).encode() + b"\n")
        answers.flush()
        fuse.light(IDLE_S)


class _Fuse:
    """Ends this process when it is not lit again in time."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def light(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(seconds, os._exit, (3,))
        self._timer.daemon = True
        self._timer.start()
